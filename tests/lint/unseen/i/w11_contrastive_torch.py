"""SimCLR, a bilinear InfoNCE critic and MINE over one encoder in PyTorch."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Encoder(nn.Module):
    def __init__(self, in_dim=512, dim=128):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(in_dim, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU())
        self.proj = nn.Linear(256, dim, bias=False)

    def forward(self, x):
        h = self.body(x)
        z = self.proj(h)
        return h, z / z.norm(dim=1, keepdim=True)  # SSM302


def nt_xent(z1, z2, tau=0.1):
    z = torch.cat([z1, z2])
    n = len(z1)
    sim = z @ z.t() / tau
    sim.fill_diagonal_(-1e4)
    target = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(sim, target)


class BilinearCritic(nn.Module):
    def __init__(self, dim=256):
        super().__init__()
        self.W = nn.Parameter(torch.randn(dim, dim) / dim ** 0.5)

    def forward(self, h1, h2):
        return h1 @ self.W @ h2.t()


def info_nce(critic, h1, h2):
    scores = critic(h1, h2)
    positive = scores.diagonal()
    partition = scores.exp().sum(dim=1)
    return (partition.log() - positive).mean()  # SSM203


class StatisticsNetwork(nn.Module):
    def __init__(self, dim=256):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2 * dim, 128), nn.ELU(), nn.Linear(128, 1))

    def forward(self, a, b):
        return self.net(torch.cat([a, b], dim=1)).squeeze(1)


def mine_bound(t_net, h1, h2):
    joint = t_net(h1, h2)
    marginal = t_net(h1, h2[torch.randperm(len(h2))])
    return joint.mean() - torch.log(torch.mean(torch.exp(marginal)))  # SSM204


def train(loader, epochs=100, lr=3e-4, warmup=10):
    enc, critic, t_net = Encoder(), BilinearCritic(), StatisticsNetwork()
    params = [p for m in (enc, critic, t_net) for p in m.parameters()]
    opt = torch.optim.AdamW(params, lr=lr, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.LambdaLR(opt, lambda e: min(1.0, (e + 1) / warmup))
    for epoch in range(epochs):
        total = 0.0
        for x1, x2 in loader:
            (h1, z1), (h2, z2) = enc(x1), enc(x2)
            loss = nt_xent(z1, z2) + info_nce(critic, h1, h2) - 0.1 * mine_bound(t_net, h1, h2)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item()
        schedule.step()
        print(f"{epoch}: {total / len(loader):.4f}")
    return enc
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Encoder(nn.Module):
    def __init__(self, in_dim=512, dim=128):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(in_dim, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU())
        self.proj = nn.Linear(256, dim, bias=False)

    def forward(self, x):
        h = self.body(x)
        z = self.proj(h)
        return h, F.normalize(z, dim=1, eps=1e-6)


def nt_xent(z1, z2, tau=0.1):
    z = torch.cat([z1, z2])
    n = len(z1)
    sim = z @ z.t() / tau
    sim.fill_diagonal_(-1e4)
    target = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(sim, target)


class BilinearCritic(nn.Module):
    def __init__(self, dim=256):
        super().__init__()
        self.W = nn.Parameter(torch.randn(dim, dim) / dim ** 0.5)

    def forward(self, h1, h2):
        return h1 @ self.W @ h2.t()


def info_nce(critic, h1, h2):
    scores = critic(h1, h2)
    positive = scores.diagonal()
    return (torch.logsumexp(scores, dim=1) - positive).mean()


class StatisticsNetwork(nn.Module):
    def __init__(self, dim=256):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2 * dim, 128), nn.ELU(), nn.Linear(128, 1))

    def forward(self, a, b):
        return self.net(torch.cat([a, b], dim=1)).squeeze(1)


def mine_bound(t_net, h1, h2):
    joint = t_net(h1, h2)
    marginal = t_net(h1, h2[torch.randperm(len(h2))])
    return joint.mean() - (torch.logsumexp(marginal, dim=0) - math.log(len(marginal)))


def train(loader, epochs=100, lr=3e-4, warmup=10):
    enc, critic, t_net = Encoder(), BilinearCritic(), StatisticsNetwork()
    params = [p for m in (enc, critic, t_net) for p in m.parameters()]
    opt = torch.optim.AdamW(params, lr=lr, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.LambdaLR(opt, lambda e: min(1.0, (e + 1) / warmup))
    for epoch in range(epochs):
        total = 0.0
        for x1, x2 in loader:
            (h1, z1), (h2, z2) = enc(x1), enc(x2)
            loss = nt_xent(z1, z2) + info_nce(critic, h1, h2) - 0.1 * mine_bound(t_net, h1, h2)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item()
        schedule.step()
        print(f"{epoch}: {total / len(loader):.4f}")
    return enc
