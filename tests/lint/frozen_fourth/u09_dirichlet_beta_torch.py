"""Evidential classification and a regression with a Beta likelihood."""
import torch
import torch.nn as nn


class EvidentialHead(nn.Module):
    def __init__(self, dim, classes):
        super().__init__()
        self.fc = nn.Linear(dim, classes)

    def forward(self, x):
        return torch.exp(self.fc(x)) + 1  # SSM505


def dirichlet_log_prob(alpha, logits):
    p = torch.softmax(logits, dim=-1)
    norm = torch.lgamma(alpha.sum(-1)) - torch.lgamma(alpha).sum(-1)
    return norm + ((alpha - 1) * torch.log(p)).sum(-1)  # SSM201


def beta_nll(raw, a, b):
    y = torch.sigmoid(raw)
    log_norm = torch.lgamma(a + b) - torch.lgamma(a) - torch.lgamma(b)
    return -(log_norm + (a - 1) * y.log() + (b - 1) * (1 - y).log()).mean()  # SSM202 SSM202


class BetaRegression(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.mean = nn.Linear(dim, 1)
        self.precision = nn.Linear(dim, 1)

    def forward(self, x):
        mu = torch.sigmoid(self.mean(x))
        phi = torch.relu(self.precision(x))
        return mu * phi, (1 - mu) * phi

    def loss(self, x, y):
        a, b = self(x)
        return -(torch.log(a) * y).mean() - (torch.log(b) * (1 - y)).mean()  # SSM301 SSM301
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class EvidentialHead(nn.Module):
    def __init__(self, dim, classes):
        super().__init__()
        self.fc = nn.Linear(dim, classes)

    def forward(self, x):
        return F.softplus(self.fc(x)) + 1


def dirichlet_log_prob(alpha, logits):
    log_p = torch.log_softmax(logits, dim=-1)
    norm = torch.lgamma(alpha.sum(-1)) - torch.lgamma(alpha).sum(-1)
    return norm + ((alpha - 1) * log_p).sum(-1)


def beta_nll(raw, a, b):
    log_norm = torch.lgamma(a + b) - torch.lgamma(a) - torch.lgamma(b)
    return -(log_norm + (a - 1) * F.logsigmoid(raw) + (b - 1) * F.logsigmoid(-raw)).mean()


class BetaRegression(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.mean = nn.Linear(dim, 1)
        self.precision = nn.Linear(dim, 1)

    def forward(self, x):
        mu = torch.sigmoid(self.mean(x)).clamp(1e-4, 1 - 1e-4)
        phi = F.softplus(self.precision(x)) + 1e-3
        return mu * phi, (1 - mu) * phi

    def loss(self, x, y):
        a, b = self(x)
        return -(torch.log(a) * y).mean() - (torch.log(b) * (1 - y)).mean()
