"""Matrix factorisation with BPR, item2vec with negative samples, and their ranking metrics."""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class BPRMF(nn.Module):
    def __init__(self, n_users, n_items, dim=64, decay=1e-4):
        super().__init__()
        self.user = nn.Embedding(n_users, dim)
        self.item = nn.Embedding(n_items + 1, dim, padding_idx=0)
        self.decay = decay

    def forward(self, u, i, j):
        u, i, j = self.user(u), self.item(i), self.item(j)
        x = (u * i).sum(-1) - (u * j).sum(-1)
        reg = self.decay * (u.pow(2).sum() + i.pow(2).sum() + j.pow(2).sum()) / len(u)
        return -torch.log(torch.sigmoid(x)).mean() + reg  # SSM202


class Item2Vec(nn.Module):
    def __init__(self, n_items, dim=64):
        super().__init__()
        self.center = nn.Embedding(n_items + 1, dim, padding_idx=0)
        self.context = nn.Embedding(n_items + 1, dim, padding_idx=0)

    def forward(self, center, context, negatives):
        v = self.center(center)
        positive = (v * self.context(context)).sum(-1)
        negative = torch.bmm(self.context(negatives), v.unsqueeze(2)).squeeze(2)
        noise = torch.log(1 - torch.sigmoid(negative)).sum(1)  # SSM202
        return -(F.logsigmoid(positive) + noise).mean()


def noise_distribution(counts, power=0.75):
    weights = np.asarray(counts, dtype=np.float64) + 1.0
    weights = weights ** power
    return weights / weights.sum()


def similar_items(model, item, k=10):
    vectors = model.item.weight.detach().numpy()
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)  # SSM302
    scores = vectors @ vectors[item]
    return [n for n in np.argsort(-scores) if n != item][:k]


def ndcg_at_k(ranked, relevant, k=10):
    gains = np.isin(ranked[:k], list(relevant)).astype(float)
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    dcg = (gains * discounts[:len(gains)]).sum()
    ideal = discounts[:min(len(relevant), k)].sum()
    return dcg / ideal if ideal > 0 else 0.0


def evaluate(rank, test, k=10):
    hits, total = 0, 0
    for user, relevant in test.items():
        hits += len(set(rank(user)[:k]) & set(relevant))
        total += len(relevant)
    scores = [ndcg_at_k(rank(u), r, k) for u, r in test.items() if r]
    return hits / max(total, 1), sum(scores) / max(len(scores), 1)
# fixed
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class BPRMF(nn.Module):
    def __init__(self, n_users, n_items, dim=64, decay=1e-4):
        super().__init__()
        self.user = nn.Embedding(n_users, dim)
        self.item = nn.Embedding(n_items + 1, dim, padding_idx=0)
        self.decay = decay

    def forward(self, u, i, j):
        u, i, j = self.user(u), self.item(i), self.item(j)
        x = (u * i).sum(-1) - (u * j).sum(-1)
        reg = self.decay * (u.pow(2).sum() + i.pow(2).sum() + j.pow(2).sum()) / len(u)
        return -F.logsigmoid(x).mean() + reg


class Item2Vec(nn.Module):
    def __init__(self, n_items, dim=64):
        super().__init__()
        self.center = nn.Embedding(n_items + 1, dim, padding_idx=0)
        self.context = nn.Embedding(n_items + 1, dim, padding_idx=0)

    def forward(self, center, context, negatives):
        v = self.center(center)
        positive = (v * self.context(context)).sum(-1)
        negative = torch.bmm(self.context(negatives), v.unsqueeze(2)).squeeze(2)
        noise = F.logsigmoid(-negative).sum(1)
        return -(F.logsigmoid(positive) + noise).mean()


def noise_distribution(counts, power=0.75):
    weights = np.asarray(counts, dtype=np.float64) + 1.0
    weights = weights ** power
    return weights / weights.sum()


def similar_items(model, item, k=10):
    vectors = model.item.weight.detach().numpy()
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    scores = vectors @ vectors[item]
    return [n for n in np.argsort(-scores) if n != item][:k]


def ndcg_at_k(ranked, relevant, k=10):
    gains = np.isin(ranked[:k], list(relevant)).astype(float)
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    dcg = (gains * discounts[:len(gains)]).sum()
    ideal = discounts[:min(len(relevant), k)].sum()
    return dcg / ideal if ideal > 0 else 0.0


def evaluate(rank, test, k=10):
    hits, total = 0, 0
    for user, relevant in test.items():
        hits += len(set(rank(user)[:k]) & set(relevant))
        total += len(relevant)
    scores = [ndcg_at_k(rank(u), r, k) for u, r in test.items() if r]
    return hits / max(total, 1), sum(scores) / max(len(scores), 1)
