"""Generating text with PyTorch: padded attention, Gumbel-max sampling with a temperature, retrieval in half precision."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, dim, heads=4):
        super().__init__()
        self.heads, self.head_dim = heads, dim // heads
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x, pad):
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, self.head_dim).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        att = torch.softmax(scores.masked_fill(pad[:, None, None, :], float("-inf")), dim=-1)  # SSM503
        return self.proj((att @ v).transpose(1, 2).reshape(b, t, d))


class Model(nn.Module):
    def __init__(self, vocab, dim=256):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim, padding_idx=0)
        self.att, self.norm = Attention(dim), nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocab)

    def forward(self, tokens):
        x = self.emb(tokens)
        x = x + self.att(self.norm(x), tokens == 0)
        return self.head(x)


def gumbel_like(x):
    return -torch.log(-torch.log(torch.rand_like(x)))  # SSM301


@torch.no_grad()
def generate(model, tokens, steps, temperature=1.0, top_k=50):
    for _ in range(steps):
        logits = model(tokens)[:, -1] / temperature  # SSM106
        values, index = logits.topk(top_k, dim=-1)
        pick = (values + gumbel_like(values)).argmax(dim=-1, keepdim=True)
        tokens = torch.cat([tokens, index.gather(-1, pick)], dim=1)
    return tokens


def entropy(logits):
    log_p = F.log_softmax(logits, dim=-1)
    return -(log_p.exp() * log_p).sum(dim=-1)


def retrieve(model, query, documents, k=5):
    table = model.emb.weight.detach().half()
    table = table / (table.norm(dim=1, keepdim=True) + 1e-8)  # SSM501
    docs = torch.stack([table[d].float().sum(dim=0) for d in documents])
    scores = docs @ table[query].float().sum(dim=0)
    return scores.topk(k).indices


def perplexity(model, loader):
    total, n = 0.0, 0
    for tokens in loader:
        logits = model(tokens[:, :-1])
        total += F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], ignore_index=0, reduction="sum").item()
        n += (tokens[:, 1:] != 0).sum().item()
    return math.exp(min(total / max(n, 1), 50.0))
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, dim, heads=4):
        super().__init__()
        self.heads, self.head_dim = heads, dim // heads
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x, pad):
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, self.head_dim).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        lowest = torch.finfo(scores.dtype).min
        att = torch.softmax(scores.masked_fill(pad[:, None, None, :], lowest), dim=-1)
        return self.proj((att @ v).transpose(1, 2).reshape(b, t, d))


class Model(nn.Module):
    def __init__(self, vocab, dim=256):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim, padding_idx=0)
        self.att, self.norm = Attention(dim), nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocab)

    def forward(self, tokens):
        x = self.emb(tokens)
        x = x + self.att(self.norm(x), tokens == 0)
        return self.head(x)


def gumbel_like(x):
    return -torch.log(torch.empty_like(x).exponential_().clamp(min=1e-20))


@torch.no_grad()
def generate(model, tokens, steps, temperature=1.0, top_k=50):
    for _ in range(steps):
        logits = model(tokens)[:, -1]
        if temperature < 1e-3:
            pick = logits.argmax(dim=-1, keepdim=True)
        else:
            values, index = (logits / temperature).topk(top_k, dim=-1)
            pick = index.gather(-1, (values + gumbel_like(values)).argmax(dim=-1, keepdim=True))
        tokens = torch.cat([tokens, pick], dim=1)
    return tokens


def entropy(logits):
    log_p = F.log_softmax(logits, dim=-1)
    return -(log_p.exp() * log_p).sum(dim=-1)


def retrieve(model, query, documents, k=5):
    table = model.emb.weight.detach().float()
    table = (table / (table.norm(dim=1, keepdim=True) + 1e-8)).half()
    docs = torch.stack([table[d].float().sum(dim=0) for d in documents])
    scores = docs @ table[query].float().sum(dim=0)
    return scores.topk(k).indices


def perplexity(model, loader):
    total, n = 0.0, 0
    for tokens in loader:
        logits = model(tokens[:, :-1])
        total += F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], ignore_index=0, reduction="sum").item()
        n += (tokens[:, 1:] != 0).sum().item()
    return math.exp(min(total / max(n, 1), 50.0))
