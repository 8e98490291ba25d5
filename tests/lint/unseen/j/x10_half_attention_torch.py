"""Transformer encoder layer that scores in half precision, with attention pooling."""
import math

import torch
import torch.nn as nn


class HalfAttention(nn.Module):
    def __init__(self, d_model=512, heads=8, dropout=0.1):
        super().__init__()
        self.h, self.d_k = heads, d_model // heads
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.out = nn.Linear(d_model, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        b, t, _ = x.shape
        q, k, v = (p.view(b, t, self.h, self.d_k).transpose(1, 2) for p in self.qkv(x).chunk(3, dim=-1))
        q = q / math.sqrt(self.d_k)
        scores = torch.matmul(q.half(), k.half().transpose(-2, -1))
        scores = scores.masked_fill(mask[:, None, None, :] == 0, -1e9)  # SSM502
        attn = self.dropout(torch.softmax(scores.float(), dim=-1))
        y = torch.matmul(attn, v).transpose(1, 2).reshape(b, t, -1)
        return self.out(y)


class AttentionPool(nn.Module):
    def __init__(self, d_model=512):
        super().__init__()
        self.score = nn.Linear(d_model, 1)

    def forward(self, x, mask):
        s = self.score(torch.tanh(x)).squeeze(-1)
        w = torch.softmax(s.masked_fill(mask == 0, float("-inf")), dim=-1)  # SSM503
        return torch.bmm(w.unsqueeze(1), x).squeeze(1)


class Encoder(nn.Module):
    def __init__(self, vocab, d_model=512):
        super().__init__()
        self.scale = math.sqrt(d_model)
        self.emb = nn.Embedding(vocab, d_model, padding_idx=0)
        self.attn = HalfAttention(d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.ff = nn.Sequential(nn.Linear(d_model, 2048), nn.GELU(), nn.Linear(2048, d_model))
        self.pool = AttentionPool(d_model)

    def forward(self, tokens):
        mask = tokens != 0
        x = self.emb(tokens) * self.scale
        x = x + self.attn(self.norm1(x), mask)
        x = x + self.ff(self.norm2(x))
        return self.pool(x, mask)


@torch.no_grad()
def export_index(model, batches):
    rows, energy = [], 0.0
    for tokens in batches:
        z = model(tokens)
        energy += z.half().pow(2).sum().item()  # SSM507
        rows.append(z.cpu())
    index = torch.cat(rows)
    print("rows %d, energy per row %.3f" % (len(index), energy / len(index)))
    return index
# fixed
import math

import torch
import torch.nn as nn


class HalfAttention(nn.Module):
    def __init__(self, d_model=512, heads=8, dropout=0.1):
        super().__init__()
        self.h, self.d_k = heads, d_model // heads
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.out = nn.Linear(d_model, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        b, t, _ = x.shape
        q, k, v = (p.view(b, t, self.h, self.d_k).transpose(1, 2) for p in self.qkv(x).chunk(3, dim=-1))
        q = q / math.sqrt(self.d_k)
        scores = torch.matmul(q.half(), k.half().transpose(-2, -1))
        scores = scores.masked_fill(mask[:, None, None, :] == 0, torch.finfo(scores.dtype).min)
        attn = self.dropout(torch.softmax(scores.float(), dim=-1))
        y = torch.matmul(attn, v).transpose(1, 2).reshape(b, t, -1)
        return self.out(y)


class AttentionPool(nn.Module):
    def __init__(self, d_model=512):
        super().__init__()
        self.score = nn.Linear(d_model, 1)

    def forward(self, x, mask):
        s = self.score(torch.tanh(x)).squeeze(-1)
        w = torch.softmax(s.masked_fill(mask == 0, float("-inf")), dim=-1)
        w = torch.nan_to_num(w)
        return torch.bmm(w.unsqueeze(1), x).squeeze(1)


class Encoder(nn.Module):
    def __init__(self, vocab, d_model=512):
        super().__init__()
        self.scale = math.sqrt(d_model)
        self.emb = nn.Embedding(vocab, d_model, padding_idx=0)
        self.attn = HalfAttention(d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.ff = nn.Sequential(nn.Linear(d_model, 2048), nn.GELU(), nn.Linear(2048, d_model))
        self.pool = AttentionPool(d_model)

    def forward(self, tokens):
        mask = tokens != 0
        x = self.emb(tokens) * self.scale
        x = x + self.attn(self.norm1(x), mask)
        x = x + self.ff(self.norm2(x))
        return self.pool(x, mask)


@torch.no_grad()
def export_index(model, batches):
    rows, energy = [], 0.0
    for tokens in batches:
        z = model(tokens)
        energy += z.float().pow(2).sum().item()
        rows.append(z.cpu())
    index = torch.cat(rows)
    print("rows %d, energy per row %.3f" % (len(index), energy / len(index)))
    return index
