"""Soft actor-critic with a squashed Gaussian policy in PyTorch."""
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal


def mlp(sizes, activation=nn.ReLU):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers += [nn.Linear(a, b), activation()]
    return nn.Sequential(*layers[:-1])


class SquashedGaussianActor(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256, act_limit=1.0):
        super().__init__()
        self.net = mlp([obs_dim, hidden, hidden])
        self.mu_layer = nn.Linear(hidden, act_dim)
        self.log_std_layer = nn.Linear(hidden, act_dim)
        self.act_limit = act_limit

    def forward(self, obs, deterministic=False):
        h = F.relu(self.net(obs))
        mu, log_std = self.mu_layer(h), self.log_std_layer(h)
        std = torch.exp(log_std)  # SSM505
        dist = Normal(mu, std)
        u = mu if deterministic else dist.rsample()
        action = torch.tanh(u)
        logp = dist.log_prob(u).sum(dim=-1)
        logp = logp - torch.log(1 - action.pow(2)).sum(dim=-1)  # SSM301
        return self.act_limit * action, logp


class Critic(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.q1 = mlp([obs_dim + act_dim, hidden, hidden, 1])
        self.q2 = mlp([obs_dim + act_dim, hidden, hidden, 1])

    def forward(self, obs, act):
        x = torch.cat([obs, act], dim=-1)
        return self.q1(x).squeeze(-1), self.q2(x).squeeze(-1)


class SAC:
    def __init__(self, obs_dim, act_dim, gamma=0.99, polyak=0.995, lr=3e-4):
        self.pi, self.q = SquashedGaussianActor(obs_dim, act_dim), Critic(obs_dim, act_dim)
        self.q_target = copy.deepcopy(self.q)
        self.log_alpha = torch.zeros((), requires_grad=True)
        self.target_entropy = -float(act_dim)
        self.gamma, self.polyak = gamma, polyak
        self.pi_opt = torch.optim.Adam(self.pi.parameters(), lr=lr)
        self.q_opt = torch.optim.Adam(self.q.parameters(), lr=lr)
        self.alpha_opt = torch.optim.Adam([self.log_alpha], lr=lr)

    def update(self, obs, act, rew, obs2, done):
        alpha = self.log_alpha.exp().detach()
        rew = (rew - rew.mean()) / (rew.std() + 1e-6)
        with torch.no_grad():
            a2, logp2 = self.pi(obs2)
            backup = rew + self.gamma * (1 - done) * (torch.min(*self.q_target(obs2, a2)) - alpha * logp2)
        q_loss = sum(F.mse_loss(q, backup) for q in self.q(obs, act))
        self.step(self.q_opt, q_loss)
        a, logp = self.pi(obs)
        self.step(self.pi_opt, (alpha * logp - torch.min(*self.q(obs, a))).mean())
        self.step(self.alpha_opt, -(self.log_alpha * (logp + self.target_entropy).detach()).mean())
        with torch.no_grad():
            for p, t in zip(self.q.parameters(), self.q_target.parameters()):
                t.mul_(self.polyak).add_((1 - self.polyak) * p)

    @staticmethod
    def step(optimizer, loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
# fixed
import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal


def mlp(sizes, activation=nn.ReLU):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers += [nn.Linear(a, b), activation()]
    return nn.Sequential(*layers[:-1])


class SquashedGaussianActor(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256, act_limit=1.0):
        super().__init__()
        self.net = mlp([obs_dim, hidden, hidden])
        self.mu_layer = nn.Linear(hidden, act_dim)
        self.log_std_layer = nn.Linear(hidden, act_dim)
        self.act_limit = act_limit

    def forward(self, obs, deterministic=False):
        h = F.relu(self.net(obs))
        mu, log_std = self.mu_layer(h), self.log_std_layer(h)
        std = torch.exp(log_std.clamp(-20, 2))
        dist = Normal(mu, std)
        u = mu if deterministic else dist.rsample()
        action = torch.tanh(u)
        logp = dist.log_prob(u).sum(dim=-1)
        logp = logp - (2 * (math.log(2) - u - F.softplus(-2 * u))).sum(dim=-1)
        return self.act_limit * action, logp


class Critic(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.q1 = mlp([obs_dim + act_dim, hidden, hidden, 1])
        self.q2 = mlp([obs_dim + act_dim, hidden, hidden, 1])

    def forward(self, obs, act):
        x = torch.cat([obs, act], dim=-1)
        return self.q1(x).squeeze(-1), self.q2(x).squeeze(-1)


class SAC:
    def __init__(self, obs_dim, act_dim, gamma=0.99, polyak=0.995, lr=3e-4):
        self.pi, self.q = SquashedGaussianActor(obs_dim, act_dim), Critic(obs_dim, act_dim)
        self.q_target = copy.deepcopy(self.q)
        self.log_alpha = torch.zeros((), requires_grad=True)
        self.target_entropy = -float(act_dim)
        self.gamma, self.polyak = gamma, polyak
        self.pi_opt = torch.optim.Adam(self.pi.parameters(), lr=lr)
        self.q_opt = torch.optim.Adam(self.q.parameters(), lr=lr)
        self.alpha_opt = torch.optim.Adam([self.log_alpha], lr=lr)

    def update(self, obs, act, rew, obs2, done):
        alpha = self.log_alpha.exp().detach()
        rew = (rew - rew.mean()) / (rew.std() + 1e-6)
        with torch.no_grad():
            a2, logp2 = self.pi(obs2)
            backup = rew + self.gamma * (1 - done) * (torch.min(*self.q_target(obs2, a2)) - alpha * logp2)
        q_loss = sum(F.mse_loss(q, backup) for q in self.q(obs, act))
        self.step(self.q_opt, q_loss)
        a, logp = self.pi(obs)
        self.step(self.pi_opt, (alpha * logp - torch.min(*self.q(obs, a))).mean())
        self.step(self.alpha_opt, -(self.log_alpha * (logp + self.target_entropy).detach()).mean())
        with torch.no_grad():
            for p, t in zip(self.q.parameters(), self.q_target.parameters()):
                t.mul_(self.polyak).add_((1 - self.polyak) * p)

    @staticmethod
    def step(optimizer, loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
