"""A mixture density network for one target, PyTorch."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

ONE_OVER_SQRT_2PI = 1.0 / math.sqrt(2 * math.pi)


class MDN(nn.Module):
    def __init__(self, in_features, hidden, num_gaussians):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(in_features, hidden), nn.Tanh())
        self.pi = nn.Linear(hidden, num_gaussians)
        self.mu = nn.Linear(hidden, num_gaussians)
        self.sigma = nn.Linear(hidden, num_gaussians)

    def forward(self, x):
        h = self.body(x)
        return self.pi(h), self.mu(h), torch.exp(self.sigma(h))  # SSM505


def gaussian_probability(sigma, mu, target):
    z = (target.unsqueeze(1) - mu) / sigma
    return ONE_OVER_SQRT_2PI * torch.exp(-0.5 * z ** 2) / sigma


def mdn_loss(logits, sigma, mu, target):
    pi = F.softmax(logits, dim=1)
    prob = pi * gaussian_probability(sigma, mu, target)
    nll = -torch.log(torch.sum(prob, dim=1))  # SSM301
    return torch.mean(nll)


@torch.no_grad()
def sample(model, x, temperature=1.0):
    logits, mu, sigma = model(x)
    weights = F.softmax(logits / temperature, dim=1)  # SSM106
    pick = torch.multinomial(weights, 1)
    noise = math.sqrt(temperature) * torch.randn(len(x), 1)
    return (mu.gather(1, pick) + sigma.gather(1, pick) * noise).squeeze(1)


def train(model, loader, epochs, lr=1e-3):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        total, seen = 0.0, 0
        for x, y in loader:
            logits, mu, sigma = model(x)
            loss = mdn_loss(logits, sigma, mu, y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total, seen = total + loss.item() * len(x), seen + len(x)
        print(f"{epoch}: {total / max(seen, 1):.4f}")
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)


class MDN(nn.Module):
    def __init__(self, in_features, hidden, num_gaussians):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(in_features, hidden), nn.Tanh())
        self.pi = nn.Linear(hidden, num_gaussians)
        self.mu = nn.Linear(hidden, num_gaussians)
        self.sigma = nn.Linear(hidden, num_gaussians)

    def forward(self, x):
        h = self.body(x)
        return self.pi(h), self.mu(h), F.softplus(self.sigma(h)) + 1e-3


def gaussian_log_probability(sigma, mu, target):
    z = (target.unsqueeze(1) - mu) / sigma
    return -0.5 * z ** 2 - torch.log(sigma) - LOG_SQRT_2PI


def mdn_loss(logits, sigma, mu, target):
    log_pi = F.log_softmax(logits, dim=1)
    log_prob = log_pi + gaussian_log_probability(sigma, mu, target)
    nll = -torch.logsumexp(log_prob, dim=1)
    return torch.mean(nll)


@torch.no_grad()
def sample(model, x, temperature=1.0):
    logits, mu, sigma = model(x)
    if temperature == 0:
        return mu.gather(1, logits.argmax(dim=1, keepdim=True)).squeeze(1)
    weights = F.softmax(logits / max(temperature, 1e-4), dim=1)
    pick = torch.multinomial(weights, 1)
    noise = math.sqrt(temperature) * torch.randn(len(x), 1)
    return (mu.gather(1, pick) + sigma.gather(1, pick) * noise).squeeze(1)


def train(model, loader, epochs, lr=1e-3):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        total, seen = 0.0, 0
        for x, y in loader:
            logits, mu, sigma = model(x)
            loss = mdn_loss(logits, sigma, mu, y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total, seen = total + loss.item() * len(x), seen + len(x)
        print(f"{epoch}: {total / max(seen, 1):.4f}")
