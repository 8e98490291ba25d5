"""Active learning by Monte Carlo dropout in PyTorch: BALD, committee votes, class weights."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Classifier(nn.Module):
    def __init__(self, inputs=784, classes=10, p=0.5):
        super().__init__()
        self.classes = classes
        self.body = nn.Sequential(nn.Linear(inputs, 128), nn.ReLU(), nn.Dropout(p), nn.Linear(128, classes))

    def forward(self, x):
        return self.body(x)


@torch.no_grad()
def sample_probs(model, pool, draws=20):
    model.train()
    return torch.stack([model(pool).softmax(dim=-1) for _ in range(draws)])


def bald(model, pool):
    probs = sample_probs(model, pool)
    mean = probs.mean(0)
    total = torch.special.entr(mean).sum(-1)
    expected = -(probs * probs.log()).sum(-1).mean(0)  # SSM201
    return total - expected


def vote_entropy(model, pool):
    votes = sample_probs(model, pool).argmax(-1)
    share = F.one_hot(votes, model.classes).float().mean(0)
    return -torch.sum(share * torch.log(share), dim=1)  # SSM301


def class_weights(labels, classes):
    counts = torch.bincount(labels, minlength=classes).float()
    return labels.numel() / (classes * counts)  # SSM302


def acquire(model, pool, k, score=bald):
    chosen = score(model, pool).topk(k).indices
    keep = torch.ones(len(pool), dtype=torch.bool)
    keep[chosen] = False
    return chosen, pool[keep]


def fit(model, x, y, epochs=30):
    weight = class_weights(y, model.classes)
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(epochs):
        opt.zero_grad()
        loss = (weight[y] * F.cross_entropy(model(x), y, reduction="none")).mean()
        loss.backward()
        opt.step()
    return loss.item() / len(y)
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class Classifier(nn.Module):
    def __init__(self, inputs=784, classes=10, p=0.5):
        super().__init__()
        self.classes = classes
        self.body = nn.Sequential(nn.Linear(inputs, 128), nn.ReLU(), nn.Dropout(p), nn.Linear(128, classes))

    def forward(self, x):
        return self.body(x)


@torch.no_grad()
def sample_probs(model, pool, draws=20):
    model.train()
    return torch.stack([model(pool).softmax(dim=-1) for _ in range(draws)])


def bald(model, pool):
    probs = sample_probs(model, pool)
    mean = probs.mean(0)
    total = torch.special.entr(mean).sum(-1)
    expected = torch.special.entr(probs).sum(-1).mean(0)
    return total - expected


def vote_entropy(model, pool):
    votes = sample_probs(model, pool).argmax(-1)
    share = F.one_hot(votes, model.classes).float().mean(0)
    return -torch.sum(torch.xlogy(share, share), dim=1)


def class_weights(labels, classes):
    counts = torch.bincount(labels, minlength=classes).float()
    return labels.numel() / (classes * counts.clamp(min=1))


def acquire(model, pool, k, score=bald):
    chosen = score(model, pool).topk(k).indices
    keep = torch.ones(len(pool), dtype=torch.bool)
    keep[chosen] = False
    return chosen, pool[keep]


def fit(model, x, y, epochs=30):
    weight = class_weights(y, model.classes)
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(epochs):
        opt.zero_grad()
        loss = (weight[y] * F.cross_entropy(model(x), y, reduction="none")).mean()
        loss.backward()
        opt.step()
    return loss.item() / len(y)
