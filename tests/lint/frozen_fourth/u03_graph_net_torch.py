"""A graph network: normalized adjacency, attention over edges, mean of the neighbours."""
import torch
import torch.nn as nn


def normalize_adjacency(adj):
    adj = (adj > 0).float()
    degree = adj.sum(dim=1)
    d_inv_sqrt = torch.diag(degree.pow(-0.5))  # SSM304
    return d_inv_sqrt @ adj @ d_inv_sqrt


class EdgeAttention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.proj = nn.Linear(dim, dim, bias=False)
        self.score = nn.Linear(2 * dim, 1, bias=False)

    def forward(self, x, src, dst):
        h = self.proj(x)
        e = torch.exp(self.score(torch.cat([h[src], h[dst]], dim=-1)).squeeze(-1))  # SSM505
        total = torch.zeros(len(x), device=x.device).index_add(0, dst, e)
        alpha = e / total[dst]
        return torch.zeros_like(h).index_add(0, dst, alpha.unsqueeze(-1) * h[src])


class MeanAggregator(nn.Module):
    def forward(self, x, adjacency):
        mask = adjacency.gt(0).float()
        return torch.matmul(mask, x) / mask.sum(dim=1, keepdim=True)  # SSM302


def link_loss(z, pos, neg):
    p = torch.sigmoid((z[pos[0]] * z[pos[1]]).sum(-1))
    q = torch.sigmoid((z[neg[0]] * z[neg[1]]).sum(-1))
    return -torch.log(p).mean() - torch.log(1 - q).mean()  # SSM202 SSM202
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


def normalize_adjacency(adj):
    adj = (adj > 0).float() + torch.eye(len(adj))
    degree = adj.sum(dim=1).clamp(min=1)
    d_inv_sqrt = torch.diag(degree.pow(-0.5))
    return d_inv_sqrt @ adj @ d_inv_sqrt


class EdgeAttention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.proj = nn.Linear(dim, dim, bias=False)
        self.score = nn.Linear(2 * dim, 1, bias=False)

    def forward(self, x, src, dst):
        h = self.proj(x)
        s = self.score(torch.cat([h[src], h[dst]], dim=-1)).squeeze(-1)
        largest = torch.full((len(x),), -torch.inf, device=x.device).scatter_reduce(0, dst, s, "amax")
        e = torch.exp(s - largest[dst])
        total = torch.zeros(len(x), device=x.device).index_add(0, dst, e)
        alpha = e / total[dst]
        return torch.zeros_like(h).index_add(0, dst, alpha.unsqueeze(-1) * h[src])


class MeanAggregator(nn.Module):
    def forward(self, x, adjacency):
        mask = adjacency.gt(0).float()
        return torch.matmul(mask, x) / mask.sum(dim=1, keepdim=True).clamp(min=1)


def link_loss(z, pos, neg):
    p = (z[pos[0]] * z[pos[1]]).sum(-1)
    q = (z[neg[0]] * z[neg[1]]).sum(-1)
    return -F.logsigmoid(p).mean() - F.logsigmoid(-q).mean()
