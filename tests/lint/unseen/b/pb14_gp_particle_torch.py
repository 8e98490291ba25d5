"""Gaussian process regression with learned hyperparameters and a particle filter, in torch."""
import math

import torch
from torch import nn
from torch.distributions import Normal


def matern32(a, b, lengthscale):
    r = torch.sqrt((((a[:, None] - b[None, :]) / lengthscale) ** 2).sum(-1))  # SSM303
    s = math.sqrt(3.0) * r
    return (1 + s) * torch.exp(-s)


class GP(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_length = nn.Parameter(torch.zeros(()))
        self.log_noise = nn.Parameter(torch.tensor(-2.0))

    def covariance(self, x):
        noise = torch.exp(self.log_noise.clamp(-10, 5))
        return matern32(x, x, self.log_length.clamp(-5, 5).exp()) + noise * torch.eye(len(x))

    def nll(self, x, y):
        K = self.covariance(x)
        fit = y @ torch.linalg.solve(K, y)
        return 0.5 * (fit + torch.log(torch.det(K)) + len(y) * math.log(2 * math.pi))  # SSM301

    @torch.no_grad()
    def predict(self, x, y, x_new):
        K = self.covariance(x)
        ks = matern32(x_new, x, self.log_length.clamp(-5, 5).exp())
        mean = ks @ torch.linalg.solve(K, y)
        var = 1.0 - (ks * torch.linalg.solve(K, ks.T).T).sum(1)
        return mean, torch.sqrt(var)  # SSM???


def expected_improvement(mean, std, best):
    unit = Normal(0.0, 1.0)
    z = (mean - best) / std  # SSM302
    return std * (z * unit.cdf(z) + unit.log_prob(z).exp())


def log_probability_of_improvement(mean, std, best):
    z = (mean - best) / (std + 1e-9)
    return torch.log(Normal(0.0, 1.0).cdf(z))  # SSM301


class ParticleFilter:
    def __init__(self, n, transition_std=0.1, obs_std=0.05):
        self.particles = torch.randn(n)
        self.weights = torch.full((n,), 1.0 / n)
        self.q, self.r = transition_std, obs_std

    def step(self, z):
        self.particles = self.particles + self.q * torch.randn_like(self.particles)
        error = (z - self.particles) / self.r
        self.weights = self.weights * torch.exp(-0.5 * error ** 2)
        self.weights = self.weights / self.weights.sum()  # SSM302
        if self.ess() < len(self.particles) / 2:
            self.resample()
        return (self.weights * self.particles).sum()

    def ess(self):
        return 1.0 / (self.weights ** 2).sum()

    def resample(self):
        idx = torch.multinomial(self.weights, len(self.weights), replacement=True)
        self.particles = self.particles[idx]
        self.weights = torch.full_like(self.weights, 1.0 / len(idx))


def kalman_update(mean, var, z, obs_var=0.1):
    gain = var / (var + obs_var)
    return mean + gain * (z - mean), (1 - gain) * var
# fixed
import math

import torch
from torch import nn
from torch.distributions import Normal


def matern32(a, b, lengthscale):
    r = torch.sqrt((((a[:, None] - b[None, :]) / lengthscale) ** 2).sum(-1) + 1e-12)
    s = math.sqrt(3.0) * r
    return (1 + s) * torch.exp(-s)


class GP(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_length = nn.Parameter(torch.zeros(()))
        self.log_noise = nn.Parameter(torch.tensor(-2.0))

    def covariance(self, x):
        noise = torch.exp(self.log_noise.clamp(-10, 5))
        return matern32(x, x, self.log_length.clamp(-5, 5).exp()) + noise * torch.eye(len(x))

    def nll(self, x, y):
        K = self.covariance(x)
        L = torch.linalg.cholesky(K)
        fit = y @ torch.cholesky_solve(y[:, None], L)[:, 0]
        half_logdet = torch.log(torch.diagonal(L)).sum()
        return 0.5 * fit + half_logdet + 0.5 * len(y) * math.log(2 * math.pi)

    @torch.no_grad()
    def predict(self, x, y, x_new):
        K = self.covariance(x)
        ks = matern32(x_new, x, self.log_length.clamp(-5, 5).exp())
        mean = ks @ torch.linalg.solve(K, y)
        var = 1.0 - (ks * torch.linalg.solve(K, ks.T).T).sum(1)
        return mean, torch.sqrt(var.clamp(min=1e-10))


def expected_improvement(mean, std, best):
    unit = Normal(0.0, 1.0)
    std = std.clamp(min=1e-9)
    z = (mean - best) / std
    return std * (z * unit.cdf(z) + unit.log_prob(z).exp())


def log_probability_of_improvement(mean, std, best):
    z = (mean - best) / (std + 1e-9)
    return torch.special.log_ndtr(z)


class ParticleFilter:
    def __init__(self, n, transition_std=0.1, obs_std=0.05):
        self.particles = torch.randn(n)
        self.weights = torch.full((n,), 1.0 / n)
        self.q, self.r = transition_std, obs_std

    def step(self, z):
        self.particles = self.particles + self.q * torch.randn_like(self.particles)
        error = (z - self.particles) / self.r
        logw = torch.log(self.weights.clamp(min=1e-30)) - 0.5 * error ** 2
        self.weights = torch.softmax(logw, dim=0)
        if self.ess() < len(self.particles) / 2:
            self.resample()
        return (self.weights * self.particles).sum()

    def ess(self):
        return 1.0 / (self.weights ** 2).sum()

    def resample(self):
        idx = torch.multinomial(self.weights, len(self.weights), replacement=True)
        self.particles = self.particles[idx]
        self.weights = torch.full_like(self.weights, 1.0 / len(idx))


def kalman_update(mean, var, z, obs_var=0.1):
    gain = var / (var + obs_var)
    return mean + gain * (z - mean), (1 - gain) * var
