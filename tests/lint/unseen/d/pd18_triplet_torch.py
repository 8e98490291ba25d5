"""Metric learning: batch-hard and batch-all triplet losses on an embedding net."""
import torch
from torch import nn


class EmbeddingNet(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 5), nn.PReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5), nn.PReLU(), nn.MaxPool2d(2), nn.Flatten(),
        )
        self.fc = nn.Sequential(nn.Linear(64 * 4 * 4, 256), nn.ReLU(), nn.Linear(256, dim), nn.ReLU())

    def forward(self, x):
        z = self.fc(self.features(x))
        return z / z.norm(p=2, dim=1, keepdim=True)  # SSM302


def pairwise_distances(emb):
    diff = emb.unsqueeze(1) - emb.unsqueeze(0)
    return torch.sqrt(torch.sum(diff ** 2, dim=2))  # SSM303


def masks(labels):
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    eye = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    return same & ~eye, ~same


def batch_hard(emb, labels, margin=0.2):
    dist = pairwise_distances(emb)
    pos, neg = masks(labels)
    hardest_pos = (dist * pos).max(dim=1).values
    hardest_neg = (dist + dist.max().detach() * (~neg)).min(dim=1).values
    return torch.relu(hardest_pos - hardest_neg + margin).mean()


def batch_all(emb, labels, margin=0.2):
    dist = pairwise_distances(emb)
    pos, neg = masks(labels)
    triplet = dist.unsqueeze(2) - dist.unsqueeze(1) + margin
    valid = pos.unsqueeze(2) & neg.unsqueeze(1)
    triplet = torch.relu(triplet * valid.float())
    active = (triplet > 0).float().sum()
    return triplet.sum() / active  # SSM302


def recall_at_1(emb, labels):
    with torch.no_grad():
        dist = torch.cdist(emb, emb)
        dist.fill_diagonal_(float("inf"))
        nearest = dist.argmin(dim=1)
        return (labels[nearest] == labels).sum().item() / len(labels)


def train(model, loader, epochs=10, mining="all", lr=1e-3):
    criterion = {"all": batch_all, "hard": batch_hard}[mining]
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        total = 0.0
        for images, labels in loader:
            opt.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            opt.step()
            total += loss.item()
        print(epoch, total / len(loader))
# fixed
import torch
import torch.nn.functional as F
from torch import nn


class EmbeddingNet(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 5), nn.PReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5), nn.PReLU(), nn.MaxPool2d(2), nn.Flatten(),
        )
        self.fc = nn.Sequential(nn.Linear(64 * 4 * 4, 256), nn.ReLU(), nn.Linear(256, dim), nn.ReLU())

    def forward(self, x):
        z = self.fc(self.features(x))
        return F.normalize(z, p=2, dim=1)


def pairwise_distances(emb):
    diff = emb.unsqueeze(1) - emb.unsqueeze(0)
    return torch.sqrt(torch.sum(diff ** 2, dim=2).clamp(min=1e-12))


def masks(labels):
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    eye = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    return same & ~eye, ~same


def batch_hard(emb, labels, margin=0.2):
    dist = pairwise_distances(emb)
    pos, neg = masks(labels)
    hardest_pos = (dist * pos).max(dim=1).values
    hardest_neg = (dist + dist.max().detach() * (~neg)).min(dim=1).values
    return torch.relu(hardest_pos - hardest_neg + margin).mean()


def batch_all(emb, labels, margin=0.2):
    dist = pairwise_distances(emb)
    pos, neg = masks(labels)
    triplet = dist.unsqueeze(2) - dist.unsqueeze(1) + margin
    valid = pos.unsqueeze(2) & neg.unsqueeze(1)
    triplet = torch.relu(triplet * valid.float())
    active = (triplet > 0).float().sum()
    return triplet.sum() / active.clamp(min=1.0)


def recall_at_1(emb, labels):
    with torch.no_grad():
        dist = torch.cdist(emb, emb)
        dist.fill_diagonal_(float("inf"))
        nearest = dist.argmin(dim=1)
        return (labels[nearest] == labels).sum().item() / len(labels)


def train(model, loader, epochs=10, mining="all", lr=1e-3):
    criterion = {"all": batch_all, "hard": batch_hard}[mining]
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        total = 0.0
        for images, labels in loader:
            opt.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            opt.step()
            total += loss.item()
        print(epoch, total / len(loader))
