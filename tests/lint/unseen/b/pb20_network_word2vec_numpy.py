"""By hand in NumPy: an attention block with its gradients, and word2vec with negative samples."""
import numpy as np


def layernorm(x, g, b, eps=1e-5):
    mu, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    xhat = (x - mu) / np.sqrt(var + eps)
    return g * xhat + b, xhat


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)  # SSM101


def softmax_backward(p, dp):
    return p * (dp - (dp * p).sum(axis=-1, keepdims=True))


def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    weights = softmax(scores)  # SSM503
    return weights @ v, weights


def dropout(x, rate, rng):
    keep = rng.random(x.shape) >= rate
    return x * keep / (1.0 - rate), keep


def masked_mean(h, mask):
    return (h * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)  # SSM302


def cross_entropy(logits, y):
    p = softmax(logits)
    loss = -np.log(p[np.arange(len(y)), y]).mean()  # SSM201
    p[np.arange(len(y)), y] -= 1
    return loss, p / len(y)


def clip_gradients(grads, limit=1.0):
    norm = np.sqrt(sum((g ** 2).sum() for g in grads))
    return [g * limit / norm if norm > limit else g for g in grads]


class SkipGram:
    def __init__(self, counts, dim=50, negatives=5, t=1e-5, seed=0):
        self.rng = np.random.default_rng(seed)
        self.V = self.rng.uniform(-0.5, 0.5, (len(counts), dim)) / dim
        self.U = np.zeros((len(counts), dim))
        self.negatives = negatives
        noise = np.asarray(counts, dtype=float) ** 0.75
        self.noise = noise / noise.sum()
        freq = np.asarray(counts) / np.sum(counts)
        self.discard = np.maximum(0, 1 - np.sqrt(t / np.maximum(freq, 1e-12)))

    @staticmethod
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))  # SSM110

    def step(self, center, context, lr=0.025):
        neg = self.rng.choice(len(self.noise), self.negatives, p=self.noise)
        ids = np.concatenate([[context], neg])
        label = np.zeros(len(ids))
        label[0] = 1
        v = self.V[center].copy()
        x = self.U[ids] @ v
        loss = -np.log(self.sigmoid(x[0])) - np.log(self.sigmoid(-x[1:])).sum()  # SSM202
        g = (self.sigmoid(x) - label)[:, None]
        self.V[center] -= lr * (g * self.U[ids]).sum(axis=0)
        np.add.at(self.U, ids, -lr * g * v)
        return loss

    def most_similar(self, word, top=10):
        unit = self.U / np.linalg.norm(self.U, axis=1, keepdims=True)  # SSM302
        return np.argsort(-(unit @ unit[word]))[1:top + 1]


def adam(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return w - lr * (m / (1 - b1 ** t)) / (np.sqrt(v / (1 - b2 ** t)) + eps), m, v
# fixed
import numpy as np
from scipy.special import expit, log_softmax


def layernorm(x, g, b, eps=1e-5):
    mu, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    xhat = (x - mu) / np.sqrt(var + eps)
    return g * xhat + b, xhat


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(p, dp):
    return p * (dp - (dp * p).sum(axis=-1, keepdims=True))


def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e9)
    weights = softmax(scores)
    return weights @ v, weights


def dropout(x, rate, rng):
    keep = rng.random(x.shape) >= rate
    return x * keep / (1.0 - rate), keep


def masked_mean(h, mask):
    return (h * mask[..., None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1)


def cross_entropy(logits, y):
    logp = log_softmax(logits, axis=-1)
    loss = -logp[np.arange(len(y)), y].mean()
    p = np.exp(logp)
    p[np.arange(len(y)), y] -= 1
    return loss, p / len(y)


def clip_gradients(grads, limit=1.0):
    norm = np.sqrt(sum((g ** 2).sum() for g in grads))
    return [g * limit / norm if norm > limit else g for g in grads]


class SkipGram:
    def __init__(self, counts, dim=50, negatives=5, t=1e-5, seed=0):
        self.rng = np.random.default_rng(seed)
        self.V = self.rng.uniform(-0.5, 0.5, (len(counts), dim)) / dim
        self.U = np.zeros((len(counts), dim))
        self.negatives = negatives
        noise = np.asarray(counts, dtype=float) ** 0.75
        self.noise = noise / noise.sum()
        freq = np.asarray(counts) / np.sum(counts)
        self.discard = np.maximum(0, 1 - np.sqrt(t / np.maximum(freq, 1e-12)))

    @staticmethod
    def sigmoid(x):
        return expit(x)

    def step(self, center, context, lr=0.025):
        neg = self.rng.choice(len(self.noise), self.negatives, p=self.noise)
        ids = np.concatenate([[context], neg])
        label = np.zeros(len(ids))
        label[0] = 1
        v = self.V[center].copy()
        x = self.U[ids] @ v
        loss = np.logaddexp(0, -x[0]) + np.logaddexp(0, x[1:]).sum()
        g = (self.sigmoid(x) - label)[:, None]
        self.V[center] -= lr * (g * self.U[ids]).sum(axis=0)
        np.add.at(self.U, ids, -lr * g * v)
        return loss

    def most_similar(self, word, top=10):
        unit = self.U / (np.linalg.norm(self.U, axis=1, keepdims=True) + 1e-12)
        return np.argsort(-(unit @ unit[word]))[1:top + 1]


def adam(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return w - lr * (m / (1 - b1 ** t)) / (np.sqrt(v / (1 - b2 ** t)) + eps), m, v
