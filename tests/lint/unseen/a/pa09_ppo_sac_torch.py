"""PPO and SAC updates in torch, with a prioritized buffer in NumPy."""
import math

import numpy as np
import torch
import torch.nn as nn

LOG_2PI = math.log(2 * math.pi)


class PrioritizedReplay:
    def __init__(self, capacity, alpha=0.6, beta=0.4):
        self.capacity, self.alpha, self.beta = capacity, alpha, beta
        self.data, self.priorities, self.pos = [], np.zeros(capacity, np.float32), 0

    def push(self, transition):
        top = self.priorities.max() if self.data else 1.0
        if len(self.data) < self.capacity:
            self.data.append(transition)
        else:
            self.data[self.pos] = transition
        self.priorities[self.pos] = top
        self.pos = (self.pos + 1) % self.capacity

    def sample(self, n):
        prios = self.priorities[:len(self.data)]
        probs = prios ** self.alpha
        probs /= probs.sum()  # SSM302
        idx = np.random.choice(len(self.data), n, p=probs)
        weights = (len(self.data) * probs) ** (-self.beta)  # SSM304
        weights /= weights.max()
        return idx, [self.data[i] for i in idx], weights[idx]

    def update(self, idx, td_errors):
        self.priorities[idx] = np.abs(td_errors)


class SquashedGaussian(nn.Module):
    def __init__(self, obs, act, hidden=256):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(obs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.mu = nn.Linear(hidden, act)
        self.log_std = nn.Linear(hidden, act)

    def forward(self, obs):
        h = self.body(obs)
        mu, log_std = self.mu(h), self.log_std(h)
        std = log_std.exp()  # SSM505
        eps = torch.randn_like(mu)
        pre = mu + std * eps
        a = torch.tanh(pre)
        logp = (-0.5 * eps.pow(2) - log_std - 0.5 * LOG_2PI).sum(-1)
        logp -= torch.log(1 - a.pow(2)).sum(-1)  # SSM301
        return a, logp


class Categorical(nn.Module):
    def __init__(self, obs, actions):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(obs, 64), nn.Tanh(), nn.Linear(64, actions), nn.Softmax(dim=-1))

    def evaluate(self, obs, action):
        probs = self.net(obs)
        log_prob = torch.log(probs.gather(1, action[:, None])).squeeze(1)  # SSM201
        entropy = -(probs * torch.log(probs)).sum(-1)  # SSM201
        return log_prob, entropy


def gae(rewards, values, dones, last, gamma=0.99, lam=0.95):
    adv, running = torch.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        nxt = last if t == len(rewards) - 1 else values[t + 1]
        delta = rewards[t] + gamma * nxt * (1 - dones[t]) - values[t]
        running = delta + gamma * lam * (1 - dones[t]) * running
        adv[t] = running
    return adv, adv + values


def ppo_loss(policy, obs, actions, old_logp, adv, clip=0.2, ent=0.01):
    adv = (adv - adv.mean()) / adv.std(unbiased=False)  # SSM302
    logp, entropy = policy.evaluate(obs, actions)
    ratio = torch.exp((logp - old_logp).clamp(-20.0, 20.0))
    clipped = ratio.clamp(1 - clip, 1 + clip) * adv
    return -torch.min(ratio * adv, clipped).mean() - ent * entropy.mean()


def explained_variance(pred, returns):
    var = np.var(returns)
    return 1.0 - np.var(returns - pred) / var  # SSM302
# fixed
import math

import numpy as np
import torch
import torch.nn as nn

LOG_2PI = math.log(2 * math.pi)


class PrioritizedReplay:
    def __init__(self, capacity, alpha=0.6, beta=0.4):
        self.capacity, self.alpha, self.beta = capacity, alpha, beta
        self.data, self.priorities, self.pos = [], np.zeros(capacity, np.float32), 0

    def push(self, transition):
        top = max(self.priorities.max(), 1e-6) if self.data else 1.0
        if len(self.data) < self.capacity:
            self.data.append(transition)
        else:
            self.data[self.pos] = transition
        self.priorities[self.pos] = top
        self.pos = (self.pos + 1) % self.capacity

    def sample(self, n):
        prios = self.priorities[:len(self.data)]
        probs = prios ** self.alpha
        probs /= probs.sum()
        idx = np.random.choice(len(self.data), n, p=probs)
        weights = (len(self.data) * np.maximum(probs, 1e-12)) ** (-self.beta)
        weights /= weights.max()
        return idx, [self.data[i] for i in idx], weights[idx]

    def update(self, idx, td_errors):
        self.priorities[idx] = np.abs(td_errors) + 1e-6


class SquashedGaussian(nn.Module):
    def __init__(self, obs, act, hidden=256):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(obs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.mu = nn.Linear(hidden, act)
        self.log_std = nn.Linear(hidden, act)

    def forward(self, obs):
        h = self.body(obs)
        mu, log_std = self.mu(h), self.log_std(h)
        log_std = log_std.clamp(-20.0, 2.0)
        std = log_std.exp()
        eps = torch.randn_like(mu)
        pre = mu + std * eps
        a = torch.tanh(pre)
        logp = (-0.5 * eps.pow(2) - log_std - 0.5 * LOG_2PI).sum(-1)
        logp -= (2 * (math.log(2) - pre - nn.functional.softplus(-2 * pre))).sum(-1)
        return a, logp


class Categorical(nn.Module):
    def __init__(self, obs, actions):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(obs, 64), nn.Tanh(), nn.Linear(64, actions), nn.LogSoftmax(dim=-1))

    def evaluate(self, obs, action):
        logp = self.net(obs)
        log_prob = logp.gather(1, action[:, None]).squeeze(1)
        entropy = -(logp.exp() * logp).sum(-1)
        return log_prob, entropy


def gae(rewards, values, dones, last, gamma=0.99, lam=0.95):
    adv, running = torch.zeros_like(rewards), 0.0
    for t in reversed(range(len(rewards))):
        nxt = last if t == len(rewards) - 1 else values[t + 1]
        delta = rewards[t] + gamma * nxt * (1 - dones[t]) - values[t]
        running = delta + gamma * lam * (1 - dones[t]) * running
        adv[t] = running
    return adv, adv + values


def ppo_loss(policy, obs, actions, old_logp, adv, clip=0.2, ent=0.01):
    adv = (adv - adv.mean()) / (adv.std(unbiased=False) + 1e-8)
    logp, entropy = policy.evaluate(obs, actions)
    ratio = torch.exp((logp - old_logp).clamp(-20.0, 20.0))
    clipped = ratio.clamp(1 - clip, 1 + clip) * adv
    return -torch.min(ratio * adv, clipped).mean() - ent * entropy.mean()


def explained_variance(pred, returns):
    var = np.var(returns)
    return 0.0 if var == 0 else 1.0 - np.var(returns - pred) / var
