"""Hierarchical attention for documents, the upper level in half precision, PyTorch."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class WordAttention(nn.Module):
    def __init__(self, vocab_size, dim):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, dim, padding_idx=0)
        self.gru = nn.GRU(dim, dim // 2, batch_first=True, bidirectional=True)
        self.proj = nn.Linear(dim, dim)
        self.context = nn.Linear(dim, 1, bias=False)

    def forward(self, sentences):
        # (documents * sentences, words); short documents are filled up with empty sentences
        mask = sentences != 0
        h, _ = self.gru(self.embed(sentences))
        scores = self.context(torch.tanh(self.proj(h))).squeeze(-1)
        scores = scores.masked_fill(~mask, float("-inf"))
        alpha = torch.softmax(scores, dim=1)  # SSM503
        return torch.einsum("bw,bwd->bd", alpha, h)


class SentenceAttention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / math.sqrt(dim))
        self.scale = 1.0 / math.sqrt(dim)

    def forward(self, vectors, mask):
        scores = (vectors @ self.query * self.scale).half()
        scores = scores.masked_fill(~mask, -1e9)  # SSM502
        weights = F.softmax(scores, dim=-1).float()
        return torch.einsum("bs,bsd->bd", weights, vectors)


class HAN(nn.Module):
    def __init__(self, vocab_size, dim=128, classes=5):
        super().__init__()
        self.words = WordAttention(vocab_size, dim)
        self.sentences = SentenceAttention(dim)
        self.out = nn.Linear(dim, classes)

    def forward(self, docs):
        b, s, w = docs.shape
        vectors = self.words(docs.reshape(b * s, w)).reshape(b, s, -1)
        return self.out(self.sentences(vectors, (docs != 0).any(dim=-1)))


def validate(model, loader):
    losses, correct, seen = [], 0, 0
    with torch.no_grad():
        for docs, labels in loader:
            logits = model(docs)
            losses.append(F.cross_entropy(logits, labels, reduction="none").to(torch.float16))
            correct += (logits.argmax(dim=1) == labels).sum().item()
            seen += len(labels)
    total = torch.cat(losses).sum()  # SSM507
    return total.item() / max(seen, 1), correct / max(seen, 1)


def train(model, loader, valid, epochs=10):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        for docs, labels in loader:
            loss = F.cross_entropy(model(docs), labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        print(epoch, validate(model, valid))
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class WordAttention(nn.Module):
    def __init__(self, vocab_size, dim):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, dim, padding_idx=0)
        self.gru = nn.GRU(dim, dim // 2, batch_first=True, bidirectional=True)
        self.proj = nn.Linear(dim, dim)
        self.context = nn.Linear(dim, 1, bias=False)

    def forward(self, sentences):
        # (documents * sentences, words); short documents are filled up with empty sentences
        mask = sentences != 0
        h, _ = self.gru(self.embed(sentences))
        scores = self.context(torch.tanh(self.proj(h))).squeeze(-1)
        scores = scores.masked_fill(~mask, -1e4)
        alpha = torch.softmax(scores, dim=1)
        return torch.einsum("bw,bwd->bd", alpha, h)


class SentenceAttention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / math.sqrt(dim))
        self.scale = 1.0 / math.sqrt(dim)

    def forward(self, vectors, mask):
        scores = (vectors @ self.query * self.scale).half()
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = F.softmax(scores, dim=-1).float()
        return torch.einsum("bs,bsd->bd", weights, vectors)


class HAN(nn.Module):
    def __init__(self, vocab_size, dim=128, classes=5):
        super().__init__()
        self.words = WordAttention(vocab_size, dim)
        self.sentences = SentenceAttention(dim)
        self.out = nn.Linear(dim, classes)

    def forward(self, docs):
        b, s, w = docs.shape
        vectors = self.words(docs.reshape(b * s, w)).reshape(b, s, -1)
        return self.out(self.sentences(vectors, (docs != 0).any(dim=-1)))


def validate(model, loader):
    losses, correct, seen = [], 0, 0
    with torch.no_grad():
        for docs, labels in loader:
            logits = model(docs)
            losses.append(F.cross_entropy(logits, labels, reduction="none").to(torch.float16))
            correct += (logits.argmax(dim=1) == labels).sum().item()
            seen += len(labels)
    total = torch.cat(losses).sum(dtype=torch.float32)
    return total.item() / max(seen, 1), correct / max(seen, 1)


def train(model, loader, valid, epochs=10):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        for docs, labels in loader:
            loss = F.cross_entropy(model(docs), labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        print(epoch, validate(model, valid))
