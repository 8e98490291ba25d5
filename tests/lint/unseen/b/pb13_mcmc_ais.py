"""MCMC tools: Metropolis, parallel tempering, annealed importance sampling, diagnostics."""
import math

import numpy as np


def metropolis(density, x0, n, step=0.5, rng=None):
    rng = rng or np.random.default_rng()
    x, p = np.array(x0, dtype=float), density(x0)
    chain, accepted = [], 0
    for _ in range(n):
        y = x + step * rng.standard_normal(x.shape)
        q = density(y)
        if rng.random() < q / p:  # SSM302
            x, p = y, q
            accepted += 1
        chain.append(x)
    return np.array(chain), accepted / n


def gaussian_density(x, mean=0.0, sd=1.0):
    z = (np.asarray(x) - mean) / sd
    return float(np.exp(-0.5 * np.sum(z ** 2)))


def swap_probability(beta_i, beta_j, e_i, e_j):
    return min(1.0, math.exp((beta_i - beta_j) * (e_i - e_j)))  # SSM505


class AnnealedImportanceSampler:
    def __init__(self, log_prior, log_lik, transition, n_temps=50):
        self.log_prior, self.log_lik, self.transition = log_prior, log_lik, transition
        self.betas = np.linspace(0, 1, n_temps + 1)

    def run(self, particles, rng):
        self.logw = np.zeros(len(particles))
        for previous, beta in zip(self.betas[:-1], self.betas[1:]):
            self.logw += (beta - previous) * self.log_lik(particles)
            particles = self.transition(particles, beta, rng)
        return particles

    def log_evidence(self):
        return np.log(np.mean(np.exp(self.logw)))  # SSM204

    def weights(self):
        w = np.exp(self.logw)
        w /= w.sum()  # SSM101
        return w

    def effective_sample_size(self):
        return 1.0 / np.sum(self.weights() ** 2)


def harmonic_mean_evidence(log_lik):
    return -np.log(np.exp(-log_lik).mean())  # SSM204


def waic(log_lik):
    """log_lik: samples by observations."""
    lppd = np.log(np.exp(log_lik).mean(axis=0)).sum()  # SSM204
    p_waic = log_lik.var(axis=0, ddof=1).sum()
    return -2 * (lppd - p_waic)


def autocorr_time(x, max_lag=200):
    x = x - x.mean()
    c = np.array([np.mean(x[:len(x) - k] * x[k:]) for k in range(min(max_lag, len(x) - 1))])
    rho = c / c[0]  # SSM302
    cut = np.argmax(rho < 0) or len(rho)
    return 1 + 2 * rho[1:cut].sum()


def gelman_rubin(chains):
    m, n = chains.shape
    between = n * chains.mean(axis=1).var(ddof=1)
    within = chains.var(axis=1, ddof=1).mean()
    pooled = (n - 1) / n * within + between / n
    return np.sqrt(pooled / within)  # SSM302


def adapt_step(step, acceptance, target=0.234, k=1):
    return step * np.exp((acceptance - target) / np.sqrt(k))
# fixed
import math

import numpy as np
from scipy.special import logsumexp, softmax


def metropolis(log_density, x0, n, step=0.5, rng=None):
    rng = rng or np.random.default_rng()
    x, p = np.array(x0, dtype=float), log_density(x0)
    chain, accepted = [], 0
    for _ in range(n):
        y = x + step * rng.standard_normal(x.shape)
        q = log_density(y)
        if rng.random() < math.exp(min(q - p, 0.0)):
            x, p = y, q
            accepted += 1
        chain.append(x)
    return np.array(chain), accepted / n


def gaussian_log_density(x, mean=0.0, sd=1.0):
    z = (np.asarray(x) - mean) / sd
    return float(-0.5 * np.sum(z ** 2))


def swap_probability(beta_i, beta_j, e_i, e_j):
    return math.exp(min(0.0, (beta_i - beta_j) * (e_i - e_j)))


class AnnealedImportanceSampler:
    def __init__(self, log_prior, log_lik, transition, n_temps=50):
        self.log_prior, self.log_lik, self.transition = log_prior, log_lik, transition
        self.betas = np.linspace(0, 1, n_temps + 1)

    def run(self, particles, rng):
        self.logw = np.zeros(len(particles))
        for previous, beta in zip(self.betas[:-1], self.betas[1:]):
            self.logw += (beta - previous) * self.log_lik(particles)
            particles = self.transition(particles, beta, rng)
        return particles

    def log_evidence(self):
        return logsumexp(self.logw) - np.log(len(self.logw))

    def weights(self):
        return softmax(self.logw)

    def effective_sample_size(self):
        return 1.0 / np.sum(self.weights() ** 2)


def harmonic_mean_evidence(log_lik):
    return np.log(log_lik.size) - logsumexp(-log_lik)


def waic(log_lik):
    """log_lik: samples by observations."""
    lppd = (logsumexp(log_lik, axis=0) - np.log(log_lik.shape[0])).sum()
    p_waic = log_lik.var(axis=0, ddof=1).sum()
    return -2 * (lppd - p_waic)


def autocorr_time(x, max_lag=200):
    x = x - x.mean()
    c = np.array([np.mean(x[:len(x) - k] * x[k:]) for k in range(min(max_lag, len(x) - 1))])
    if c[0] == 0:
        return float(len(x))
    rho = c / c[0]
    cut = np.argmax(rho < 0) or len(rho)
    return 1 + 2 * rho[1:cut].sum()


def gelman_rubin(chains):
    m, n = chains.shape
    between = n * chains.mean(axis=1).var(ddof=1)
    within = chains.var(axis=1, ddof=1).mean()
    pooled = (n - 1) / n * within + between / n
    return np.sqrt(pooled / within) if within > 0 else 1.0


def adapt_step(step, acceptance, target=0.234, k=1):
    return step * np.exp((acceptance - target) / np.sqrt(k))
