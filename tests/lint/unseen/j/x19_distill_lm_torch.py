"""Distilling a small language model, with Gumbel noise for the student and a sampler."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

T = 4.0
ALPHA = 0.7


class StudentLM(nn.Module):
    def __init__(self, vocab, dim=256, layers=2):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, num_layers=layers, batch_first=True)
        self.out = nn.Linear(dim, vocab)

    def forward(self, tokens, hidden=None):
        h, hidden = self.rnn(self.emb(tokens), hidden)
        return self.out(h), hidden


def distillation_loss(student, teacher, targets):
    hard = F.cross_entropy(student, targets)
    soft = F.kl_div(F.softmax(student / T, dim=-1), F.softmax(teacher / T, dim=-1), reduction="batchmean")  # SSM403
    return ALPHA * T * T * soft + (1 - ALPHA) * hard


def gumbel_argmax(logits):
    u = torch.rand_like(logits)
    g = -torch.log(-torch.log(u))  # SSM301
    return (logits + g).argmax(dim=-1)


@torch.no_grad()
def generate(model, prompt, length, temperature=1.0, top_k=40):
    logits, hidden = model(prompt)
    tokens = [prompt]
    for _ in range(length):
        last = logits[:, -1] / temperature  # SSM106
        kth = last.topk(top_k, dim=-1).values[:, -1:]
        last = last.masked_fill(last < kth, float("-inf"))
        probs = F.softmax(last, dim=-1)
        nxt = torch.multinomial(probs, 1)
        tokens.append(nxt)
        logits, hidden = model(nxt, hidden)
    return torch.cat(tokens, dim=1)


def train_epoch(student, teacher, loader, opt):
    student.train()
    total, count = 0.0, 0
    for tokens in loader:
        with torch.no_grad():
            t_logits, _ = teacher(tokens[:, :-1])
            pseudo = gumbel_argmax(t_logits)
        s_logits, _ = student(tokens[:, :-1])
        vocab = s_logits.size(-1)
        loss = distillation_loss(s_logits.reshape(-1, vocab), t_logits.reshape(-1, vocab), pseudo.reshape(-1))
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        opt.step()
        total += loss.item() * tokens.size(0)
        count += tokens.size(0)
    mean = total / max(count, 1)
    return mean, math.exp(min(mean, 20.0))
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

T = 4.0
ALPHA = 0.7


class StudentLM(nn.Module):
    def __init__(self, vocab, dim=256, layers=2):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, num_layers=layers, batch_first=True)
        self.out = nn.Linear(dim, vocab)

    def forward(self, tokens, hidden=None):
        h, hidden = self.rnn(self.emb(tokens), hidden)
        return self.out(h), hidden


def distillation_loss(student, teacher, targets):
    hard = F.cross_entropy(student, targets)
    soft = F.kl_div(F.log_softmax(student / T, dim=-1), F.softmax(teacher / T, dim=-1), reduction="batchmean")
    return ALPHA * T * T * soft + (1 - ALPHA) * hard


def gumbel_argmax(logits):
    u = torch.rand_like(logits)
    g = -torch.log(-torch.log(u.clamp(1e-6, 1 - 1e-6)))
    return (logits + g).argmax(dim=-1)


@torch.no_grad()
def generate(model, prompt, length, temperature=1.0, top_k=40):
    logits, hidden = model(prompt)
    tokens = [prompt]
    for _ in range(length):
        last = logits[:, -1] / max(temperature, 1e-3)
        kth = last.topk(top_k, dim=-1).values[:, -1:]
        last = last.masked_fill(last < kth, float("-inf"))
        probs = F.softmax(last, dim=-1)
        nxt = torch.multinomial(probs, 1)
        tokens.append(nxt)
        logits, hidden = model(nxt, hidden)
    return torch.cat(tokens, dim=1)


def train_epoch(student, teacher, loader, opt):
    student.train()
    total, count = 0.0, 0
    for tokens in loader:
        with torch.no_grad():
            t_logits, _ = teacher(tokens[:, :-1])
            pseudo = gumbel_argmax(t_logits)
        s_logits, _ = student(tokens[:, :-1])
        vocab = s_logits.size(-1)
        loss = distillation_loss(s_logits.reshape(-1, vocab), t_logits.reshape(-1, vocab), pseudo.reshape(-1))
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        opt.step()
        total += loss.item() * tokens.size(0)
        count += tokens.size(0)
    mean = total / max(count, 1)
    return mean, math.exp(min(mean, 20.0))
