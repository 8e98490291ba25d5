"""Soft actor-critic in PyTorch: a squashed Gaussian policy, twin critics and normalised rewards."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def mlp(sizes):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class GaussianPolicy(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.body = mlp([obs_dim, hidden, hidden])
        self.mean = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)

    def forward(self, obs):
        h = F.relu(self.body(obs))
        return self.mean(h), self.log_std(h)

    def sample(self, obs):
        mean, log_std = self(obs)
        std = log_std.exp()  # SSM505
        noise = torch.randn_like(mean)
        action = torch.tanh(mean + std * noise)
        log_prob = -0.5 * noise ** 2 - log_std - 0.5 * math.log(2 * math.pi)
        log_prob = log_prob - torch.log(1 - action.pow(2))  # SSM301
        return action, log_prob.sum(dim=-1, keepdim=True)


class SAC:
    def __init__(self, obs_dim, act_dim, gamma=0.99, lr=3e-4):
        self.policy = GaussianPolicy(obs_dim, act_dim)
        self.q1, self.q2 = (mlp([obs_dim + act_dim, 256, 256, 1]) for _ in range(2))
        self.alpha, self.gamma = 0.2, gamma
        self.pi_opt = torch.optim.Adam(self.policy.parameters(), lr=lr)
        self.q_opt = torch.optim.Adam([*self.q1.parameters(), *self.q2.parameters()], lr=lr)

    def update(self, obs, act, rew, nxt, done):
        rew = (rew - rew.mean()) / rew.std()  # SSM302
        with torch.no_grad():
            a2, logp2 = self.policy.sample(nxt)
            sa2 = torch.cat([nxt, a2], dim=-1)
            target = torch.min(self.q1(sa2), self.q2(sa2)) - self.alpha * logp2
            target = rew + self.gamma * (1 - done) * target
        sa = torch.cat([obs, act], dim=-1)
        q_loss = F.mse_loss(self.q1(sa), target) + F.mse_loss(self.q2(sa), target)
        self.q_opt.zero_grad()
        q_loss.backward()
        self.q_opt.step()

        a, logp = self.policy.sample(obs)
        q = torch.min(self.q1(torch.cat([obs, a], -1)), self.q2(torch.cat([obs, a], -1)))
        pi_loss = (self.alpha * logp - q).mean()
        self.pi_opt.zero_grad()
        pi_loss.backward()
        self.pi_opt.step()
        return q_loss.item(), pi_loss.item()
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

LOG_STD_MIN, LOG_STD_MAX = -20, 2


def mlp(sizes):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class GaussianPolicy(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.body = mlp([obs_dim, hidden, hidden])
        self.mean = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)

    def forward(self, obs):
        h = F.relu(self.body(obs))
        return self.mean(h), self.log_std(h).clamp(LOG_STD_MIN, LOG_STD_MAX)

    def sample(self, obs):
        mean, log_std = self(obs)
        std = log_std.exp()
        noise = torch.randn_like(mean)
        u = mean + std * noise
        action = torch.tanh(u)
        log_prob = -0.5 * noise ** 2 - log_std - 0.5 * math.log(2 * math.pi)
        log_prob = log_prob - 2 * (math.log(2) - u - F.softplus(-2 * u))
        return action, log_prob.sum(dim=-1, keepdim=True)


class SAC:
    def __init__(self, obs_dim, act_dim, gamma=0.99, lr=3e-4):
        self.policy = GaussianPolicy(obs_dim, act_dim)
        self.q1, self.q2 = (mlp([obs_dim + act_dim, 256, 256, 1]) for _ in range(2))
        self.alpha, self.gamma = 0.2, gamma
        self.pi_opt = torch.optim.Adam(self.policy.parameters(), lr=lr)
        self.q_opt = torch.optim.Adam([*self.q1.parameters(), *self.q2.parameters()], lr=lr)

    def update(self, obs, act, rew, nxt, done):
        rew = (rew - rew.mean()) / (rew.std() + 1e-6)
        with torch.no_grad():
            a2, logp2 = self.policy.sample(nxt)
            sa2 = torch.cat([nxt, a2], dim=-1)
            target = torch.min(self.q1(sa2), self.q2(sa2)) - self.alpha * logp2
            target = rew + self.gamma * (1 - done) * target
        sa = torch.cat([obs, act], dim=-1)
        q_loss = F.mse_loss(self.q1(sa), target) + F.mse_loss(self.q2(sa), target)
        self.q_opt.zero_grad()
        q_loss.backward()
        self.q_opt.step()

        a, logp = self.policy.sample(obs)
        q = torch.min(self.q1(torch.cat([obs, a], -1)), self.q2(torch.cat([obs, a], -1)))
        pi_loss = (self.alpha * logp - q).mean()
        self.pi_opt.zero_grad()
        pi_loss.backward()
        self.pi_opt.step()
        return q_loss.item(), pi_loss.item()
