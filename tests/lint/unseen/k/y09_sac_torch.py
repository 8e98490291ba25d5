"""Soft actor-critic in PyTorch: a squashed Gaussian policy and its update."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal

LOG_STD_MIN, LOG_STD_MAX = -20, 2


def mlp(sizes):
    layers = []
    for i, o in zip(sizes[:-2], sizes[1:-1]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


class Policy(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.trunk = nn.Sequential(mlp([obs_dim, hidden, hidden]), nn.ReLU())
        self.mean = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)

    def forward(self, state):
        h = self.trunk(state)
        mean, log_std = self.mean(h), self.log_std(h)
        return mean, log_std.exp()  # SSM505

    def sample(self, state):
        mean, std = self(state)
        normal = Normal(mean, std)
        u = normal.rsample()
        action = torch.tanh(u)
        log_prob = normal.log_prob(u) - torch.log(1 - action.pow(2))  # SSM301
        return action, log_prob.sum(dim=-1, keepdim=True)


class Critic(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.q1 = mlp([obs_dim + act_dim, hidden, hidden, 1])
        self.q2 = mlp([obs_dim + act_dim, hidden, hidden, 1])

    def forward(self, s, a):
        sa = torch.cat([s, a], dim=-1)
        return self.q1(sa), self.q2(sa)


class RewardScaler:
    def __call__(self, rewards):
        return (rewards - rewards.mean()) / rewards.std()  # SSM302


def update(policy, critic, target, batch, opts, scale, alpha=0.2, gamma=0.99, tau=0.005):
    s, a, r, s2, done = batch
    with torch.no_grad():
        a2, logp2 = policy.sample(s2)
        q_next = torch.min(*target(s2, a2)) - alpha * logp2
        backup = scale(r) + gamma * (1 - done) * q_next
    q1, q2 = critic(s, a)
    q_loss = F.mse_loss(q1, backup) + F.mse_loss(q2, backup)
    opts["q"].zero_grad()
    q_loss.backward()
    opts["q"].step()
    pi, logp = policy.sample(s)
    pi_loss = (alpha * logp - torch.min(*critic(s, pi))).mean()
    opts["pi"].zero_grad()
    pi_loss.backward()
    opts["pi"].step()
    for p, tp in zip(critic.parameters(), target.parameters()):
        tp.data.mul_(1 - tau).add_(tau * p.data)
    return q_loss.item(), pi_loss.item()
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal

LOG_STD_MIN, LOG_STD_MAX = -20, 2


def mlp(sizes):
    layers = []
    for i, o in zip(sizes[:-2], sizes[1:-1]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


class Policy(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.trunk = nn.Sequential(mlp([obs_dim, hidden, hidden]), nn.ReLU())
        self.mean = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)

    def forward(self, state):
        h = self.trunk(state)
        mean, log_std = self.mean(h), self.log_std(h).clamp(LOG_STD_MIN, LOG_STD_MAX)
        return mean, log_std.exp()

    def sample(self, state):
        mean, std = self(state)
        normal = Normal(mean, std)
        u = normal.rsample()
        action = torch.tanh(u)
        log_prob = normal.log_prob(u) - torch.log(1 - action.pow(2) + 1e-6)
        return action, log_prob.sum(dim=-1, keepdim=True)


class Critic(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.q1 = mlp([obs_dim + act_dim, hidden, hidden, 1])
        self.q2 = mlp([obs_dim + act_dim, hidden, hidden, 1])

    def forward(self, s, a):
        sa = torch.cat([s, a], dim=-1)
        return self.q1(sa), self.q2(sa)


class RewardScaler:
    def __call__(self, rewards):
        return (rewards - rewards.mean()) / rewards.std().clamp(min=1e-6)


def update(policy, critic, target, batch, opts, scale, alpha=0.2, gamma=0.99, tau=0.005):
    s, a, r, s2, done = batch
    with torch.no_grad():
        a2, logp2 = policy.sample(s2)
        q_next = torch.min(*target(s2, a2)) - alpha * logp2
        backup = scale(r) + gamma * (1 - done) * q_next
    q1, q2 = critic(s, a)
    q_loss = F.mse_loss(q1, backup) + F.mse_loss(q2, backup)
    opts["q"].zero_grad()
    q_loss.backward()
    opts["q"].step()
    pi, logp = policy.sample(s)
    pi_loss = (alpha * logp - torch.min(*critic(s, pi))).mean()
    opts["pi"].zero_grad()
    pi_loss.backward()
    opts["pi"].step()
    for p, tp in zip(critic.parameters(), target.parameters()):
        tp.data.mul_(1 - tau).add_(tau * p.data)
    return q_loss.item(), pi_loss.item()
