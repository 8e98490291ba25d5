"""Optimizers and normalization layers by hand, for a course (NumPy)."""
import math

import numpy as np


class AdaGrad:
    def __init__(self, params, lr=0.01):
        self.params, self.lr = params, lr
        self.h = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for p, g, h in zip(self.params, grads, self.h):
            h += g * g
            p -= self.lr * g / np.sqrt(h)  # SSM302


class Adam:
    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.params, self.lr, self.beta1, self.beta2, self.eps = params, lr, beta1, beta2, eps
        self.m = [np.zeros_like(p) for p in params]
        self.v = [np.zeros_like(p) for p in params]
        self.t = 0

    def step(self, grads):
        self.t += 1
        rate = self.lr * math.sqrt(1 - self.beta2 ** self.t) / (1 - self.beta1 ** self.t)
        for i, g in enumerate(grads):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g ** 2
            self.params[i] -= rate * self.m[i] / (np.sqrt(self.v[i]) + self.eps)


class BatchNorm:
    def __init__(self, width, momentum=0.9):
        self.gamma, self.beta, self.momentum = np.ones(width), np.zeros(width), momentum
        self.running_mean, self.running_var = np.zeros(width), np.ones(width)

    def forward(self, x, train=True):
        if not train:
            return self.gamma * (x - self.running_mean) / np.sqrt(self.running_var + 1e-5) + self.beta
        mu, var = x.mean(axis=0), x.var(axis=0)
        self.xn = (x - mu) / np.sqrt(var)  # SSM302
        self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
        self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        return self.gamma * self.xn + self.beta


class LayerNorm:
    def __init__(self, width):
        self.gamma, self.beta = np.ones(width), np.zeros(width)

    def forward(self, x):
        mean = x.mean(axis=-1, keepdims=True)
        std = x.std(axis=-1, keepdims=True)
        return self.gamma * (x - mean) / std + self.beta  # SSM302


def clip_by_norm(grads, limit=5.0):
    norm = math.sqrt(sum(float((g ** 2).sum()) for g in grads))
    return [g * (limit / norm) for g in grads] if norm > limit else grads


def cosine_rate(step, total, peak):
    return 0.5 * peak * (1 + math.cos(math.pi * min(step, total) / total)) if total else peak
# fixed
import math

import numpy as np


class AdaGrad:
    def __init__(self, params, lr=0.01):
        self.params, self.lr = params, lr
        self.h = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for p, g, h in zip(self.params, grads, self.h):
            h += g * g
            p -= self.lr * g / (np.sqrt(h) + 1e-7)


class Adam:
    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.params, self.lr, self.beta1, self.beta2, self.eps = params, lr, beta1, beta2, eps
        self.m = [np.zeros_like(p) for p in params]
        self.v = [np.zeros_like(p) for p in params]
        self.t = 0

    def step(self, grads):
        self.t += 1
        rate = self.lr * math.sqrt(1 - self.beta2 ** self.t) / (1 - self.beta1 ** self.t)
        for i, g in enumerate(grads):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g ** 2
            self.params[i] -= rate * self.m[i] / (np.sqrt(self.v[i]) + self.eps)


class BatchNorm:
    def __init__(self, width, momentum=0.9):
        self.gamma, self.beta, self.momentum = np.ones(width), np.zeros(width), momentum
        self.running_mean, self.running_var = np.zeros(width), np.ones(width)

    def forward(self, x, train=True):
        if not train:
            return self.gamma * (x - self.running_mean) / np.sqrt(self.running_var + 1e-5) + self.beta
        mu, var = x.mean(axis=0), x.var(axis=0)
        self.xn = (x - mu) / np.sqrt(var + 1e-5)
        self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
        self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        return self.gamma * self.xn + self.beta


class LayerNorm:
    def __init__(self, width):
        self.gamma, self.beta = np.ones(width), np.zeros(width)

    def forward(self, x):
        mean = x.mean(axis=-1, keepdims=True)
        std = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        return self.gamma * (x - mean) / std + self.beta


def clip_by_norm(grads, limit=5.0):
    norm = math.sqrt(sum(float((g ** 2).sum()) for g in grads))
    return [g * (limit / norm) for g in grads] if norm > limit else grads


def cosine_rate(step, total, peak):
    return 0.5 * peak * (1 + math.cos(math.pi * min(step, total) / total)) if total else peak
