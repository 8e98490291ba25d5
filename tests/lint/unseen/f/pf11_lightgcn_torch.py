"""LightGCN with the BPR loss on implicit feedback, PyTorch."""
import argparse

import torch
from torch import nn


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--decay", type=float, default=1e-4)
    parser.add_argument("--topk", type=int, default=20)
    return parser.parse_args()


def normalized_adjacency(interactions):
    n_users, n_items = interactions.shape
    adj = torch.zeros(n_users + n_items, n_users + n_items)
    adj[:n_users, n_users:] = interactions
    adj[n_users:, :n_users] = interactions.t()
    d_inv_sqrt = adj.sum(dim=1).pow(-0.5)  # SSM304
    return d_inv_sqrt.unsqueeze(1) * adj * d_inv_sqrt.unsqueeze(0)


class LightGCN(nn.Module):
    def __init__(self, interactions, dim, layers):
        super().__init__()
        self.n_users, self.n_items = interactions.shape
        self.layers = layers
        self.embedding = nn.Embedding(self.n_users + self.n_items, dim)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.register_buffer("graph", normalized_adjacency(interactions))

    def propagate(self):
        out = self.embedding.weight
        outs = [out]
        for _ in range(self.layers):
            out = self.graph @ out
            outs.append(out)
        mean = sum(outs) / len(outs)
        return mean[:self.n_users], mean[self.n_users:]

    def bpr_loss(self, users, pos, neg, decay):
        all_users, all_items = self.propagate()
        u, i, j = all_users[users], all_items[pos], all_items[neg]
        pos_scores = torch.sum(u * i, dim=-1)
        neg_scores = torch.sum(u * j, dim=-1)
        loss = -torch.mean(torch.log(torch.sigmoid(pos_scores - neg_scores)))  # SSM202
        reg = 0.5 * (u.pow(2).sum() + i.pow(2).sum() + j.pow(2).sum()) / len(users)
        return loss + decay * reg


@torch.no_grad()
def evaluate(model, train, test, k):
    users, items = model.propagate()
    scores = (users @ items.t()).masked_fill(train > 0, -1e9)
    top = scores.topk(k, dim=1).indices
    hits = test.gather(1, top)
    discount = 1.0 / torch.log2(torch.arange(2, k + 2, dtype=torch.float))
    recall = hits.sum(dim=1) / test.sum(dim=1)  # SSM302
    dcg = (hits * discount).sum(dim=1)
    return recall.mean().item(), dcg.mean().item(), hits.mean().item()


def fit(train, test, sampler, epochs=200):
    args = parse_args()
    model = LightGCN(train, args.dim, args.layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        for users, pos, neg in sampler:
            loss = model.bpr_loss(users, pos, neg, args.decay)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, evaluate(model, train, test, args.topk))
# fixed
import argparse

import torch
from torch import nn
from torch.nn.functional import logsigmoid


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--decay", type=float, default=1e-4)
    parser.add_argument("--topk", type=int, default=20)
    return parser.parse_args()


def normalized_adjacency(interactions):
    n_users, n_items = interactions.shape
    adj = torch.zeros(n_users + n_items, n_users + n_items)
    adj[:n_users, n_users:] = interactions
    adj[n_users:, :n_users] = interactions.t()
    d_inv_sqrt = adj.sum(dim=1).clamp(min=1.0).pow(-0.5)
    return d_inv_sqrt.unsqueeze(1) * adj * d_inv_sqrt.unsqueeze(0)


class LightGCN(nn.Module):
    def __init__(self, interactions, dim, layers):
        super().__init__()
        self.n_users, self.n_items = interactions.shape
        self.layers = layers
        self.embedding = nn.Embedding(self.n_users + self.n_items, dim)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.register_buffer("graph", normalized_adjacency(interactions))

    def propagate(self):
        out = self.embedding.weight
        outs = [out]
        for _ in range(self.layers):
            out = self.graph @ out
            outs.append(out)
        mean = sum(outs) / len(outs)
        return mean[:self.n_users], mean[self.n_users:]

    def bpr_loss(self, users, pos, neg, decay):
        all_users, all_items = self.propagate()
        u, i, j = all_users[users], all_items[pos], all_items[neg]
        pos_scores = torch.sum(u * i, dim=-1)
        neg_scores = torch.sum(u * j, dim=-1)
        loss = -torch.mean(logsigmoid(pos_scores - neg_scores))
        reg = 0.5 * (u.pow(2).sum() + i.pow(2).sum() + j.pow(2).sum()) / len(users)
        return loss + decay * reg


@torch.no_grad()
def evaluate(model, train, test, k):
    users, items = model.propagate()
    scores = (users @ items.t()).masked_fill(train > 0, -1e9)
    top = scores.topk(k, dim=1).indices
    hits = test.gather(1, top)
    discount = 1.0 / torch.log2(torch.arange(2, k + 2, dtype=torch.float))
    known = test.sum(dim=1)
    recall = hits.sum(dim=1)[known > 0] / known[known > 0]
    dcg = (hits * discount).sum(dim=1)
    return recall.mean().item(), dcg.mean().item(), hits.mean().item()


def fit(train, test, sampler, epochs=200):
    args = parse_args()
    model = LightGCN(train, args.dim, args.layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        for users, pos, neg in sampler:
            loss = model.bpr_loss(users, pos, neg, args.decay)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, evaluate(model, train, test, args.topk))
