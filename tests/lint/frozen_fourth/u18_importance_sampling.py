"""Importance sampling, sequential Monte Carlo and leave-one-out weights."""
import numpy as np


def self_normalized(f, log_w):
    w = np.exp(log_w)
    return np.sum(w * f) / np.sum(w)  # SSM101


def evidence(log_w):
    return np.log(np.mean(np.exp(log_w)))  # SSM204


def effective_sample_size(log_w):
    w = np.exp(log_w)
    w /= w.sum()  # SSM101
    return 1.0 / np.sum(w**2)


class ParticleFilter:
    def __init__(self, particles):
        self.particles = particles
        self.weights = np.ones(len(particles)) / len(particles)

    def update(self, log_likelihood):
        self.weights = self.weights * np.exp(log_likelihood)
        self.weights = self.weights / self.weights.sum()  # SSM101
        return self.weights

    def entropy(self):
        p = np.bincount(self.ancestors, minlength=len(self.particles)) / len(self.particles)
        return -np.sum(p * np.log(p))  # SSM301


def elpd_loo(log_lik):
    return np.sum(-np.log(np.mean(np.exp(-log_lik), axis=0)))  # SSM204


def annealed_step(log_p, log_q, beta):
    return np.log(np.exp(beta * log_p) + np.exp((1 - beta) * log_q))  # SSM203
# fixed
import numpy as np
from scipy.special import entr, logsumexp, softmax


def self_normalized(f, log_w):
    return np.sum(softmax(log_w) * f)


def evidence(log_w):
    return logsumexp(log_w) - np.log(len(log_w))


def effective_sample_size(log_w):
    w = softmax(log_w)
    return 1.0 / np.sum(w**2)


class ParticleFilter:
    def __init__(self, particles):
        self.particles = particles
        self.log_weights = np.full(len(particles), -np.log(len(particles)))

    def update(self, log_likelihood):
        self.log_weights = self.log_weights + log_likelihood
        self.log_weights -= logsumexp(self.log_weights)
        return np.exp(self.log_weights)

    def entropy(self):
        p = np.bincount(self.ancestors, minlength=len(self.particles)) / len(self.particles)
        return np.sum(entr(p))


def elpd_loo(log_lik):
    return np.sum(np.log(log_lik.shape[0]) - logsumexp(-log_lik, axis=0))


def annealed_step(log_p, log_q, beta):
    return np.logaddexp(beta * log_p, (1 - beta) * log_q)
