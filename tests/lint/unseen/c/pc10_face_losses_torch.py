"""Batch-hard triplet, additive angular margin and centres of a batch, for faces, PyTorch."""
import math

import torch
from torch import nn
from torch.nn import functional as F


def pairwise_distances(embeddings, squared=False):
    dot = embeddings @ embeddings.t()
    sq = dot.diag()
    dist = (sq.unsqueeze(0) - 2.0 * dot + sq.unsqueeze(1)).clamp(min=0)
    if squared:
        return dist
    return torch.sqrt(dist)  # SSM303


def batch_hard(embeddings, labels, margin=0.3):
    d = pairwise_distances(embeddings)
    same = labels[:, None] == labels[None, :]
    hardest_pos = (d * same.float()).max(dim=1)[0]
    hardest_neg = (d + 1e5 * same.float()).min(dim=1)[0]
    return F.relu(hardest_pos - hardest_neg + margin).mean()


class ArcMargin(nn.Module):
    def __init__(self, features, classes, s=30.0, m=0.5):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(classes, features))
        nn.init.xavier_uniform_(self.weight)
        self.s, self.cos_m, self.sin_m = s, math.cos(m), math.sin(m)

    def forward(self, x, label):
        cosine = F.linear(F.normalize(x), F.normalize(self.weight))
        sine = torch.sqrt(1.0 - cosine.pow(2))  # SSM303
        phi = cosine * self.cos_m - sine * self.sin_m
        hot = F.one_hot(label, cosine.size(1)).to(cosine.dtype)
        return F.cross_entropy(self.s * (hot * phi + (1 - hot) * cosine), label)


def batch_centres(embeddings, labels, classes):
    hot = F.one_hot(labels, classes).to(embeddings.dtype)
    return hot.t() @ embeddings / hot.sum(dim=0).unsqueeze(1)  # SSM302


class CentreLoss(nn.Module):
    def __init__(self, classes, dim, decay=0.9):
        super().__init__()
        self.classes, self.decay = classes, decay
        self.register_buffer("centres", torch.zeros(classes, dim))

    def forward(self, x, labels):
        with torch.no_grad():
            fresh = batch_centres(x, labels, self.classes)
            self.centres.mul_(self.decay).add_(fresh, alpha=1 - self.decay)
        return (x - self.centres[labels]).pow(2).sum(dim=1).mean() / 2
# fixed
import math

import torch
from torch import nn
from torch.nn import functional as F


def pairwise_distances(embeddings, squared=False):
    dot = embeddings @ embeddings.t()
    sq = dot.diag()
    dist = (sq.unsqueeze(0) - 2.0 * dot + sq.unsqueeze(1)).clamp(min=0)
    if squared:
        return dist
    zero = (dist == 0).to(dist.dtype)
    return torch.sqrt(dist + zero * 1e-12) * (1.0 - zero)


def batch_hard(embeddings, labels, margin=0.3):
    d = pairwise_distances(embeddings)
    same = labels[:, None] == labels[None, :]
    hardest_pos = (d * same.float()).max(dim=1)[0]
    hardest_neg = (d + 1e5 * same.float()).min(dim=1)[0]
    return F.relu(hardest_pos - hardest_neg + margin).mean()


class ArcMargin(nn.Module):
    def __init__(self, features, classes, s=30.0, m=0.5):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(classes, features))
        nn.init.xavier_uniform_(self.weight)
        self.s, self.cos_m, self.sin_m = s, math.cos(m), math.sin(m)

    def forward(self, x, label):
        cosine = F.linear(F.normalize(x), F.normalize(self.weight))
        sine = torch.sqrt((1.0 - cosine.pow(2)).clamp(min=1e-7))
        phi = cosine * self.cos_m - sine * self.sin_m
        hot = F.one_hot(label, cosine.size(1)).to(cosine.dtype)
        return F.cross_entropy(self.s * (hot * phi + (1 - hot) * cosine), label)


def batch_centres(embeddings, labels, classes):
    hot = F.one_hot(labels, classes).to(embeddings.dtype)
    return hot.t() @ embeddings / hot.sum(dim=0).clamp(min=1).unsqueeze(1)


class CentreLoss(nn.Module):
    def __init__(self, classes, dim, decay=0.9):
        super().__init__()
        self.classes, self.decay = classes, decay
        self.register_buffer("centres", torch.zeros(classes, dim))

    def forward(self, x, labels):
        with torch.no_grad():
            seen = labels.unique()
            fresh = batch_centres(x, labels, self.classes)[seen]
            self.centres[seen] = self.decay * self.centres[seen] + (1 - self.decay) * fresh
        return (x - self.centres[labels]).pow(2).sum(dim=1).mean() / 2
