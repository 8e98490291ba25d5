"""Face embeddings in PyTorch: batch-hard triplets, a center loss and a cosine gallery."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Embedder(nn.Module):
    def __init__(self, dim=128):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 32, 3, stride=2), nn.ReLU(), nn.Conv2d(32, 64, 3, stride=2),
                                      nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten())
        self.fc = nn.Linear(64 * 16, dim)

    def forward(self, x):
        return F.relu(self.fc(self.features(x)))


def pairwise_distances(x):
    sq = (x ** 2).sum(dim=1)
    d2 = sq[:, None] + sq[None, :] - 2 * x @ x.t()
    return torch.sqrt(d2.clamp(min=0))  # SSM303


class TripletLoss(nn.Module):
    def __init__(self, margin=0.3):
        super().__init__()
        self.margin = margin

    def forward(self, x, labels):
        dist = pairwise_distances(x)
        same = labels[:, None] == labels[None, :]
        hardest_positive = (dist * same.float()).max(dim=1).values
        hardest_negative = (dist + same.float() * 1e4).min(dim=1).values
        losses = F.relu(hardest_positive - hardest_negative + self.margin)
        return losses.sum() / (losses > 0).sum()  # SSM302


class CenterLoss(nn.Module):
    def __init__(self, classes, dim, momentum=0.5):
        super().__init__()
        self.register_buffer("centers", torch.randn(classes, dim))
        self.momentum = momentum

    def forward(self, x, labels):
        return 0.5 * (x - self.centers[labels]).pow(2).sum(dim=1).mean()

    @torch.no_grad()
    def update(self, x, labels):
        diff = self.centers[labels] - x
        counts = torch.bincount(labels, minlength=len(self.centers)).float()
        delta = torch.zeros_like(self.centers).index_add_(0, labels, diff)
        self.centers -= self.momentum * delta / (1.0 + counts[:, None])


def gallery_scores(gallery, probe):
    gallery = gallery / gallery.norm(dim=1, keepdim=True)  # SSM302
    probe = F.normalize(probe, dim=1)
    return probe @ gallery.t()


def train_epoch(model, loader, opt, triplet, center, weight=0.01):
    for images, labels in loader:
        x = model(images)
        loss = triplet(x, labels) + weight * center(x, labels)
        opt.zero_grad()
        loss.backward()
        opt.step()
        center.update(x.detach(), labels)
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class Embedder(nn.Module):
    def __init__(self, dim=128):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 32, 3, stride=2), nn.ReLU(), nn.Conv2d(32, 64, 3, stride=2),
                                      nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten())
        self.fc = nn.Linear(64 * 16, dim)

    def forward(self, x):
        return F.relu(self.fc(self.features(x)))


def pairwise_distances(x):
    sq = (x ** 2).sum(dim=1)
    d2 = sq[:, None] + sq[None, :] - 2 * x @ x.t()
    return torch.sqrt(d2.clamp(min=1e-12))


class TripletLoss(nn.Module):
    def __init__(self, margin=0.3):
        super().__init__()
        self.margin = margin

    def forward(self, x, labels):
        dist = pairwise_distances(x)
        same = labels[:, None] == labels[None, :]
        hardest_positive = (dist * same.float()).max(dim=1).values
        hardest_negative = (dist + same.float() * 1e4).min(dim=1).values
        losses = F.relu(hardest_positive - hardest_negative + self.margin)
        return losses.sum() / (losses > 0).sum().clamp(min=1)


class CenterLoss(nn.Module):
    def __init__(self, classes, dim, momentum=0.5):
        super().__init__()
        self.register_buffer("centers", torch.randn(classes, dim))
        self.momentum = momentum

    def forward(self, x, labels):
        return 0.5 * (x - self.centers[labels]).pow(2).sum(dim=1).mean()

    @torch.no_grad()
    def update(self, x, labels):
        diff = self.centers[labels] - x
        counts = torch.bincount(labels, minlength=len(self.centers)).float()
        delta = torch.zeros_like(self.centers).index_add_(0, labels, diff)
        self.centers -= self.momentum * delta / (1.0 + counts[:, None])


def gallery_scores(gallery, probe):
    gallery = F.normalize(gallery, dim=1)
    probe = F.normalize(probe, dim=1)
    return probe @ gallery.t()


def train_epoch(model, loader, opt, triplet, center, weight=0.01):
    for images, labels in loader:
        x = model(images)
        loss = triplet(x, labels) + weight * center(x, labels)
        opt.zero_grad()
        loss.backward()
        opt.step()
        center.update(x.detach(), labels)
