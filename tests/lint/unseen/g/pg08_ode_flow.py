"""Neural ODE as a density model in PyTorch: adaptive Heun steps, a tanh squash at the end."""
import math
import torch
from torch import nn


class Dynamics(nn.Module):
    def __init__(self, dim, hidden=64):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(dim + 1, hidden), nn.Tanh(), nn.Linear(hidden, dim))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, t, z):
        z = z.requires_grad_(True)
        f = self.net(torch.cat([z, torch.full_like(z[:, :1], t)], 1))
        noise = torch.randn_like(z)
        vjp = torch.autograd.grad(f, z, noise, create_graph=True)[0]
        return f, -(vjp * noise).sum(1)


def integrate(func, z, t0=0.0, t1=1.0, tol=1e-3, h=0.1):
    t, logp = t0, torch.zeros(len(z))
    while t < t1:
        h = min(h, t1 - t)
        k1, d1 = func(t, z)
        k2, d2 = func(t + h, z + h * k1)
        error = (h * (k2 - k1) / 2).abs().max().item()
        if error <= tol or h < 1e-3:
            z, logp, t = z + h * (k1 + k2) / 2, logp + h * (d1 + d2) / 2, t + h
        h = h * min(2.0, max(0.5, 0.9 * math.sqrt(tol / error)))  # SSM302
    return z, logp


class Flow(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dynamics = Dynamics(dim)
        self.mix = nn.Parameter(torch.eye(dim))
        self.scale = nn.Linear(dim, dim)

    def forward(self, x):
        z, change = integrate(self.dynamics, x)
        change = change - torch.log(torch.abs(torch.det(self.mix)))  # SSM301
        z = z @ self.mix
        y = torch.tanh(z)
        change = change - torch.log(1 - y ** 2).sum(1)  # SSM301
        return y, change

    def noise_level(self, x):
        return torch.exp(self.scale(x).clamp(-8, 8))

    def nll(self, x):
        y, change = self(x)
        base = -0.5 * (y ** 2).sum(1) - 0.5 * y.shape[1] * math.log(2 * math.pi)
        return -(base - change).mean()
# fixed
import math
import torch
from torch import nn
import torch.nn.functional as F


class Dynamics(nn.Module):
    def __init__(self, dim, hidden=64):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(dim + 1, hidden), nn.Tanh(), nn.Linear(hidden, dim))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, t, z):
        z = z.requires_grad_(True)
        f = self.net(torch.cat([z, torch.full_like(z[:, :1], t)], 1))
        noise = torch.randn_like(z)
        vjp = torch.autograd.grad(f, z, noise, create_graph=True)[0]
        return f, -(vjp * noise).sum(1)


def integrate(func, z, t0=0.0, t1=1.0, tol=1e-3, h=0.1):
    t, logp = t0, torch.zeros(len(z))
    while t < t1:
        h = min(h, t1 - t)
        k1, d1 = func(t, z)
        k2, d2 = func(t + h, z + h * k1)
        error = (h * (k2 - k1) / 2).abs().max().item()
        if error <= tol or h < 1e-3:
            z, logp, t = z + h * (k1 + k2) / 2, logp + h * (d1 + d2) / 2, t + h
        h = h * (2.0 if error == 0 else min(2.0, max(0.5, 0.9 * math.sqrt(tol / error))))
    return z, logp


class Flow(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dynamics = Dynamics(dim)
        self.mix = nn.Parameter(torch.eye(dim))
        self.scale = nn.Linear(dim, dim)

    def forward(self, x):
        z, change = integrate(self.dynamics, x)
        change = change - torch.linalg.slogdet(self.mix)[1]
        z = z @ self.mix
        y = torch.tanh(z)
        change = change - (2 * (math.log(2) - z - F.softplus(-2 * z))).sum(1)
        return y, change

    def noise_level(self, x):
        return torch.exp(self.scale(x).clamp(-8, 8))

    def nll(self, x):
        y, change = self(x)
        base = -0.5 * (y ** 2).sum(1) - 0.5 * y.shape[1] * math.log(2 * math.pi)
        return -(base - change).mean()
