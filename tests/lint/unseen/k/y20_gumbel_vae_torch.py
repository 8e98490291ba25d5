"""A categorical VAE with Gumbel noise in PyTorch."""
import argparse
import math

import torch
from torch import nn, optim
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--hard", action="store_true")
N, K = 30, 10


def sample_gumbel(shape):
    u = torch.rand(shape)
    return -torch.log(-torch.log(u))  # SSM301


class GumbelVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, N * K))
        self.decoder = nn.Sequential(nn.Linear(N * K, 256), nn.ReLU(), nn.Linear(256, 784))

    def forward(self, x, tau, hard=False):
        logits = self.encoder(x.view(-1, 784)).view(-1, N, K)
        y = F.softmax((logits + sample_gumbel(logits.shape)) / max(tau, 0.1), dim=-1)
        if hard:
            onehot = F.one_hot(y.argmax(dim=-1), K).float()
            y = (onehot - y).detach() + y
        return self.decoder(y.flatten(1)), F.softmax(logits, dim=-1)


def loss_function(model, x, tau, hard):
    recon, q = model(x, tau, hard)
    bce = F.binary_cross_entropy(recon, x.view(-1, 784), reduction="sum") / x.shape[0]  # SSM403
    kld = (q * (torch.log(q) + math.log(K))).sum(dim=(1, 2)).mean()  # SSM201
    return bce + kld


def train_epoch(model, optimizer, loader, epoch, hard, rate=3e-5):
    model.train()
    total = 0.0
    for i, (x, _) in enumerate(loader):
        tau = max(math.exp(-rate * (epoch * len(loader) + i)), 0.5)
        loss = loss_function(model, x, tau, hard)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def main():
    from torchvision import datasets, transforms
    args = parser.parse_args()
    data = datasets.MNIST("data", train=True, download=True, transform=transforms.ToTensor())
    loader = torch.utils.data.DataLoader(data, batch_size=100, shuffle=True)
    model = GumbelVAE()
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(args.epochs):
        print(epoch, train_epoch(model, optimizer, loader, epoch, args.hard))


if __name__ == "__main__":
    main()
# fixed
import argparse
import math

import torch
from torch import nn, optim
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--hard", action="store_true")
N, K = 30, 10


def sample_gumbel(shape):
    return -torch.empty(shape).exponential_().clamp(min=1e-20).log()


class GumbelVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, N * K))
        self.decoder = nn.Sequential(nn.Linear(N * K, 256), nn.ReLU(), nn.Linear(256, 784))

    def forward(self, x, tau, hard=False):
        logits = self.encoder(x.view(-1, 784)).view(-1, N, K)
        y = F.softmax((logits + sample_gumbel(logits.shape)) / max(tau, 0.1), dim=-1)
        if hard:
            onehot = F.one_hot(y.argmax(dim=-1), K).float()
            y = (onehot - y).detach() + y
        return self.decoder(y.flatten(1)), F.log_softmax(logits, dim=-1)


def loss_function(model, x, tau, hard):
    recon, log_q = model(x, tau, hard)
    bce = F.binary_cross_entropy_with_logits(recon, x.view(-1, 784), reduction="sum") / x.shape[0]
    kld = (log_q.exp() * (log_q + math.log(K))).sum(dim=(1, 2)).mean()
    return bce + kld


def train_epoch(model, optimizer, loader, epoch, hard, rate=3e-5):
    model.train()
    total = 0.0
    for i, (x, _) in enumerate(loader):
        tau = max(math.exp(-rate * (epoch * len(loader) + i)), 0.5)
        loss = loss_function(model, x, tau, hard)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def main():
    from torchvision import datasets, transforms
    args = parser.parse_args()
    data = datasets.MNIST("data", train=True, download=True, transform=transforms.ToTensor())
    loader = torch.utils.data.DataLoader(data, batch_size=100, shuffle=True)
    model = GumbelVAE()
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(args.epochs):
        print(epoch, train_epoch(model, optimizer, loader, epoch, args.hard))


if __name__ == "__main__":
    main()
