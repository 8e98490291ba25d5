"""Face embeddings with batch-hard and batch-all triplet loss, PyTorch."""
import torch
import torch.nn as nn


class EmbeddingNet(nn.Module):
    def __init__(self, dim=128):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 5), nn.PReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5), nn.PReLU(), nn.MaxPool2d(2),
        )
        self.fc = nn.Sequential(nn.Linear(64 * 4 * 4, 256), nn.ReLU(), nn.Linear(256, dim), nn.ReLU())

    def forward(self, x):
        out = self.features(x)
        out = self.fc(out.view(out.size(0), -1))
        return out / out.norm(p=2, dim=1, keepdim=True)  # SSM302


def pairwise_distances(embeddings, squared=False):
    diff = embeddings.unsqueeze(0) - embeddings.unsqueeze(1)
    distances = diff.pow(2).sum(dim=2)
    if not squared:
        distances = torch.sqrt(distances)  # SSM303
    return distances


def anchor_positive_mask(labels):
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    return same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)


def batch_hard(labels, embeddings, margin):
    dist = pairwise_distances(embeddings)
    positive = anchor_positive_mask(labels).float()
    different = (labels.unsqueeze(0) != labels.unsqueeze(1)).float()
    hardest_positive = (positive * dist).max(dim=1)[0]
    hardest_negative = (dist + dist.max() * (1.0 - different)).min(dim=1)[0]
    return torch.relu(hardest_positive - hardest_negative + margin).mean()


def batch_all(labels, embeddings, margin):
    dist = pairwise_distances(embeddings, squared=True)
    positive = anchor_positive_mask(labels)
    different = labels.unsqueeze(0) != labels.unsqueeze(1)
    mask = (positive.unsqueeze(2) & different.unsqueeze(1)).float()
    triplet = torch.relu((dist.unsqueeze(2) - dist.unsqueeze(1) + margin) * mask)
    active = (triplet > 1e-16).float().sum()
    fraction = active / mask.sum().clamp(min=1.0)
    return triplet.sum() / active, fraction  # SSM302


def train_epoch(loader, model, optimizer, strategy="hard", margin=0.2, device="cpu"):
    model.train()
    total = 0.0
    for images, labels in loader:
        embeddings = model(images.to(device))
        labels = labels.to(device)
        if strategy == "hard":
            loss = batch_hard(labels, embeddings, margin)
        else:
            loss, _ = batch_all(labels, embeddings, margin)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class EmbeddingNet(nn.Module):
    def __init__(self, dim=128):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 5), nn.PReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5), nn.PReLU(), nn.MaxPool2d(2),
        )
        self.fc = nn.Sequential(nn.Linear(64 * 4 * 4, 256), nn.ReLU(), nn.Linear(256, dim), nn.ReLU())

    def forward(self, x):
        out = self.features(x)
        out = self.fc(out.view(out.size(0), -1))
        return F.normalize(out, p=2, dim=1)


def pairwise_distances(embeddings, squared=False):
    diff = embeddings.unsqueeze(0) - embeddings.unsqueeze(1)
    distances = diff.pow(2).sum(dim=2)
    if not squared:
        distances = torch.sqrt(distances + 1e-12)
    return distances


def anchor_positive_mask(labels):
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    return same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)


def batch_hard(labels, embeddings, margin):
    dist = pairwise_distances(embeddings)
    positive = anchor_positive_mask(labels).float()
    different = (labels.unsqueeze(0) != labels.unsqueeze(1)).float()
    hardest_positive = (positive * dist).max(dim=1)[0]
    hardest_negative = (dist + dist.max() * (1.0 - different)).min(dim=1)[0]
    return torch.relu(hardest_positive - hardest_negative + margin).mean()


def batch_all(labels, embeddings, margin):
    dist = pairwise_distances(embeddings, squared=True)
    positive = anchor_positive_mask(labels)
    different = labels.unsqueeze(0) != labels.unsqueeze(1)
    mask = (positive.unsqueeze(2) & different.unsqueeze(1)).float()
    triplet = torch.relu((dist.unsqueeze(2) - dist.unsqueeze(1) + margin) * mask)
    active = (triplet > 1e-16).float().sum()
    fraction = active / mask.sum().clamp(min=1.0)
    return triplet.sum() / active.clamp(min=1.0), fraction


def train_epoch(loader, model, optimizer, strategy="hard", margin=0.2, device="cpu"):
    model.train()
    total = 0.0
    for images, labels in loader:
        embeddings = model(images.to(device))
        labels = labels.to(device)
        if strategy == "hard":
            loss = batch_hard(labels, embeddings, margin)
        else:
            loss, _ = batch_all(labels, embeddings, margin)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
