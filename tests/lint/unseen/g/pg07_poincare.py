"""Poincare embeddings of a hierarchy, PyTorch, with Riemannian descent."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class PoincareEmbedding(nn.Module):
    def __init__(self, nodes, dim=10):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(nodes, dim).uniform_(-1e-3, 1e-3))

    def distance(self, u, v):
        uu = u.pow(2).sum(-1)
        vv = v.pow(2).sum(-1)
        uv = (u - v).pow(2).sum(-1)
        x = 1 + 2 * uv / ((1 - uu) * (1 - vv))  # SSM302
        return torch.log(x + torch.sqrt(x * x - 1))  # SSM303

    def forward(self, child, parent, negatives):
        u = self.weight[child].unsqueeze(1)
        others = torch.cat([parent.unsqueeze(1), negatives], dim=1)  # negatives may repeat the child
        d = self.distance(u, self.weight[others])
        target = torch.zeros(len(child), dtype=torch.long)
        return F.cross_entropy(-d, target)

    @torch.no_grad()
    def project(self):
        norms = self.weight.norm(dim=1, keepdim=True).clamp_min(1e-6)
        self.weight.mul_((1 - 1e-9) / norms.clamp_min(1 - 1e-9))  # SSM501

    @torch.no_grad()
    def step(self, lr):
        conformal = (1 - self.weight.pow(2).sum(1, keepdim=True)).pow(2) / 4
        v = -lr * conformal * self.weight.grad
        length = v.norm(dim=1, keepdim=True).clamp_min(1e-12)
        self.weight.add_(torch.tanh(length) * v / length)
        self.weight.grad.zero_()
        self.project()


def train(model, batches, epochs=50, burn_in=10, lr=0.3):
    for epoch in range(epochs):
        rate = lr / 10 if epoch < burn_in else lr
        total = 0.0
        for child, parent, negatives in batches:
            loss = model(child, parent, negatives)
            loss.backward()
            model.step(rate)
            total += loss.item()
        print(epoch, total / len(batches))
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F

BALL = 1 - 1e-5


class PoincareEmbedding(nn.Module):
    def __init__(self, nodes, dim=10):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(nodes, dim).uniform_(-1e-3, 1e-3))

    def distance(self, u, v):
        uu = u.pow(2).sum(-1).clamp_max(BALL)
        vv = v.pow(2).sum(-1).clamp_max(BALL)
        uv = (u - v).pow(2).sum(-1)
        y = 2 * uv / ((1 - uu) * (1 - vv))
        return torch.log1p(y + torch.sqrt(y * (y + 2) + 1e-12))

    def forward(self, child, parent, negatives):
        u = self.weight[child].unsqueeze(1)
        others = torch.cat([parent.unsqueeze(1), negatives], dim=1)  # negatives may repeat the child
        d = self.distance(u, self.weight[others])
        target = torch.zeros(len(child), dtype=torch.long)
        return F.cross_entropy(-d, target)

    @torch.no_grad()
    def project(self):
        norms = self.weight.norm(dim=1, keepdim=True).clamp_min(1e-6)
        self.weight.mul_(BALL / norms.clamp_min(BALL))

    @torch.no_grad()
    def step(self, lr):
        conformal = (1 - self.weight.pow(2).sum(1, keepdim=True)).pow(2) / 4
        v = -lr * conformal * self.weight.grad
        length = v.norm(dim=1, keepdim=True).clamp_min(1e-12)
        self.weight.add_(torch.tanh(length) * v / length)
        self.weight.grad.zero_()
        self.project()


def train(model, batches, epochs=50, burn_in=10, lr=0.3):
    for epoch in range(epochs):
        rate = lr / 10 if epoch < burn_in else lr
        total = 0.0
        for child, parent, negatives in batches:
            loss = model(child, parent, negatives)
            loss.backward()
            model.step(rate)
            total += loss.item()
        print(epoch, total / len(batches))
