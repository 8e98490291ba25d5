"""Skip-gram with the full softmax and with negative sampling, as in a course assignment."""
import math
import random
from collections import Counter

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))  # SSM110


def naive_softmax_loss(center, outside_idx, outside):
    scores = outside @ center
    y_hat = np.exp(scores) / np.sum(np.exp(scores))  # SSM101
    loss = -np.log(y_hat[outside_idx])  # SSM201
    delta = y_hat.copy()
    delta[outside_idx] -= 1
    return loss, outside.T @ delta, np.outer(delta, center)


def neg_sampling_loss(center, outside_idx, outside, sampler, k=10):
    negatives = [sampler.draw(outside_idx) for _ in range(k)]
    pos = outside[outside_idx] @ center
    neg = -outside[negatives] @ center
    loss = -np.log(sigmoid(pos)) - np.sum(np.log(sigmoid(neg)))  # SSM202
    grad_out = np.zeros_like(outside)
    g = -sigmoid(-pos)
    grad_center = g * outside[outside_idx]
    grad_out[outside_idx] += g * center
    for i in negatives:
        g = sigmoid(outside[i] @ center)
        grad_center = grad_center + g * outside[i]
        grad_out[i] += g * center
    return loss, grad_center, grad_out


class Sampler:
    def __init__(self, tokens, table_size=1000000):
        counts = Counter(tokens)
        self.words = sorted(counts)
        freq = np.array([counts[w] for w in self.words], dtype=np.float64) ** 0.75
        self.table = np.random.choice(len(self.words), size=table_size, p=freq / freq.sum())
        self.keep = {w: min(1.0, math.sqrt(1e-5 * len(tokens) / c)) for w, c in counts.items()}

    def draw(self, avoid):
        i = random.choice(self.table)
        while i == avoid:
            i = random.choice(self.table)
        return i


def sgd(f, x0, step, iterations, anneal_every=20000):
    x, smooth = x0, None
    for it in range(1, iterations + 1):
        loss, grad = f(x)
        x = x - step * grad
        smooth = loss if smooth is None else 0.95 * smooth + 0.05 * loss
        if it % anneal_every == 0:
            step *= 0.5
            print("iter %d: %f" % (it, smooth))
    return x
# fixed
import math
import random
from collections import Counter

import numpy as np
from scipy.special import expit as sigmoid, log_expit, logsumexp


def naive_softmax_loss(center, outside_idx, outside):
    scores = outside @ center
    log_y = scores - logsumexp(scores)
    y_hat = np.exp(log_y)
    loss = -log_y[outside_idx]
    delta = y_hat.copy()
    delta[outside_idx] -= 1
    return loss, outside.T @ delta, np.outer(delta, center)


def neg_sampling_loss(center, outside_idx, outside, sampler, k=10):
    negatives = [sampler.draw(outside_idx) for _ in range(k)]
    pos = outside[outside_idx] @ center
    neg = -outside[negatives] @ center
    loss = -log_expit(pos) - np.sum(log_expit(neg))
    grad_out = np.zeros_like(outside)
    g = -sigmoid(-pos)
    grad_center = g * outside[outside_idx]
    grad_out[outside_idx] += g * center
    for i in negatives:
        g = sigmoid(outside[i] @ center)
        grad_center = grad_center + g * outside[i]
        grad_out[i] += g * center
    return loss, grad_center, grad_out


class Sampler:
    def __init__(self, tokens, table_size=1000000):
        counts = Counter(tokens)
        self.words = sorted(counts)
        freq = np.array([counts[w] for w in self.words], dtype=np.float64) ** 0.75
        self.table = np.random.choice(len(self.words), size=table_size, p=freq / freq.sum())
        self.keep = {w: min(1.0, math.sqrt(1e-5 * len(tokens) / c)) for w, c in counts.items()}

    def draw(self, avoid):
        i = random.choice(self.table)
        while i == avoid:
            i = random.choice(self.table)
        return i


def sgd(f, x0, step, iterations, anneal_every=20000):
    x, smooth = x0, None
    for it in range(1, iterations + 1):
        loss, grad = f(x)
        x = x - step * grad
        smooth = loss if smooth is None else 0.95 * smooth + 0.05 * loss
        if it % anneal_every == 0:
            step *= 0.5
            print("iter %d: %f" % (it, smooth))
    return x
