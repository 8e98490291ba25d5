"""An autoencoder for single-cell counts in PyTorch with a negative binomial likelihood."""
import argparse

import torch
from torch import nn


class CountAutoencoder(nn.Module):
    def __init__(self, genes, latent=10, hidden=128):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(genes, hidden), nn.LayerNorm(hidden), nn.ReLU(),
                                     nn.Linear(hidden, latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU())
        self.rate = nn.Linear(hidden, genes)
        self.raw_theta = nn.Parameter(torch.zeros(genes))

    def forward(self, counts):
        size = counts.sum(dim=1, keepdim=True)
        x = torch.log1p(1e4 * counts / size)  # SSM302
        h = self.decoder(self.encoder(x))
        mu = torch.exp(self.rate(h))  # SSM505
        theta = nn.functional.softplus(self.raw_theta) + 1e-4
        return mu, theta


def nb_loss(x, mu, theta, eps=1e-8):
    log_theta_mu = torch.log(theta + mu + eps)
    ll = (theta * (torch.log(theta + eps) - log_theta_mu)
          + x * (torch.log(mu + eps) - log_theta_mu)
          + torch.lgamma(x + theta) - torch.lgamma(theta) - torch.lgamma(x + 1))
    return -ll.sum(dim=1).mean()


def qc_table(counts, mito):
    total = counts.sum(dim=1)
    genes = (counts > 0).sum(dim=1)
    log_total = torch.log10(total)  # SSM301
    log_genes = torch.log10(genes.float() + 1)
    fraction = counts[:, mito].sum(dim=1) / total.clamp(min=1)
    return torch.stack([log_total, log_genes, fraction], dim=1)


def train(counts, epochs, lr, batch):
    model = CountAutoencoder(counts.shape[1])
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    sched = torch.optim.lr_scheduler.ExponentialLR(opt, 0.98)
    for epoch in range(epochs):
        running = 0.0
        for rows in torch.randperm(len(counts)).split(batch):
            loss = nb_loss(counts[rows], *model(counts[rows]))
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            opt.step()
            running += loss.item() * len(rows)
        sched.step()
        print(epoch, running / len(counts))
    return model


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("counts")
    ap.add_argument("--epochs", type=int, default=100)
    args = ap.parse_args()
    data = torch.load(args.counts).float()
    print(qc_table(data, torch.arange(13)).mean(dim=0))
    train(data, args.epochs, 1e-3, 256)
# fixed
import argparse

import torch
from torch import nn


class CountAutoencoder(nn.Module):
    def __init__(self, genes, latent=10, hidden=128):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(genes, hidden), nn.LayerNorm(hidden), nn.ReLU(),
                                     nn.Linear(hidden, latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU())
        self.rate = nn.Linear(hidden, genes)
        self.raw_theta = nn.Parameter(torch.zeros(genes))

    def forward(self, counts):
        size = counts.sum(dim=1, keepdim=True).clamp(min=1)
        x = torch.log1p(1e4 * counts / size)
        h = self.decoder(self.encoder(x))
        mu = torch.exp(self.rate(h).clamp(-15.0, 15.0))
        theta = nn.functional.softplus(self.raw_theta) + 1e-4
        return mu, theta


def nb_loss(x, mu, theta, eps=1e-8):
    log_theta_mu = torch.log(theta + mu + eps)
    ll = (theta * (torch.log(theta + eps) - log_theta_mu)
          + x * (torch.log(mu + eps) - log_theta_mu)
          + torch.lgamma(x + theta) - torch.lgamma(theta) - torch.lgamma(x + 1))
    return -ll.sum(dim=1).mean()


def qc_table(counts, mito):
    total = counts.sum(dim=1)
    genes = (counts > 0).sum(dim=1)
    log_total = torch.log10(total + 1)
    log_genes = torch.log10(genes.float() + 1)
    fraction = counts[:, mito].sum(dim=1) / total.clamp(min=1)
    return torch.stack([log_total, log_genes, fraction], dim=1)


def train(counts, epochs, lr, batch):
    model = CountAutoencoder(counts.shape[1])
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    sched = torch.optim.lr_scheduler.ExponentialLR(opt, 0.98)
    for epoch in range(epochs):
        running = 0.0
        for rows in torch.randperm(len(counts)).split(batch):
            loss = nb_loss(counts[rows], *model(counts[rows]))
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            opt.step()
            running += loss.item() * len(rows)
        sched.step()
        print(epoch, running / len(counts))
    return model


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("counts")
    ap.add_argument("--epochs", type=int, default=100)
    args = ap.parse_args()
    data = torch.load(args.counts).float()
    print(qc_table(data, torch.arange(13)).mean(dim=0))
    train(data, args.epochs, 1e-3, 256)
