"""Soft actor-critic: squashed Gaussian policy and its update."""
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal


class Actor(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256, limit=1.0):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(obs_dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.mu = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)
        self.limit = limit

    def forward(self, obs):
        h = self.trunk(obs)
        mu = self.mu(h)
        std = torch.exp(self.log_std(h))  # SSM505
        dist = Normal(mu, std)
        u = dist.rsample()
        a = torch.tanh(u)
        logp = dist.log_prob(u).sum(dim=-1)
        logp = logp - torch.log(1 - a.pow(2)).sum(dim=-1)  # SSM301
        return self.limit * a, logp


class Critic(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.q = nn.Sequential(nn.Linear(obs_dim + act_dim, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, obs, act):
        return self.q(torch.cat([obs, act], dim=-1)).squeeze(-1)


class SAC:
    def __init__(self, obs_dim, act_dim, alpha=0.2, gamma=0.99, tau=0.005):
        self.actor = Actor(obs_dim, act_dim)
        self.critics = nn.ModuleList([Critic(obs_dim, act_dim) for _ in range(2)])
        self.targets = copy.deepcopy(self.critics)
        self.alpha, self.gamma, self.tau = alpha, gamma, tau
        self.pi_opt = torch.optim.Adam(self.actor.parameters(), lr=3e-4)
        self.q_opt = torch.optim.Adam(self.critics.parameters(), lr=3e-4)

    def update(self, obs, act, rew, nxt, done):
        rew = (rew - rew.mean()) / rew.std()  # SSM302
        with torch.no_grad():
            a2, logp2 = self.actor(nxt)
            q2 = torch.min(*[t(nxt, a2) for t in self.targets])
            backup = rew + self.gamma * (1 - done) * (q2 - self.alpha * logp2)
        q_loss = sum(F.mse_loss(c(obs, act), backup) for c in self.critics)
        self.q_opt.zero_grad()
        q_loss.backward()
        self.q_opt.step()

        a, logp = self.actor(obs)
        pi_loss = (self.alpha * logp - torch.min(*[c(obs, a) for c in self.critics])).mean()
        self.pi_opt.zero_grad()
        pi_loss.backward()
        self.pi_opt.step()

        with torch.no_grad():
            for p, t in zip(self.critics.parameters(), self.targets.parameters()):
                t.mul_(1 - self.tau).add_(self.tau * p)
        return q_loss.item(), pi_loss.item()
# fixed
import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal


class Actor(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256, limit=1.0):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(obs_dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.mu = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)
        self.limit = limit

    def forward(self, obs):
        h = self.trunk(obs)
        mu = self.mu(h)
        std = torch.exp(self.log_std(h).clamp(-20, 2))
        dist = Normal(mu, std)
        u = dist.rsample()
        a = torch.tanh(u)
        logp = dist.log_prob(u).sum(dim=-1)
        logp = logp - (2 * (math.log(2) - u - F.softplus(-2 * u))).sum(dim=-1)
        return self.limit * a, logp


class Critic(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.q = nn.Sequential(nn.Linear(obs_dim + act_dim, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, obs, act):
        return self.q(torch.cat([obs, act], dim=-1)).squeeze(-1)


class SAC:
    def __init__(self, obs_dim, act_dim, alpha=0.2, gamma=0.99, tau=0.005):
        self.actor = Actor(obs_dim, act_dim)
        self.critics = nn.ModuleList([Critic(obs_dim, act_dim) for _ in range(2)])
        self.targets = copy.deepcopy(self.critics)
        self.alpha, self.gamma, self.tau = alpha, gamma, tau
        self.pi_opt = torch.optim.Adam(self.actor.parameters(), lr=3e-4)
        self.q_opt = torch.optim.Adam(self.critics.parameters(), lr=3e-4)

    def update(self, obs, act, rew, nxt, done):
        rew = (rew - rew.mean()) / (rew.std() + 1e-6)
        with torch.no_grad():
            a2, logp2 = self.actor(nxt)
            q2 = torch.min(*[t(nxt, a2) for t in self.targets])
            backup = rew + self.gamma * (1 - done) * (q2 - self.alpha * logp2)
        q_loss = sum(F.mse_loss(c(obs, act), backup) for c in self.critics)
        self.q_opt.zero_grad()
        q_loss.backward()
        self.q_opt.step()

        a, logp = self.actor(obs)
        pi_loss = (self.alpha * logp - torch.min(*[c(obs, a) for c in self.critics])).mean()
        self.pi_opt.zero_grad()
        pi_loss.backward()
        self.pi_opt.step()

        with torch.no_grad():
            for p, t in zip(self.critics.parameters(), self.targets.parameters()):
                t.mul_(1 - self.tau).add_(self.tau * p)
        return q_loss.item(), pi_loss.item()
