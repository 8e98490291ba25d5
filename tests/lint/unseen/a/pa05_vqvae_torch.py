"""VQ-VAE with an EMA codebook and a plain Gaussian VAE beside it (torch)."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class VectorQuantizerEMA(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, commitment_cost=0.25, decay=0.99):
        super().__init__()
        self._num, self._dim = num_embeddings, embedding_dim
        self._cost, self._decay = commitment_cost, decay
        self.register_buffer("_embedding", torch.randn(num_embeddings, embedding_dim))
        self.register_buffer("_cluster_size", torch.zeros(num_embeddings))
        self.register_buffer("_ema_w", self._embedding.clone())

    def forward(self, inputs):
        flat = inputs.reshape(-1, self._dim)
        distances = (flat.pow(2).sum(1, keepdim=True) + self._embedding.pow(2).sum(1)
                     - 2 * flat @ self._embedding.t())
        indices = distances.argmin(1)
        onehot = F.one_hot(indices, self._num).to(flat.dtype)
        if self.training:
            with torch.no_grad():
                self._cluster_size.mul_(self._decay).add_(onehot.sum(0), alpha=1 - self._decay)
                self._ema_w.mul_(self._decay).add_(onehot.t() @ flat, alpha=1 - self._decay)
                self._embedding.copy_(self._ema_w / self._cluster_size.unsqueeze(1))  # SSM302
        quantized = (onehot @ self._embedding).view_as(inputs)
        loss = self._cost * F.mse_loss(quantized.detach(), inputs)
        quantized = inputs + (quantized - inputs).detach()
        avg_probs = onehot.mean(0)
        perplexity = torch.exp(-torch.sum(avg_probs * torch.log(avg_probs)))  # SSM301
        return loss, quantized, perplexity


class VAE(nn.Module):
    def __init__(self, x_dim=784, h_dim=400, z_dim=20):
        super().__init__()
        self.fc1 = nn.Linear(x_dim, h_dim)
        self.fc21 = nn.Linear(h_dim, z_dim)
        self.fc22 = nn.Linear(h_dim, z_dim)
        self.fc3 = nn.Linear(z_dim, h_dim)
        self.fc4 = nn.Linear(h_dim, x_dim)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)

    def decode(self, z):
        return self.fc4(F.relu(self.fc3(z)))

    def elbo(self, x):
        mu, logvar = self.encode(x)
        std = torch.exp(0.5 * logvar)  # SSM505
        z = mu + std * torch.randn_like(std)
        bce = F.binary_cross_entropy(self.decode(z), x, reduction="sum")  # SSM403
        kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())  # SSM505
        return (bce + kld) / x.size(0)

    @torch.no_grad()
    def iwae(self, x, k=64):
        mu, logvar = self.encode(x)
        std = logvar.mul(0.5).exp()  # SSM505
        eps = torch.randn(k, *mu.shape)
        z = mu + std * eps
        log_q = (-0.5 * eps ** 2 - 0.5 * logvar - 0.5 * math.log(2 * math.pi)).sum(-1)
        log_p = (-0.5 * z ** 2 - 0.5 * math.log(2 * math.pi)).sum(-1)
        log_x = -F.binary_cross_entropy_with_logits(self.decode(z), x.expand(k, *x.shape), reduction="none").sum(-1)
        log_w = log_x + log_p - log_q
        return torch.log(torch.mean(torch.exp(log_w), dim=0)).mean()  # SSM204
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class VectorQuantizerEMA(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, commitment_cost=0.25, decay=0.99):
        super().__init__()
        self._num, self._dim = num_embeddings, embedding_dim
        self._cost, self._decay = commitment_cost, decay
        self.register_buffer("_embedding", torch.randn(num_embeddings, embedding_dim))
        self.register_buffer("_cluster_size", torch.zeros(num_embeddings))
        self.register_buffer("_ema_w", self._embedding.clone())

    def forward(self, inputs):
        flat = inputs.reshape(-1, self._dim)
        distances = (flat.pow(2).sum(1, keepdim=True) + self._embedding.pow(2).sum(1)
                     - 2 * flat @ self._embedding.t())
        indices = distances.argmin(1)
        onehot = F.one_hot(indices, self._num).to(flat.dtype)
        if self.training:
            with torch.no_grad():
                self._cluster_size.mul_(self._decay).add_(onehot.sum(0), alpha=1 - self._decay)
                self._ema_w.mul_(self._decay).add_(onehot.t() @ flat, alpha=1 - self._decay)
                total = self._cluster_size.sum()
                size = (self._cluster_size + 1e-5) / (total + self._num * 1e-5) * total
                self._embedding.copy_(self._ema_w / size.unsqueeze(1))
        quantized = (onehot @ self._embedding).view_as(inputs)
        loss = self._cost * F.mse_loss(quantized.detach(), inputs)
        quantized = inputs + (quantized - inputs).detach()
        avg_probs = onehot.mean(0)
        perplexity = torch.exp(torch.special.entr(avg_probs).sum())
        return loss, quantized, perplexity


class VAE(nn.Module):
    def __init__(self, x_dim=784, h_dim=400, z_dim=20):
        super().__init__()
        self.fc1 = nn.Linear(x_dim, h_dim)
        self.fc21 = nn.Linear(h_dim, z_dim)
        self.fc22 = nn.Linear(h_dim, z_dim)
        self.fc3 = nn.Linear(z_dim, h_dim)
        self.fc4 = nn.Linear(h_dim, x_dim)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h).clamp(-15.0, 10.0)

    def decode(self, z):
        return self.fc4(F.relu(self.fc3(z)))

    def elbo(self, x):
        mu, logvar = self.encode(x)
        std = torch.exp(0.5 * logvar)
        z = mu + std * torch.randn_like(std)
        bce = F.binary_cross_entropy_with_logits(self.decode(z), x, reduction="sum")
        kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        return (bce + kld) / x.size(0)

    @torch.no_grad()
    def iwae(self, x, k=64):
        mu, logvar = self.encode(x)
        std = logvar.mul(0.5).exp()
        eps = torch.randn(k, *mu.shape)
        z = mu + std * eps
        log_q = (-0.5 * eps ** 2 - 0.5 * logvar - 0.5 * math.log(2 * math.pi)).sum(-1)
        log_p = (-0.5 * z ** 2 - 0.5 * math.log(2 * math.pi)).sum(-1)
        log_x = -F.binary_cross_entropy_with_logits(self.decode(z), x.expand(k, *x.shape), reduction="none").sum(-1)
        log_w = log_x + log_p - log_q
        return (torch.logsumexp(log_w, dim=0) - math.log(k)).mean()
