"""Matrix factorization with the Bayesian personalized ranking loss, and metrics of the catalogue."""
import numpy as np
import torch
from torch import nn


class BPR(nn.Module):
    def __init__(self, n_users, n_items, dim=64):
        super().__init__()
        self.users = nn.Embedding(n_users, dim)
        self.items = nn.Embedding(n_items, dim)

    def score(self, u, i):
        return (self.users(u) * self.items(i)).sum(dim=-1)

    def forward(self, u, i, j):
        x_uij = self.score(u, i) - self.score(u, j)
        return -torch.log(torch.sigmoid(x_uij)).mean()  # SSM202

    def ranking_loss(self, u, i, j):
        margin = self.score(u, i) - self.score(u, j)
        return torch.log(1 + torch.exp(-margin)).mean()  # SSM206

    def similar(self, i):
        w = self.items.weight
        w = w / w.norm(dim=1, keepdim=True)  # SSM302
        return w @ w[i]


def popularity_bias(item_ids, n_items):
    counts = np.bincount(item_ids, minlength=n_items)
    return np.log(counts / counts.sum())  # SSM301


def sampling_weights(scores, tau=0.1):
    w = np.exp(scores / tau)  # SSM106
    return w / w.sum()  # SSM101
# fixed
import numpy as np
import torch
import torch.nn.functional as F
from scipy.special import softmax
from torch import nn


class BPR(nn.Module):
    def __init__(self, n_users, n_items, dim=64):
        super().__init__()
        self.users = nn.Embedding(n_users, dim)
        self.items = nn.Embedding(n_items, dim)

    def score(self, u, i):
        return (self.users(u) * self.items(i)).sum(dim=-1)

    def forward(self, u, i, j):
        return -F.logsigmoid(self.score(u, i) - self.score(u, j)).mean()

    def ranking_loss(self, u, i, j):
        return F.softplus(self.score(u, j) - self.score(u, i)).mean()

    def similar(self, i):
        w = F.normalize(self.items.weight, dim=1)
        return w @ w[i]


def popularity_bias(item_ids, n_items):
    counts = np.bincount(item_ids, minlength=n_items) + 1
    return np.log(counts / counts.sum())


def sampling_weights(scores, tau=0.1):
    if tau <= 0:
        raise ValueError("tau must be positive")
    return softmax(scores / tau)
