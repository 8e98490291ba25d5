"""ProdLDA: a neural topic model with the Laplace approximation of the Dirichlet, and topic coherence (PyTorch)."""
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class ProdLDA(nn.Module):
    def __init__(self, vocab, topics=50, hidden=100, alpha=0.02, dropout=0.2):
        super().__init__()
        self.topics = topics
        self.encoder = nn.Sequential(
            nn.Linear(vocab, hidden), nn.Softplus(), nn.Linear(hidden, hidden), nn.Softplus(), nn.Dropout(dropout)
        )
        self.fc_mu = nn.Linear(hidden, topics)
        self.fc_logvar = nn.Linear(hidden, topics)
        self.beta = nn.Linear(topics, vocab, bias=False)
        self.prior_logvar = math.log(1.0 / alpha * (1 - 1.0 / topics))

    def forward(self, bow):
        h = self.encoder(torch.log1p(bow))
        mu, logvar = self.fc_mu(h), self.fc_logvar(h)
        noise = torch.randn_like(mu) if self.training else torch.zeros_like(mu)
        z = mu + noise * torch.exp(0.5 * logvar)  # SSM505
        theta = F.softmax(z, dim=1)
        words = F.softmax(self.beta(theta), dim=1)
        return words, mu, logvar

    def loss(self, bow):
        words, mu, logvar = self(bow)
        reconstruction = -(bow * words.log()).sum(dim=1)  # SSM201
        prior_var = math.exp(self.prior_logvar)
        variance = logvar.exp() / prior_var  # SSM505
        kl = 0.5 * (variance + mu ** 2 / prior_var - 1 + self.prior_logvar - logvar).sum(dim=1)
        return (reconstruction + kl).mean()


def top_words(model, vocabulary, n=10):
    order = model.beta.weight.detach().t().argsort(dim=1, descending=True)[:, :n]
    return [[vocabulary[i] for i in row] for row in order.tolist()]


def npmi(documents, words):
    """Mean normalized PMI of the pairs of a topic's words; documents are sets of words."""
    n = len(documents)
    scores = []
    for i, a in enumerate(words):
        for b in words[i + 1:]:
            both = sum(a in d and b in d for d in documents) / n
            if both == 0 or both == 1:
                scores.append(-1.0 if both == 0 else 1.0)
                continue
            pa, pb = sum(a in d for d in documents) / n, sum(b in d for d in documents) / n
            scores.append(math.log(both / (pa * pb)) / -math.log(both))
    return float(np.mean(scores)) if scores else 0.0


def train(model, loader, epochs=80, lr=2e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.99, 0.999))
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for bow in loader:
            optimizer.zero_grad()
            loss = model.loss(bow)
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch}: {total:.1f}")
# fixed
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class ProdLDA(nn.Module):
    def __init__(self, vocab, topics=50, hidden=100, alpha=0.02, dropout=0.2):
        super().__init__()
        self.topics = topics
        self.encoder = nn.Sequential(
            nn.Linear(vocab, hidden), nn.Softplus(), nn.Linear(hidden, hidden), nn.Softplus(), nn.Dropout(dropout)
        )
        self.fc_mu = nn.Linear(hidden, topics)
        self.fc_logvar = nn.Linear(hidden, topics)
        self.beta = nn.Linear(topics, vocab, bias=False)
        self.prior_logvar = math.log(1.0 / alpha * (1 - 1.0 / topics))

    def forward(self, bow):
        h = self.encoder(torch.log1p(bow))
        mu, logvar = self.fc_mu(h), self.fc_logvar(h)
        logvar = logvar.clamp(-10.0, 10.0)
        noise = torch.randn_like(mu) if self.training else torch.zeros_like(mu)
        z = mu + noise * torch.exp(0.5 * logvar)
        theta = F.softmax(z, dim=1)
        words = F.log_softmax(self.beta(theta), dim=1)
        return words, mu, logvar

    def loss(self, bow):
        words, mu, logvar = self(bow)
        reconstruction = -(bow * words).sum(dim=1)
        prior_var = math.exp(self.prior_logvar)
        variance = logvar.exp() / prior_var
        kl = 0.5 * (variance + mu ** 2 / prior_var - 1 + self.prior_logvar - logvar).sum(dim=1)
        return (reconstruction + kl).mean()


def top_words(model, vocabulary, n=10):
    order = model.beta.weight.detach().t().argsort(dim=1, descending=True)[:, :n]
    return [[vocabulary[i] for i in row] for row in order.tolist()]


def npmi(documents, words):
    """Mean normalized PMI of the pairs of a topic's words; documents are sets of words."""
    n = len(documents)
    scores = []
    for i, a in enumerate(words):
        for b in words[i + 1:]:
            both = sum(a in d and b in d for d in documents) / n
            if both == 0 or both == 1:
                scores.append(-1.0 if both == 0 else 1.0)
                continue
            pa, pb = sum(a in d for d in documents) / n, sum(b in d for d in documents) / n
            scores.append(math.log(both / (pa * pb)) / -math.log(both))
    return float(np.mean(scores)) if scores else 0.0


def train(model, loader, epochs=80, lr=2e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.99, 0.999))
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for bow in loader:
            optimizer.zero_grad()
            loss = model.loss(bow)
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch}: {total:.1f}")
