"""Soft actor-critic: squashed Gaussian actor, twin critics and their updates."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def mlp(sizes, activation=nn.ReLU):
    layers = []
    for i in range(len(sizes) - 2):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), activation()]
    layers.append(nn.Linear(sizes[-2], sizes[-1]))
    return nn.Sequential(*layers)


class Actor(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256, scale=1.0):
        super().__init__()
        self.trunk = nn.Sequential(mlp([obs_dim, hidden, hidden]), nn.ReLU())
        self.mean = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)
        self.scale = scale

    def forward(self, obs):
        h = self.trunk(obs)
        return self.mean(h), self.log_std(h)

    def sample(self, obs):
        mean, log_std = self(obs)
        std = log_std.exp()  # SSM505
        noise = torch.randn_like(mean)
        u = mean + std * noise
        action = torch.tanh(u)
        log_prob = -0.5 * noise.pow(2) - log_std - 0.5 * math.log(2 * math.pi)
        log_prob = log_prob - torch.log(1 - action.pow(2))  # SSM301
        return self.scale * action, log_prob.sum(dim=-1, keepdim=True)


class Critic(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.q1 = mlp([obs_dim + act_dim, hidden, hidden, 1])
        self.q2 = mlp([obs_dim + act_dim, hidden, hidden, 1])

    def forward(self, obs, act):
        x = torch.cat([obs, act], dim=-1)
        return self.q1(x), self.q2(x)


def critic_loss(actor, critic, target, batch, alpha=0.2, gamma=0.99):
    obs, act, rew, nxt, done = batch
    with torch.no_grad():
        a2, logp2 = actor.sample(nxt)
        q = torch.min(*target(nxt, a2)) - alpha * logp2
        y = rew + gamma * (1 - done) * q
    q1, q2 = critic(obs, act)
    return F.mse_loss(q1, y) + F.mse_loss(q2, y)


def actor_loss(actor, critic, obs, alpha=0.2):
    a, logp = actor.sample(obs)
    return (alpha * logp - torch.min(*critic(obs, a))).mean()


@torch.no_grad()
def soft_update(net, target, tau=0.005):
    for p, tp in zip(net.parameters(), target.parameters()):
        tp.mul_(1 - tau).add_(tau * p)
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def mlp(sizes, activation=nn.ReLU):
    layers = []
    for i in range(len(sizes) - 2):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), activation()]
    layers.append(nn.Linear(sizes[-2], sizes[-1]))
    return nn.Sequential(*layers)


class Actor(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256, scale=1.0):
        super().__init__()
        self.trunk = nn.Sequential(mlp([obs_dim, hidden, hidden]), nn.ReLU())
        self.mean = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)
        self.scale = scale

    def forward(self, obs):
        h = self.trunk(obs)
        return self.mean(h), self.log_std(h).clamp(-20, 2)

    def sample(self, obs):
        mean, log_std = self(obs)
        std = log_std.exp()
        noise = torch.randn_like(mean)
        u = mean + std * noise
        action = torch.tanh(u)
        log_prob = -0.5 * noise.pow(2) - log_std - 0.5 * math.log(2 * math.pi)
        log_prob = log_prob - 2 * (math.log(2) - u - F.softplus(-2 * u))
        return self.scale * action, log_prob.sum(dim=-1, keepdim=True)


class Critic(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.q1 = mlp([obs_dim + act_dim, hidden, hidden, 1])
        self.q2 = mlp([obs_dim + act_dim, hidden, hidden, 1])

    def forward(self, obs, act):
        x = torch.cat([obs, act], dim=-1)
        return self.q1(x), self.q2(x)


def critic_loss(actor, critic, target, batch, alpha=0.2, gamma=0.99):
    obs, act, rew, nxt, done = batch
    with torch.no_grad():
        a2, logp2 = actor.sample(nxt)
        q = torch.min(*target(nxt, a2)) - alpha * logp2
        y = rew + gamma * (1 - done) * q
    q1, q2 = critic(obs, act)
    return F.mse_loss(q1, y) + F.mse_loss(q2, y)


def actor_loss(actor, critic, obs, alpha=0.2):
    a, logp = actor.sample(obs)
    return (alpha * logp - torch.min(*critic(obs, a))).mean()


@torch.no_grad()
def soft_update(net, target, tau=0.005):
    for p, tp in zip(net.parameters(), target.parameters()):
        tp.mul_(1 - tau).add_(tau * p)
