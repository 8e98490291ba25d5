"""A small decoder-only transformer: padding masks, rotary embedding, top-k and nucleus sampling (torch)."""
import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Config:
    dim: int = 256
    heads: int = 4
    vocab: int = 32000
    rope_base: float = 10000.0


def rotary(x, base):
    half = x.size(-1) // 2
    freqs = base ** (-torch.arange(half, dtype=torch.float32) / half)
    angle = torch.outer(torch.arange(x.size(-2), dtype=torch.float32), freqs)
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


class Attention(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg, self.hd = cfg, cfg.dim // cfg.heads
        self.qkv = nn.Linear(cfg.dim, 3 * cfg.dim, bias=False)
        self.out = nn.Linear(cfg.dim, cfg.dim, bias=False)

    def split(self, t):
        return t.view(t.size(0), t.size(1), self.cfg.heads, self.hd).transpose(1, 2)

    def forward(self, x, pad_mask):
        q, k, v = (self.split(t) for t in self.qkv(x).chunk(3, dim=-1))
        q, k = rotary(q, self.cfg.rope_base), rotary(k, self.cfg.rope_base)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.hd)
        scores = scores.masked_fill(~pad_mask[:, None, None, :], float("-inf"))
        att = scores.softmax(dim=-1)  # SSM503
        return self.out((att @ v).transpose(1, 2).flatten(2))


def causal_scores_fp16(q, k):
    n = q.size(-2)
    future = torch.ones(n, n, dtype=torch.bool).triu(1)
    w = (q.half() @ k.half().transpose(-2, -1)) / math.sqrt(q.size(-1))
    w = w.masked_fill(future, -1e9)  # SSM502
    return F.softmax(w.float(), dim=-1)


def mean_pool(hidden, mask):
    m = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * m).sum(1) / m.sum(1)  # SSM302


def nucleus(logits, top_p):
    values, order = logits.sort(dim=-1, descending=True)
    cum = values.softmax(-1).cumsum(-1)
    drop = cum > top_p
    values = values.masked_fill(drop, -math.inf)
    return order, values.softmax(-1)  # SSM503


@torch.no_grad()
def sample_next(logits, temperature=1.0, top_p=0.9, penalty=1.2, seen=None):
    if seen is not None:
        prev = logits.gather(-1, seen)
        logits = logits.scatter(-1, seen, torch.where(prev > 0, prev / penalty, prev * penalty))
    order, probs = nucleus(logits / temperature, top_p)  # SSM106
    return order.gather(-1, torch.multinomial(probs, 1))


def token_entropy(logits):
    p = F.softmax(logits, dim=-1)
    return -(p * p.log()).sum(-1)  # SSM201


def perplexity(batches, model, pad_id):
    total, count = 0.0, 0
    for ids in batches:
        logits, target = model(ids[:, :-1]), ids[:, 1:]
        nll = F.cross_entropy(logits.transpose(1, 2), target, ignore_index=pad_id, reduction="sum")
        total += nll.item()
        count += int((target != pad_id).sum())
    return math.exp(total / count)  # SSM302
# fixed
import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Config:
    dim: int = 256
    heads: int = 4
    vocab: int = 32000
    rope_base: float = 10000.0


def rotary(x, base):
    half = x.size(-1) // 2
    freqs = base ** (-torch.arange(half, dtype=torch.float32) / half)
    angle = torch.outer(torch.arange(x.size(-2), dtype=torch.float32), freqs)
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


class Attention(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg, self.hd = cfg, cfg.dim // cfg.heads
        self.qkv = nn.Linear(cfg.dim, 3 * cfg.dim, bias=False)
        self.out = nn.Linear(cfg.dim, cfg.dim, bias=False)

    def split(self, t):
        return t.view(t.size(0), t.size(1), self.cfg.heads, self.hd).transpose(1, 2)

    def forward(self, x, pad_mask):
        q, k, v = (self.split(t) for t in self.qkv(x).chunk(3, dim=-1))
        q, k = rotary(q, self.cfg.rope_base), rotary(k, self.cfg.rope_base)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.hd)
        scores = scores.masked_fill(~pad_mask[:, None, None, :], float("-inf"))
        att = scores.softmax(dim=-1)
        att = att.masked_fill(~pad_mask.any(-1)[:, None, None, None], 0.0)
        return self.out((att @ v).transpose(1, 2).flatten(2))


def causal_scores_fp16(q, k):
    n = q.size(-2)
    future = torch.ones(n, n, dtype=torch.bool).triu(1)
    w = (q.half() @ k.half().transpose(-2, -1)) / math.sqrt(q.size(-1))
    w = w.masked_fill(future, torch.finfo(w.dtype).min)
    return F.softmax(w.float(), dim=-1)


def mean_pool(hidden, mask):
    m = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * m).sum(1) / m.sum(1).clamp(min=1.0)


def nucleus(logits, top_p):
    values, order = logits.sort(dim=-1, descending=True)
    cum = values.softmax(-1).cumsum(-1)
    drop = (cum - values.softmax(-1)) > top_p
    drop[..., 0] = False
    values = values.masked_fill(drop, -math.inf)
    return order, values.softmax(-1)


@torch.no_grad()
def sample_next(logits, temperature=1.0, top_p=0.9, penalty=1.2, seen=None):
    if seen is not None:
        prev = logits.gather(-1, seen)
        logits = logits.scatter(-1, seen, torch.where(prev > 0, prev / penalty, prev * penalty))
    if temperature < 1e-5:
        return logits.argmax(-1, keepdim=True)
    order, probs = nucleus(logits / temperature, top_p)
    return order.gather(-1, torch.multinomial(probs, 1))


def token_entropy(logits):
    p = F.softmax(logits, dim=-1)
    return -(p * F.log_softmax(logits, dim=-1)).sum(-1)


def perplexity(batches, model, pad_id):
    total, count = 0.0, 0
    for ids in batches:
        logits, target = model(ids[:, :-1]), ids[:, 1:]
        nll = F.cross_entropy(logits.transpose(1, 2), target, ignore_index=pad_id, reduction="sum")
        total += nll.item()
        count += int((target != pad_id).sum())
    return math.exp(total / max(count, 1))
