"""Contrastive pretraining with two views, then a batch-hard triplet loss for retrieval."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Projector(nn.Module):
    def __init__(self, backbone, dim_in=512, dim_out=128):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Sequential(nn.Linear(dim_in, dim_in), nn.ReLU(inplace=True), nn.Linear(dim_in, dim_out))

    def forward(self, x):
        return self.head(self.backbone(x))


def info_nce(z1, z2):
    scores = z1 @ z2.t()
    e = torch.exp(scores)
    p = e / e.sum(dim=1, keepdim=True)  # SSM101
    return -torch.log(p.diagonal()).mean()  # SSM201


def pairwise_distance(emb):
    sq = emb.pow(2).sum(dim=1)
    d2 = sq.unsqueeze(0) - 2.0 * emb @ emb.t() + sq.unsqueeze(1)
    return torch.sqrt(d2.clamp(min=0))  # SSM303


def batch_hard(emb, labels, margin=0.3):
    dist = pairwise_distance(emb)
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    hardest_pos = dist.masked_fill(~same, 0.0).max(dim=1).values
    hardest_neg = dist.masked_fill(same, 1e6).min(dim=1).values
    return F.relu(hardest_pos - hardest_neg + margin).mean()


@torch.no_grad()
def recall_at_1(model, loader):
    embs, labels = [], []
    for x, y in loader:
        embs.append(F.normalize(model(x), dim=1))
        labels.append(y)
    emb, y = torch.cat(embs), torch.cat(labels)
    sim = emb @ emb.t()
    sim.fill_diagonal_(-2.0)
    return (y[sim.argmax(dim=1)] == y).float().mean().item()


def pretrain(model, pairs, epochs=100, lr=0.03):
    opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=1e-4)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs)
    for epoch in range(epochs):
        for a, b in pairs:
            z1, z2 = model(a), model(b)
            loss = 0.5 * (info_nce(z1, z2) + info_nce(z2, z1))
            opt.zero_grad()
            loss.backward()
            opt.step()
        sched.step()


def finetune(model, loader, opt):
    for x, y in loader:
        loss = batch_hard(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class Projector(nn.Module):
    def __init__(self, backbone, dim_in=512, dim_out=128):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Sequential(nn.Linear(dim_in, dim_in), nn.ReLU(inplace=True), nn.Linear(dim_in, dim_out))

    def forward(self, x):
        return self.head(self.backbone(x))


def info_nce(z1, z2):
    scores = z1 @ z2.t()
    return -torch.log_softmax(scores, dim=1).diagonal().mean()


def pairwise_distance(emb):
    sq = emb.pow(2).sum(dim=1)
    d2 = sq.unsqueeze(0) - 2.0 * emb @ emb.t() + sq.unsqueeze(1)
    return torch.sqrt(d2.clamp(min=1e-12))


def batch_hard(emb, labels, margin=0.3):
    dist = pairwise_distance(emb)
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    hardest_pos = dist.masked_fill(~same, 0.0).max(dim=1).values
    hardest_neg = dist.masked_fill(same, 1e6).min(dim=1).values
    return F.relu(hardest_pos - hardest_neg + margin).mean()


@torch.no_grad()
def recall_at_1(model, loader):
    embs, labels = [], []
    for x, y in loader:
        embs.append(F.normalize(model(x), dim=1))
        labels.append(y)
    emb, y = torch.cat(embs), torch.cat(labels)
    sim = emb @ emb.t()
    sim.fill_diagonal_(-2.0)
    return (y[sim.argmax(dim=1)] == y).float().mean().item()


def pretrain(model, pairs, epochs=100, lr=0.03):
    opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=1e-4)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs)
    for epoch in range(epochs):
        for a, b in pairs:
            z1, z2 = model(a), model(b)
            loss = 0.5 * (info_nce(z1, z2) + info_nce(z2, z1))
            opt.zero_grad()
            loss.backward()
            opt.step()
        sched.step()


def finetune(model, loader, opt):
    for x, y in loader:
        loss = batch_hard(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
