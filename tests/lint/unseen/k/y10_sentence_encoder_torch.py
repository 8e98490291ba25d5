"""A transformer sentence encoder in PyTorch that computes its attention in float16."""
import math

import torch
from torch import nn


class HalfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.d = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, mask):
        b, n, dim = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, self.d).permute(2, 0, 3, 1, 4)
        q, k, v = q.half(), k.half(), v.half()
        scores = (q / math.sqrt(self.d)) @ k.transpose(-2, -1)
        scores = scores.masked_fill(mask[:, None, None, :] == 0, -1e9)  # SSM502
        weights = torch.softmax(scores.float(), dim=-1)
        mixed = (weights @ v.float()).transpose(1, 2).reshape(b, n, dim)
        return self.out(mixed)


class AttentionPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query = nn.Linear(dim, 1)

    def forward(self, x, mask):
        scores = self.query(x).squeeze(-1)
        weights = torch.softmax(scores.masked_fill(mask == 0, float("-inf")), dim=-1)  # SSM503
        return torch.einsum("bn,bnd->bd", weights, x)


def mean_pooling(x, mask):
    m = mask.unsqueeze(-1).float()
    return (x * m).sum(dim=1) / m.sum(dim=1)  # SSM302


def positions(n, dim):
    rate = torch.exp(torch.arange(0, dim, 2) * (-math.log(10000.0) / dim))
    angle = torch.arange(n)[:, None] * rate
    return torch.cat([angle.sin(), angle.cos()], dim=-1)


class Encoder(nn.Module):
    def __init__(self, vocab, dim=256, heads=4, depth=4, pooling="attention"):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.blocks = nn.ModuleList(HalfAttention(dim, heads) for _ in range(depth))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(depth))
        self.pool = AttentionPooling(dim) if pooling == "attention" else mean_pooling

    def forward(self, tokens):
        mask = (tokens != 0).long()
        x = self.embed(tokens) * math.sqrt(self.embed.embedding_dim)
        x = x + positions(tokens.shape[1], x.shape[-1])
        for block, norm in zip(self.blocks, self.norms):
            x = norm(x + block(x, mask))
        return self.pool(x, mask)
# fixed
import math

import torch
from torch import nn


class HalfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.d = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, mask):
        b, n, dim = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, self.d).permute(2, 0, 3, 1, 4)
        q, k, v = q.half(), k.half(), v.half()
        scores = (q / math.sqrt(self.d)) @ k.transpose(-2, -1)
        scores = scores.masked_fill(mask[:, None, None, :] == 0, torch.finfo(scores.dtype).min)
        weights = torch.softmax(scores.float(), dim=-1)
        mixed = (weights @ v.float()).transpose(1, 2).reshape(b, n, dim)
        return self.out(mixed)


class AttentionPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query = nn.Linear(dim, 1)

    def forward(self, x, mask):
        scores = self.query(x).squeeze(-1)
        weights = torch.softmax(scores.masked_fill(mask == 0, -1e4), dim=-1)
        return torch.einsum("bn,bnd->bd", weights, x)


def mean_pooling(x, mask):
    m = mask.unsqueeze(-1).float()
    return (x * m).sum(dim=1) / m.sum(dim=1).clamp(min=1.0)


def positions(n, dim):
    rate = torch.exp(torch.arange(0, dim, 2) * (-math.log(10000.0) / dim))
    angle = torch.arange(n)[:, None] * rate
    return torch.cat([angle.sin(), angle.cos()], dim=-1)


class Encoder(nn.Module):
    def __init__(self, vocab, dim=256, heads=4, depth=4, pooling="attention"):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.blocks = nn.ModuleList(HalfAttention(dim, heads) for _ in range(depth))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(depth))
        self.pool = AttentionPooling(dim) if pooling == "attention" else mean_pooling

    def forward(self, tokens):
        mask = (tokens != 0).long()
        x = self.embed(tokens) * math.sqrt(self.embed.embedding_dim)
        x = x + positions(tokens.shape[1], x.shape[-1])
        for block, norm in zip(self.blocks, self.norms):
            x = norm(x + block(x, mask))
        return self.pool(x, mask)
