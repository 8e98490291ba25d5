"""Transformer encoder with attention by hand in half precision, and a sampler."""
import math

import torch
import torch.nn as nn


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.dk = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, mask):
        B, T, D = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, self.dk).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1) / math.sqrt(self.dk)).half()
        scores = scores.masked_fill(mask[:, None, None, :] == 0, -1e9)  # SSM502
        weights = torch.softmax(scores, dim=-1).to(v.dtype)
        return self.out((weights @ v).transpose(1, 2).reshape(B, T, D))


class Encoder(nn.Module):
    def __init__(self, vocab, dim=128, heads=4, depth=2, classes=5, max_len=512):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        pos = torch.arange(max_len)[:, None]
        freq = torch.exp(torch.arange(0, dim, 2) * (-math.log(10000.0) / dim))
        self.register_buffer("pe", torch.cat([torch.sin(pos * freq), torch.cos(pos * freq)], dim=1))
        self.blocks = nn.ModuleList(Attention(dim, heads) for _ in range(depth))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(depth))
        self.head = nn.Linear(dim, classes)

    def forward(self, tokens):
        mask = (tokens != 0).float()
        x = self.embed(tokens) * math.sqrt(self.embed.embedding_dim) + self.pe[: tokens.size(1)]
        for block, norm in zip(self.blocks, self.norms):
            x = norm(x + block(x, mask))
        pooled = (x * mask.unsqueeze(-1)).sum(dim=1) / mask.sum(dim=1, keepdim=True)  # SSM302
        return self.head(pooled)


@torch.no_grad()
def sample(logits, temperature=1.0, top_k=None):
    logits = logits / temperature  # SSM106
    if top_k is not None:
        kth = torch.topk(logits, top_k, dim=-1).values[..., -1:]
        logits = torch.where(logits < kth, torch.full_like(logits, torch.finfo(logits.dtype).min), logits)
    return torch.multinomial(torch.softmax(logits, dim=-1), 1)


def train(model, loader, epochs=3, lr=3e-4):
    opt = torch.optim.AdamW(model.parameters(), lr=lr)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    for _ in range(epochs):
        total = 0.0
        for tokens, labels in loader:
            loss = criterion(model(tokens), labels)
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            total += loss.item()
        print("loss", total / len(loader))
# fixed
import math

import torch
import torch.nn as nn


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.dk = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, mask):
        B, T, D = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, self.dk).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1) / math.sqrt(self.dk)).half()
        scores = scores.masked_fill(mask[:, None, None, :] == 0, torch.finfo(scores.dtype).min)
        weights = torch.softmax(scores, dim=-1).to(v.dtype)
        return self.out((weights @ v).transpose(1, 2).reshape(B, T, D))


class Encoder(nn.Module):
    def __init__(self, vocab, dim=128, heads=4, depth=2, classes=5, max_len=512):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        pos = torch.arange(max_len)[:, None]
        freq = torch.exp(torch.arange(0, dim, 2) * (-math.log(10000.0) / dim))
        self.register_buffer("pe", torch.cat([torch.sin(pos * freq), torch.cos(pos * freq)], dim=1))
        self.blocks = nn.ModuleList(Attention(dim, heads) for _ in range(depth))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(depth))
        self.head = nn.Linear(dim, classes)

    def forward(self, tokens):
        mask = (tokens != 0).float()
        x = self.embed(tokens) * math.sqrt(self.embed.embedding_dim) + self.pe[: tokens.size(1)]
        for block, norm in zip(self.blocks, self.norms):
            x = norm(x + block(x, mask))
        pooled = (x * mask.unsqueeze(-1)).sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)
        return self.head(pooled)


@torch.no_grad()
def sample(logits, temperature=1.0, top_k=None):
    if temperature <= 1e-4:
        return logits.argmax(dim=-1, keepdim=True)
    logits = logits / temperature
    if top_k is not None:
        kth = torch.topk(logits, top_k, dim=-1).values[..., -1:]
        logits = torch.where(logits < kth, torch.full_like(logits, torch.finfo(logits.dtype).min), logits)
    return torch.multinomial(torch.softmax(logits, dim=-1), 1)


def train(model, loader, epochs=3, lr=3e-4):
    opt = torch.optim.AdamW(model.parameters(), lr=lr)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    for _ in range(epochs):
        total = 0.0
        for tokens, labels in loader:
            loss = criterion(model(tokens), labels)
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            total += loss.item()
        print("loss", total / len(loader))
