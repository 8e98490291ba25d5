"""Soft actor-critic: the log-probability of a squashed action."""
import torch
import torch.nn as nn
from torch.distributions import Normal


class Actor(nn.Module):
    def __init__(self, obs_dim, act_dim):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(obs_dim, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU())
        self.mu = nn.Linear(256, act_dim)
        self.log_std = nn.Linear(256, act_dim)

    def forward(self, obs):
        h = self.net(obs)
        mu = self.mu(h)
        std = torch.exp(self.log_std(h))  # SSM505
        pi = Normal(mu, std)
        u = pi.rsample()
        action = torch.tanh(u)
        logp = pi.log_prob(u).sum(-1)
        logp = logp - torch.log(1 - action.pow(2)).sum(-1)  # SSM301
        return action, logp
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal


class Actor(nn.Module):
    def __init__(self, obs_dim, act_dim):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(obs_dim, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU())
        self.mu = nn.Linear(256, act_dim)
        self.log_std = nn.Linear(256, act_dim)

    def forward(self, obs):
        h = self.net(obs)
        mu = self.mu(h)
        std = torch.exp(torch.clamp(self.log_std(h), -20, 2))
        pi = Normal(mu, std)
        u = pi.rsample()
        logp = pi.log_prob(u).sum(-1)
        logp = logp - (2 * (math.log(2) - u - F.softplus(-2 * u))).sum(-1)
        return torch.tanh(u), logp
