"""A small translation Transformer with label smoothing and sampling in PyTorch."""
import math

import torch
from torch import nn


def attention(query, key, value, mask=None, dropout=None):
    scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(mask == 0, float("-inf"))
    p_attn = scores.softmax(dim=-1)  # SSM503
    if dropout is not None:
        p_attn = dropout(p_attn)
    return torch.matmul(p_attn, value), p_attn


class MultiHead(nn.Module):
    def __init__(self, h, d_model, dropout=0.1):
        super().__init__()
        self.d_k, self.h = d_model // h, h
        self.linears = nn.ModuleList(nn.Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(dropout)

    def forward(self, q, k, v, mask):
        n = q.size(0)
        q, k, v = (f(x).view(n, -1, self.h, self.d_k).transpose(1, 2)
                   for f, x in zip(self.linears, (q, k, v)))
        x, _ = attention(q, k, v, mask.unsqueeze(1), self.dropout)
        return self.linears[-1](x.transpose(1, 2).reshape(n, -1, self.h * self.d_k))


def positional_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    div = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
    pe = torch.zeros(max_len, d_model)
    pe[:, 0::2], pe[:, 1::2] = torch.sin(position * div), torch.cos(position * div)
    return pe


class LabelSmoothing(nn.Module):
    def __init__(self, size, pad, smoothing=0.1):
        super().__init__()
        self.criterion = nn.KLDivLoss(reduction="sum")
        self.size, self.pad, self.smoothing = size, pad, smoothing

    def forward(self, logits, target):
        smooth = torch.full_like(logits, self.smoothing / (self.size - 2))
        smooth.scatter_(1, target.unsqueeze(1), 1.0 - self.smoothing)
        smooth[:, self.pad] = 0
        smooth[target == self.pad] = 0
        probs = torch.softmax(logits, dim=-1)
        return self.criterion(probs, smooth)  # SSM403


def train_step(model, batch, criterion, optimizer):
    logits = model(batch.src, batch.tgt, batch.src_mask, batch.tgt_mask)
    tokens = (batch.tgt_y != criterion.pad).sum().clamp(min=1)
    loss = criterion(logits.flatten(0, 1), batch.tgt_y.flatten()) / tokens
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


@torch.no_grad()
def sample(model, src, src_mask, start, steps=60, temperature=1.0):
    ys = torch.full((src.size(0), 1), start)
    for _ in range(steps):
        logits = model.decode(src, src_mask, ys)[:, -1]
        probs = torch.softmax(logits / temperature, dim=-1)  # SSM106
        ys = torch.cat([ys, torch.multinomial(probs, 1)], dim=1)
    return ys
# fixed
import math

import torch
from torch import nn


def attention(query, key, value, mask=None, dropout=None):
    scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(mask == 0, torch.finfo(scores.dtype).min)
    p_attn = scores.softmax(dim=-1)
    if dropout is not None:
        p_attn = dropout(p_attn)
    return torch.matmul(p_attn, value), p_attn


class MultiHead(nn.Module):
    def __init__(self, h, d_model, dropout=0.1):
        super().__init__()
        self.d_k, self.h = d_model // h, h
        self.linears = nn.ModuleList(nn.Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(dropout)

    def forward(self, q, k, v, mask):
        n = q.size(0)
        q, k, v = (f(x).view(n, -1, self.h, self.d_k).transpose(1, 2)
                   for f, x in zip(self.linears, (q, k, v)))
        x, _ = attention(q, k, v, mask.unsqueeze(1), self.dropout)
        return self.linears[-1](x.transpose(1, 2).reshape(n, -1, self.h * self.d_k))


def positional_encoding(max_len, d_model):
    position = torch.arange(max_len).unsqueeze(1)
    div = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
    pe = torch.zeros(max_len, d_model)
    pe[:, 0::2], pe[:, 1::2] = torch.sin(position * div), torch.cos(position * div)
    return pe


class LabelSmoothing(nn.Module):
    def __init__(self, size, pad, smoothing=0.1):
        super().__init__()
        self.criterion = nn.KLDivLoss(reduction="sum")
        self.size, self.pad, self.smoothing = size, pad, smoothing

    def forward(self, logits, target):
        smooth = torch.full_like(logits, self.smoothing / (self.size - 2))
        smooth.scatter_(1, target.unsqueeze(1), 1.0 - self.smoothing)
        smooth[:, self.pad] = 0
        smooth[target == self.pad] = 0
        return self.criterion(torch.log_softmax(logits, dim=-1), smooth)


def train_step(model, batch, criterion, optimizer):
    logits = model(batch.src, batch.tgt, batch.src_mask, batch.tgt_mask)
    tokens = (batch.tgt_y != criterion.pad).sum().clamp(min=1)
    loss = criterion(logits.flatten(0, 1), batch.tgt_y.flatten()) / tokens
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


@torch.no_grad()
def sample(model, src, src_mask, start, steps=60, temperature=1.0):
    ys = torch.full((src.size(0), 1), start)
    for _ in range(steps):
        logits = model.decode(src, src_mask, ys)[:, -1]
        if temperature == 0:
            token = logits.argmax(dim=-1, keepdim=True)
        else:
            token = torch.multinomial(torch.softmax(logits / max(temperature, 1e-2), dim=-1), 1)
        ys = torch.cat([ys, token], dim=1)
    return ys
