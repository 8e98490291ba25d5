"""A sentence encoder kept in half precision: attention, pooling, entropy and a loss check in PyTorch."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class HalfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.dim = heads, dim
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, pad):
        b, t, _ = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-1, -2) / math.sqrt(q.size(-1))).half()
        scores = scores.masked_fill(pad[:, None, None, :], -1e9)  # SSM502
        mixed = scores.softmax(dim=-1).to(v.dtype) @ v
        return self.out(mixed.transpose(1, 2).reshape(b, t, self.dim))


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(dim)), eps

    def forward(self, x):
        full = x.float()
        scale = torch.rsqrt(full.pow(2).mean(-1, keepdim=True) + self.eps)
        return (full * scale).type_as(x) * self.weight


class SentenceEncoder(nn.Module):
    def __init__(self, vocab, dim=256, heads=4, classes=50):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.norm, self.attn = RMSNorm(dim), HalfAttention(dim, heads)
        self.head = nn.Linear(dim, classes)

    def forward(self, tokens):
        pad = tokens == 0
        x = self.embed(tokens)
        x = x + self.attn(self.norm(x), pad)
        hidden = x.half() * (~pad).unsqueeze(-1)
        pooled = hidden.sum(dim=1)  # SSM507
        lengths = (~pad).sum(dim=1, keepdim=True).clamp(min=1)
        return self.head((pooled / lengths).float())


def confidence_penalty(logits):
    p = torch.softmax(logits.half(), dim=-1)
    plogp = p * torch.log(p + 1e-8)  # SSM501
    return plogp.float().sum(dim=-1).mean()


def train(model, loader, device, beta=0.1, steps=10000):
    opt = torch.optim.AdamW(model.parameters(), lr=2e-4, eps=1e-8)
    skipped = 0
    for step, (tokens, labels) in zip(range(steps), loader):
        logits = model(tokens.to(device))
        loss = F.cross_entropy(logits, labels.to(device)) + beta * confidence_penalty(logits)
        if loss.item() == float("nan"):  # SSM506
            skipped += 1
            continue
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        if step % 100 == 0:
            print(step, loss.item(), "skipped", skipped)
    return model
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class HalfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.dim = heads, dim
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, pad):
        b, t, _ = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-1, -2) / math.sqrt(q.size(-1))).half()
        scores = scores.masked_fill(pad[:, None, None, :], torch.finfo(scores.dtype).min)
        mixed = scores.softmax(dim=-1).to(v.dtype) @ v
        return self.out(mixed.transpose(1, 2).reshape(b, t, self.dim))


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(dim)), eps

    def forward(self, x):
        full = x.float()
        scale = torch.rsqrt(full.pow(2).mean(-1, keepdim=True) + self.eps)
        return (full * scale).type_as(x) * self.weight


class SentenceEncoder(nn.Module):
    def __init__(self, vocab, dim=256, heads=4, classes=50):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.norm, self.attn = RMSNorm(dim), HalfAttention(dim, heads)
        self.head = nn.Linear(dim, classes)

    def forward(self, tokens):
        pad = tokens == 0
        x = self.embed(tokens)
        x = x + self.attn(self.norm(x), pad)
        hidden = x.half() * (~pad).unsqueeze(-1)
        pooled = hidden.sum(dim=1, dtype=torch.float32)
        lengths = (~pad).sum(dim=1, keepdim=True).clamp(min=1)
        return self.head(pooled / lengths)


def confidence_penalty(logits):
    logp = torch.log_softmax(logits.float(), dim=-1)
    plogp = logp.exp() * logp
    return plogp.sum(dim=-1).mean()


def train(model, loader, device, beta=0.1, steps=10000):
    opt = torch.optim.AdamW(model.parameters(), lr=2e-4, eps=1e-8)
    skipped = 0
    for step, (tokens, labels) in zip(range(steps), loader):
        logits = model(tokens.to(device))
        loss = F.cross_entropy(logits, labels.to(device)) + beta * confidence_penalty(logits)
        if math.isnan(loss.item()):
            skipped += 1
            continue
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        if step % 100 == 0:
            print(step, loss.item(), "skipped", skipped)
    return model
