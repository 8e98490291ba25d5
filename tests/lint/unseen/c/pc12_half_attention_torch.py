"""Attention in half precision with normalised queries, and attention pooling, PyTorch."""
import torch
from torch import nn


def l2norm(t):
    t = t.half()
    return t / (t.norm(dim=-1, keepdim=True) + 1e-8)  # SSM501


class CosineAttention(nn.Module):
    def __init__(self, dim, heads, scale=10.0):
        super().__init__()
        self.heads, self.scale = heads, scale
        self.qkv = nn.Linear(dim, dim * 3, bias=False)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, causal):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        scores = (l2norm(q) @ l2norm(k).transpose(-1, -2)).half() * self.scale
        scores = scores.masked_fill(causal, -1e9)  # SSM502
        attn = torch.softmax(scores, dim=-1).to(v.dtype)
        y = (attn @ v).transpose(1, 2).reshape(b, n, d)
        return self.out(y)


class AttentionPool(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.score = nn.Linear(dim, 1)

    def forward(self, h, lengths):
        positions = torch.arange(h.size(1), device=h.device)
        padding = positions[None, :] >= lengths[:, None]
        logits = self.score(h).squeeze(-1).masked_fill(padding, float("-inf"))
        weights = logits.softmax(dim=1)  # SSM503
        return torch.einsum("bn,bnd->bd", weights, h)


class Encoder(nn.Module):
    def __init__(self, vocab, dim=256, heads=4, depth=2):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.layers = nn.ModuleList(CosineAttention(dim, heads) for _ in range(depth))
        self.pool = AttentionPool(dim)

    def forward(self, tokens):
        h = self.embed(tokens)
        n = tokens.size(1)
        causal = torch.ones(n, n, dtype=torch.bool, device=tokens.device).triu(1)
        for layer in self.layers:
            h = h + layer(h, causal)
        return self.pool(h, (tokens != 0).sum(dim=1))
# fixed
import torch
import torch.nn.functional as F
from torch import nn


def l2norm(t):
    return F.normalize(t.float(), dim=-1).half()


class CosineAttention(nn.Module):
    def __init__(self, dim, heads, scale=10.0):
        super().__init__()
        self.heads, self.scale = heads, scale
        self.qkv = nn.Linear(dim, dim * 3, bias=False)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, causal):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        scores = (l2norm(q) @ l2norm(k).transpose(-1, -2)).half() * self.scale
        scores = scores.masked_fill(causal, torch.finfo(scores.dtype).min)
        attn = torch.softmax(scores, dim=-1).to(v.dtype)
        y = (attn @ v).transpose(1, 2).reshape(b, n, d)
        return self.out(y)


class AttentionPool(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.score = nn.Linear(dim, 1)

    def forward(self, h, lengths):
        positions = torch.arange(h.size(1), device=h.device)
        padding = positions[None, :] >= lengths.clamp(min=1)[:, None]
        logits = self.score(h).squeeze(-1).masked_fill(padding, float("-inf"))
        weights = logits.softmax(dim=1)
        return torch.einsum("bn,bnd->bd", weights, h)


class Encoder(nn.Module):
    def __init__(self, vocab, dim=256, heads=4, depth=2):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.layers = nn.ModuleList(CosineAttention(dim, heads) for _ in range(depth))
        self.pool = AttentionPool(dim)

    def forward(self, tokens):
        h = self.embed(tokens)
        n = tokens.size(1)
        causal = torch.ones(n, n, dtype=torch.bool, device=tokens.device).triu(1)
        for layer in self.layers:
            h = h + layer(h, causal)
        return self.pool(h, (tokens != 0).sum(dim=1))
