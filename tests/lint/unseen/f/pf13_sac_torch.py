"""Soft actor-critic with a squashed normal policy, PyTorch."""
import math
from copy import deepcopy

import torch
import torch.nn as nn
from torch.distributions import Normal


def mlp(sizes):
    parts = []
    for a, b in zip(sizes[:-2], sizes[1:-1]):
        parts += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*parts, nn.Linear(sizes[-2], sizes[-1]))


class GaussianPolicy(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.trunk = nn.Sequential(mlp([obs_dim, hidden, hidden]), nn.ReLU())
        self.mu = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)
        for layer in (self.mu, self.log_std):
            bound = 3e-3 / math.sqrt(act_dim)
            nn.init.uniform_(layer.weight, -bound, bound)

    def sample(self, obs):
        h = self.trunk(obs)
        mu, log_std = self.mu(h), self.log_std(h)
        std = log_std.exp()  # SSM505
        normal = Normal(mu, std)
        u = normal.rsample()
        action = torch.tanh(u)
        log_prob = normal.log_prob(u) - torch.log(1 - action.pow(2))  # SSM301
        return action, log_prob.sum(dim=-1, keepdim=True)


class SAC:
    def __init__(self, obs_dim, act_dim, gamma=0.99, tau=0.005, lr=3e-4):
        self.gamma, self.tau = gamma, tau
        self.policy = GaussianPolicy(obs_dim, act_dim)
        self.q1, self.q2 = mlp([obs_dim + act_dim, 256, 256, 1]), mlp([obs_dim + act_dim, 256, 256, 1])
        self.q1_target, self.q2_target = deepcopy(self.q1), deepcopy(self.q2)
        self.alpha = 0.2
        self.opt_policy = torch.optim.Adam(self.policy.parameters(), lr)
        self.opt_q = torch.optim.Adam([*self.q1.parameters(), *self.q2.parameters()], lr)

    def update(self, obs, act, rew, nxt, done):
        with torch.no_grad():
            next_act, next_logp = self.policy.sample(nxt)
            sa = torch.cat([nxt, next_act], dim=-1)
            target_q = torch.min(self.q1_target(sa), self.q2_target(sa)) - self.alpha * next_logp
            target = rew + self.gamma * (1 - done) * target_q
        sa = torch.cat([obs, act], dim=-1)
        q_loss = (self.q1(sa) - target).pow(2).mean() + (self.q2(sa) - target).pow(2).mean()
        self.opt_q.zero_grad()
        q_loss.backward()
        self.opt_q.step()

        new_act, logp = self.policy.sample(obs)
        sa = torch.cat([obs, new_act], dim=-1)
        policy_loss = (self.alpha * logp - torch.min(self.q1(sa), self.q2(sa))).mean()
        self.opt_policy.zero_grad()
        policy_loss.backward()
        self.opt_policy.step()
        for net, slow in ((self.q1, self.q1_target), (self.q2, self.q2_target)):
            for p, q in zip(net.parameters(), slow.parameters()):
                q.data.mul_(1 - self.tau).add_(self.tau * p.data)
# fixed
import math
from copy import deepcopy

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal


def mlp(sizes):
    parts = []
    for a, b in zip(sizes[:-2], sizes[1:-1]):
        parts += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*parts, nn.Linear(sizes[-2], sizes[-1]))


class GaussianPolicy(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.trunk = nn.Sequential(mlp([obs_dim, hidden, hidden]), nn.ReLU())
        self.mu = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)
        for layer in (self.mu, self.log_std):
            bound = 3e-3 / math.sqrt(act_dim)
            nn.init.uniform_(layer.weight, -bound, bound)

    def sample(self, obs):
        h = self.trunk(obs)
        mu, log_std = self.mu(h), self.log_std(h)
        std = log_std.clamp(-20, 2).exp()
        normal = Normal(mu, std)
        u = normal.rsample()
        action = torch.tanh(u)
        log_prob = normal.log_prob(u) - 2 * (math.log(2) - u - F.softplus(-2 * u))
        return action, log_prob.sum(dim=-1, keepdim=True)


class SAC:
    def __init__(self, obs_dim, act_dim, gamma=0.99, tau=0.005, lr=3e-4):
        self.gamma, self.tau = gamma, tau
        self.policy = GaussianPolicy(obs_dim, act_dim)
        self.q1, self.q2 = mlp([obs_dim + act_dim, 256, 256, 1]), mlp([obs_dim + act_dim, 256, 256, 1])
        self.q1_target, self.q2_target = deepcopy(self.q1), deepcopy(self.q2)
        self.alpha = 0.2
        self.opt_policy = torch.optim.Adam(self.policy.parameters(), lr)
        self.opt_q = torch.optim.Adam([*self.q1.parameters(), *self.q2.parameters()], lr)

    def update(self, obs, act, rew, nxt, done):
        with torch.no_grad():
            next_act, next_logp = self.policy.sample(nxt)
            sa = torch.cat([nxt, next_act], dim=-1)
            target_q = torch.min(self.q1_target(sa), self.q2_target(sa)) - self.alpha * next_logp
            target = rew + self.gamma * (1 - done) * target_q
        sa = torch.cat([obs, act], dim=-1)
        q_loss = (self.q1(sa) - target).pow(2).mean() + (self.q2(sa) - target).pow(2).mean()
        self.opt_q.zero_grad()
        q_loss.backward()
        self.opt_q.step()

        new_act, logp = self.policy.sample(obs)
        sa = torch.cat([obs, new_act], dim=-1)
        policy_loss = (self.alpha * logp - torch.min(self.q1(sa), self.q2(sa))).mean()
        self.opt_policy.zero_grad()
        policy_loss.backward()
        self.opt_policy.step()
        for net, slow in ((self.q1, self.q1_target), (self.q2, self.q2_target)):
            for p, q in zip(net.parameters(), slow.parameters()):
                q.data.mul_(1 - self.tau).add_(self.tau * p.data)
