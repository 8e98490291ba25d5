"""The actor of soft actor-critic and its update, PyTorch."""
import math
from dataclasses import dataclass

import torch
import torch.nn as nn


@dataclass
class Config:
    obs_dim: int = 17
    act_dim: int = 6
    hidden: int = 256
    alpha: float = 0.2
    gamma: float = 0.99
    tau: float = 0.005
    lr: float = 3e-4


class GaussianActor(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(cfg.obs_dim, cfg.hidden), nn.ReLU(),
                                   nn.Linear(cfg.hidden, cfg.hidden), nn.ReLU())
        self.mu = nn.Linear(cfg.hidden, cfg.act_dim)
        self.log_std = nn.Linear(cfg.hidden, cfg.act_dim)

    def forward(self, obs):
        h = self.trunk(obs)
        log_std = self.log_std(h)
        std = log_std.exp()  # SSM505
        noise = torch.randn_like(std)
        action = torch.tanh(self.mu(h) + std * noise)
        logp = (-0.5 * noise.pow(2) - log_std - 0.5 * math.log(2 * math.pi)).sum(-1)
        logp = logp - torch.log(1 - action.pow(2)).sum(-1)  # SSM301
        return action, logp


def update_actor(actor, q1, q2, opt, obs, cfg):
    action, logp = actor(obs)
    q = torch.min(q1(obs, action), q2(obs, action))
    loss = (cfg.alpha * logp - q).mean()
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(actor.parameters(), 10.0)
    opt.step()
    return loss.item()


def critic_target(actor, t1, t2, batch, cfg):
    with torch.no_grad():
        nxt, logp = actor(batch["next_obs"])
        reward = batch["reward"]
        reward = (reward - reward.mean()) / reward.std().clamp_min(1e-3)
        q = torch.min(t1(batch["next_obs"], nxt), t2(batch["next_obs"], nxt))
        return reward + cfg.gamma * (1 - batch["done"]) * (q - cfg.alpha * logp)


def soft_update(net, target, tau):
    for p, tp in zip(net.parameters(), target.parameters()):
        tp.data.mul_(1 - tau).add_(p.data, alpha=tau)
# fixed
import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Config:
    obs_dim: int = 17
    act_dim: int = 6
    hidden: int = 256
    alpha: float = 0.2
    gamma: float = 0.99
    tau: float = 0.005
    lr: float = 3e-4


class GaussianActor(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(cfg.obs_dim, cfg.hidden), nn.ReLU(),
                                   nn.Linear(cfg.hidden, cfg.hidden), nn.ReLU())
        self.mu = nn.Linear(cfg.hidden, cfg.act_dim)
        self.log_std = nn.Linear(cfg.hidden, cfg.act_dim)

    def forward(self, obs):
        h = self.trunk(obs)
        log_std = self.log_std(h).clamp(-20, 2)
        std = log_std.exp()
        noise = torch.randn_like(std)
        u = self.mu(h) + std * noise
        action = torch.tanh(u)
        logp = (-0.5 * noise.pow(2) - log_std - 0.5 * math.log(2 * math.pi)).sum(-1)
        logp = logp - (2 * (math.log(2) - u - F.softplus(-2 * u))).sum(-1)
        return action, logp


def update_actor(actor, q1, q2, opt, obs, cfg):
    action, logp = actor(obs)
    q = torch.min(q1(obs, action), q2(obs, action))
    loss = (cfg.alpha * logp - q).mean()
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(actor.parameters(), 10.0)
    opt.step()
    return loss.item()


def critic_target(actor, t1, t2, batch, cfg):
    with torch.no_grad():
        nxt, logp = actor(batch["next_obs"])
        reward = batch["reward"]
        reward = (reward - reward.mean()) / reward.std().clamp_min(1e-3)
        q = torch.min(t1(batch["next_obs"], nxt), t2(batch["next_obs"], nxt))
        return reward + cfg.gamma * (1 - batch["done"]) * (q - cfg.alpha * logp)


def soft_update(net, target, tau):
    for p, tp in zip(net.parameters(), target.parameters()):
        tp.data.mul_(1 - tau).add_(p.data, alpha=tau)
