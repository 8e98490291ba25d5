"""A half precision transformer block with its losses, cast by hand (PyTorch)."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        x = x.half()
        scale = torch.rsqrt(x.pow(2).mean(dim=-1, keepdim=True) + 1e-5)  # SSM507
        return x * scale * self.weight.half()


class HalfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.d = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, padding):
        b, t, _ = x.shape
        q, k, v = self.qkv(x.float()).view(b, t, 3, self.heads, self.d).permute(2, 0, 3, 1, 4).half()
        scores = (q @ k.transpose(-1, -2) / math.sqrt(self.d)).half()
        scores = scores.masked_fill(padding[:, None, None, :], -1e9)  # SSM502
        weights = torch.softmax(scores, dim=-1)
        return self.out((weights @ v).transpose(1, 2).reshape(b, t, -1).float())


class Block(nn.Module):
    def __init__(self, dim=256, heads=4):
        super().__init__()
        self.norm1, self.norm2 = RMSNorm(dim), RMSNorm(dim)
        self.attn = HalfAttention(dim, heads)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x, padding):
        x = x + self.attn(self.norm1(x), padding)
        return x + self.mlp(self.norm2(x).float())


def distill_loss(student, teacher_probs, temperature=2.0):
    q = torch.softmax(student.float() / temperature, dim=-1).half()
    log_q = torch.log(q.clamp(min=1e-10))  # SSM501
    return -(teacher_probs * log_q).float().sum(dim=-1).mean()


def masked_token_loss(logits, targets, padding):
    losses = F.cross_entropy(logits.float().transpose(1, 2), targets, reduction="none")
    keep = (~padding).float()
    return (losses * keep).sum() / keep.sum().clamp(min=1.0)


def scale_update(scale, overflowed, good_steps, interval=2000):
    if overflowed:
        return max(scale / 2.0, 1.0), 0
    good_steps += 1
    return (scale * 2.0, 0) if good_steps >= interval else (scale, good_steps)
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        wide = x.float()
        scale = torch.rsqrt(wide.pow(2).mean(dim=-1, keepdim=True) + 1e-5)
        return (wide * scale * self.weight).half()


class HalfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.d = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, padding):
        b, t, _ = x.shape
        q, k, v = self.qkv(x.float()).view(b, t, 3, self.heads, self.d).permute(2, 0, 3, 1, 4).half()
        scores = (q @ k.transpose(-1, -2) / math.sqrt(self.d)).half()
        scores = scores.masked_fill(padding[:, None, None, :], torch.finfo(scores.dtype).min)
        weights = torch.softmax(scores, dim=-1)
        return self.out((weights @ v).transpose(1, 2).reshape(b, t, -1).float())


class Block(nn.Module):
    def __init__(self, dim=256, heads=4):
        super().__init__()
        self.norm1, self.norm2 = RMSNorm(dim), RMSNorm(dim)
        self.attn = HalfAttention(dim, heads)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x, padding):
        x = x + self.attn(self.norm1(x), padding)
        return x + self.mlp(self.norm2(x).float())


def distill_loss(student, teacher_probs, temperature=2.0):
    log_q = F.log_softmax(student.float() / temperature, dim=-1)
    return -(teacher_probs * log_q).float().sum(dim=-1).mean()


def masked_token_loss(logits, targets, padding):
    losses = F.cross_entropy(logits.float().transpose(1, 2), targets, reduction="none")
    keep = (~padding).float()
    return (losses * keep).sum() / keep.sum().clamp(min=1.0)


def scale_update(scale, overflowed, good_steps, interval=2000):
    if overflowed:
        return max(scale / 2.0, 1.0), 0
    good_steps += 1
    return (scale * 2.0, 0) if good_steps >= interval else (scale, good_steps)
