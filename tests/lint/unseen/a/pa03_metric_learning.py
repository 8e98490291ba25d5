"""Embedding losses in torch: batch-hard triplets, ArcFace, Proxy-NCA, lifted structure."""
import math

import torch
from torch import nn
from torch.nn import functional as F


def l2norm(x, dim=1):
    return x / x.norm(dim=dim, keepdim=True)  # SSM302


def pairwise_distances(embeddings, squared=False):
    dot = embeddings @ embeddings.t()
    sq = dot.diag()
    d = sq.unsqueeze(0) - 2.0 * dot + sq.unsqueeze(1)
    d = d.clamp(min=0.0)
    return d if squared else d.sqrt()  # SSM303


def batch_hard_triplet(embeddings, labels, margin=0.3):
    dist = pairwise_distances(embeddings)
    same = labels[:, None] == labels[None, :]
    hardest_pos = (dist * same).max(dim=1).values
    hardest_neg = (dist + dist.max().detach() * same).min(dim=1).values
    loss = F.relu(hardest_pos - hardest_neg + margin)
    active = (loss > 0).float().sum()
    return loss.sum() / active  # SSM302


def lifted_structure(embeddings, labels, margin=1.0):
    dist = pairwise_distances(embeddings)
    neg = (labels[:, None] != labels[None, :]).float()
    inner = torch.log((torch.exp(margin - dist) * neg).sum(dim=1))  # SSM203
    rows, cols = torch.nonzero(torch.triu(1 - neg, diagonal=1), as_tuple=True)
    j = torch.logaddexp(inner[rows], inner[cols]) + dist[rows, cols]
    return 0.5 * (F.relu(j) ** 2).mean()  # SSM???


class ArcFace(nn.Module):
    def __init__(self, dim, classes, s=64.0, m=0.5):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(classes, dim))
        nn.init.xavier_uniform_(self.weight)
        self.s, self.m = s, m
        self.th = math.cos(math.pi - m)
        self.mm = math.sin(math.pi - m) * m

    def forward(self, x, label):
        cosine = F.linear(F.normalize(x), F.normalize(self.weight))
        sine = torch.sqrt(1.0 - cosine.pow(2))  # SSM303
        phi = cosine * math.cos(self.m) - sine * math.sin(self.m)
        phi = torch.where(cosine > self.th, phi, cosine - self.mm)
        hot = F.one_hot(label, self.weight.size(0)).to(x.dtype)
        logits = self.s * (hot * phi + (1.0 - hot) * cosine)
        return F.cross_entropy(logits, label)

    @torch.no_grad()
    def mean_angle(self, x, label):
        cosine = F.linear(F.normalize(x), F.normalize(self.weight))
        theta = torch.acos(cosine.gather(1, label[:, None]))  # SSM???
        return theta.mean() * 180.0 / math.pi


class ProxyNCA(nn.Module):
    def __init__(self, dim, classes, scale=3.0):
        super().__init__()
        self.proxies = nn.Parameter(torch.randn(classes, dim) / math.sqrt(dim))
        self.scale = scale

    def forward(self, x, label):
        d = torch.cdist(self.scale * x, self.scale * l2norm(self.proxies)).square()
        p = torch.exp(-d)
        p = p / p.sum(dim=1, keepdim=True)  # SSM101
        return -torch.log(p[torch.arange(len(label)), label]).mean()  # SSM201
# fixed
import math

import torch
from torch import nn
from torch.nn import functional as F


def l2norm(x, dim=1):
    return F.normalize(x, dim=dim)


def pairwise_distances(embeddings, squared=False):
    dot = embeddings @ embeddings.t()
    sq = dot.diag()
    d = sq.unsqueeze(0) - 2.0 * dot + sq.unsqueeze(1)
    d = d.clamp(min=0.0)
    if squared:
        return d
    zero = d < 1e-12
    return torch.where(zero, torch.zeros_like(d), torch.sqrt(d.masked_fill(zero, 1.0)))


def batch_hard_triplet(embeddings, labels, margin=0.3):
    dist = pairwise_distances(embeddings)
    same = labels[:, None] == labels[None, :]
    hardest_pos = (dist * same).max(dim=1).values
    hardest_neg = (dist + dist.max().detach() * same).min(dim=1).values
    loss = F.relu(hardest_pos - hardest_neg + margin)
    active = (loss > 0).float().sum()
    return loss.sum() / active.clamp(min=1.0)


def lifted_structure(embeddings, labels, margin=1.0):
    dist = pairwise_distances(embeddings)
    neg = (labels[:, None] != labels[None, :]).float()
    inner = torch.logsumexp((margin - dist).masked_fill(neg == 0, -1e4), dim=1)
    rows, cols = torch.nonzero(torch.triu(1 - neg, diagonal=1), as_tuple=True)
    if len(rows) == 0:
        return dist.sum() * 0.0
    j = torch.logaddexp(inner[rows], inner[cols]) + dist[rows, cols]
    return 0.5 * (F.relu(j) ** 2).mean()


class ArcFace(nn.Module):
    def __init__(self, dim, classes, s=64.0, m=0.5):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(classes, dim))
        nn.init.xavier_uniform_(self.weight)
        self.s, self.m = s, m
        self.th = math.cos(math.pi - m)
        self.mm = math.sin(math.pi - m) * m

    def forward(self, x, label):
        cosine = F.linear(F.normalize(x), F.normalize(self.weight))
        sine = torch.sqrt((1.0 - cosine.pow(2)).clamp(min=1e-7))
        phi = cosine * math.cos(self.m) - sine * math.sin(self.m)
        phi = torch.where(cosine > self.th, phi, cosine - self.mm)
        hot = F.one_hot(label, self.weight.size(0)).to(x.dtype)
        logits = self.s * (hot * phi + (1.0 - hot) * cosine)
        return F.cross_entropy(logits, label)

    @torch.no_grad()
    def mean_angle(self, x, label):
        cosine = F.linear(F.normalize(x), F.normalize(self.weight))
        theta = torch.acos(cosine.gather(1, label[:, None]).clamp(-1.0, 1.0))
        return theta.mean() * 180.0 / math.pi


class ProxyNCA(nn.Module):
    def __init__(self, dim, classes, scale=3.0):
        super().__init__()
        self.proxies = nn.Parameter(torch.randn(classes, dim) / math.sqrt(dim))
        self.scale = scale

    def forward(self, x, label):
        d = torch.cdist(self.scale * x, self.scale * l2norm(self.proxies)).square()
        logp = torch.log_softmax(-d, dim=1)
        return -logp[torch.arange(len(label)), label].mean()
