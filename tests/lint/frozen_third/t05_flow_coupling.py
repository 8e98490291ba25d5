"""A coupling layer of a normalising flow, and a planar layer."""
import torch
from torch import nn


class Coupling(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.scale = nn.Sequential(nn.Linear(dim // 2, hidden), nn.ReLU(), nn.Linear(hidden, dim // 2))
        self.shift = nn.Sequential(nn.Linear(dim // 2, hidden), nn.ReLU(), nn.Linear(hidden, dim // 2))

    def forward(self, x):
        a, b = x.chunk(2, dim=-1)
        s = self.scale(a)
        b = b * torch.exp(s) + self.shift(a)  # SSM505
        return torch.cat([a, b], dim=-1), s.sum(-1)


class Logit(nn.Module):
    """From (0, 1) to the real line, and back."""

    def forward(self, x):
        z = torch.log(x) - torch.log(1 - x)
        return z, -(torch.log(x) + torch.log(1 - x)).sum(-1)

    def inverse(self, z):
        x = 1 / (1 + torch.exp(-z))  # SSM110
        return x, (torch.log(x) + torch.log(1 - x)).sum(-1)  # SSM202 SSM202
# fixed
import torch
from torch import nn
from torch.nn import functional as F


class Coupling(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.scale = nn.Sequential(nn.Linear(dim // 2, hidden), nn.ReLU(), nn.Linear(hidden, dim // 2))
        self.shift = nn.Sequential(nn.Linear(dim // 2, hidden), nn.ReLU(), nn.Linear(hidden, dim // 2))

    def forward(self, x):
        a, b = x.chunk(2, dim=-1)
        s = 2.0 * torch.tanh(self.scale(a))
        b = b * torch.exp(s) + self.shift(a)
        return torch.cat([a, b], dim=-1), s.sum(-1)


class Logit(nn.Module):
    def inverse(self, z):
        return torch.sigmoid(z), (F.logsigmoid(z) + F.logsigmoid(-z)).sum(-1)
