"""Contrastive pre-training in PyTorch: supervised contrastive, uniformity, and distillation."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Encoder(nn.Module):
    def __init__(self, dim_in=784, dim=128):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(dim_in, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, dim))

    def forward(self, x):
        return self.body(x)


def supcon(features, labels, scale=1.0):
    logits = features @ features.t() * scale
    others = 1 - torch.eye(len(features), device=features.device)
    positive = (labels[:, None] == labels[None, :]).float() * others
    denominator = (torch.exp(logits) * others).sum(dim=1, keepdim=True)
    log_prob = logits - torch.log(denominator)  # SSM203
    per_anchor = (positive * log_prob).sum(dim=1) / positive.sum(dim=1)  # SSM302
    return -per_anchor.mean()


def alignment(x, y):
    return (F.normalize(x, dim=1) - F.normalize(y, dim=1)).pow(2).sum(dim=1).mean()


def spread(x, t=2.0):
    squared = (x[:, None, :] - x[None, :, :]).pow(2).sum(dim=-1)
    i, j = torch.triu_indices(len(x), len(x), offset=1)
    return torch.log(torch.exp(-t * squared[i, j]).mean())  # SSM204


def distill(student, teacher, temperature=4.0):
    target = F.softmax(teacher.detach() / temperature, dim=1)
    guess = F.softmax(student / temperature, dim=1)
    return F.kl_div(guess, target, reduction="batchmean") * temperature ** 2  # SSM403


def train(encoder, head, teacher, loader, epochs=10, lr=0.05):
    params = list(encoder.parameters()) + list(head.parameters())
    optimizer = torch.optim.SGD(params, lr=lr, momentum=0.9)
    for epoch in range(epochs):
        total, seen = 0.0, 0
        for first, second, labels in loader:
            a, b = encoder(first), encoder(second)
            both = torch.cat([a, b])
            loss = supcon(both, torch.cat([labels, labels])) + alignment(a, b) + 0.1 * spread(both)
            loss = loss + distill(head(a), teacher(first))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total, seen = total + loss.item() * len(labels), seen + len(labels)
        print(f"{epoch}: {total / max(seen, 1):.4f}")
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class Encoder(nn.Module):
    def __init__(self, dim_in=784, dim=128):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(dim_in, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, dim))

    def forward(self, x):
        return self.body(x)


def supcon(features, labels, scale=1.0):
    n = len(features)
    logits = features @ features.t() * scale
    itself = torch.eye(n, dtype=torch.bool, device=features.device)
    positive = ((labels[:, None] == labels[None, :]) & ~itself).float()
    log_prob = logits - torch.logsumexp(logits.masked_fill(itself, -1e9), dim=1, keepdim=True)
    per_anchor = (positive * log_prob).sum(dim=1) / positive.sum(dim=1).clamp(min=1)
    return -per_anchor.mean()


def alignment(x, y):
    return (F.normalize(x, dim=1) - F.normalize(y, dim=1)).pow(2).sum(dim=1).mean()


def spread(x, t=2.0):
    squared = (x[:, None, :] - x[None, :, :]).pow(2).sum(dim=-1)
    i, j = torch.triu_indices(len(x), len(x), offset=1)
    pairs = -t * squared[i, j]
    return torch.logsumexp(pairs, dim=0) - torch.log(torch.tensor(float(len(pairs))))


def distill(student, teacher, temperature=4.0):
    target = F.softmax(teacher.detach() / temperature, dim=1)
    guess = F.log_softmax(student / temperature, dim=1)
    return F.kl_div(guess, target, reduction="batchmean") * temperature ** 2


def train(encoder, head, teacher, loader, epochs=10, lr=0.05):
    params = list(encoder.parameters()) + list(head.parameters())
    optimizer = torch.optim.SGD(params, lr=lr, momentum=0.9)
    for epoch in range(epochs):
        total, seen = 0.0, 0
        for first, second, labels in loader:
            a, b = encoder(first), encoder(second)
            both = torch.cat([a, b])
            loss = supcon(both, torch.cat([labels, labels])) + alignment(a, b) + 0.1 * spread(both)
            loss = loss + distill(head(a), teacher(first))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total, seen = total + loss.item() * len(labels), seen + len(labels)
        print(f"{epoch}: {total / max(seen, 1):.4f}")
