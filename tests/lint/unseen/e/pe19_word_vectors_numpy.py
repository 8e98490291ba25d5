"""Word vectors three ways in NumPy: skip-gram with negative samples, PMI with an SVD, GloVe."""
import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))  # SSM110


class SkipGram:
    def __init__(self, vocab, dim=100, lr=0.025, negatives=5, seed=0):
        self.rng = np.random.RandomState(seed)
        self.W = (self.rng.rand(len(vocab), dim) - 0.5) / dim
        self.C = np.zeros((len(vocab), dim))
        counts = np.array([vocab[w] for w in sorted(vocab)], dtype=float)
        table = counts ** 0.75
        self.noise = table / table.sum()
        self.lr, self.k = lr, negatives

    def update(self, center, context):
        ids = np.concatenate([[context], self.rng.choice(len(self.noise), self.k, p=self.noise)])
        target = np.zeros(len(ids))
        target[0] = 1.0
        v = self.W[center].copy()
        g = self.lr * (target - sigmoid(self.C[ids] @ v))
        self.W[center] += g @ self.C[ids]
        np.add.at(self.C, ids, np.outer(g, v))


def cooccurrence(sentences, size, window=5):
    m = np.zeros((size, size))
    for s in sentences:
        for i, w in enumerate(s):
            for j in range(max(0, i - window), i):
                m[w, s[j]] += 1.0 / (i - j)
                m[s[j], w] += 1.0 / (i - j)
    return m


def pmi_vectors(counts, dim):
    p = counts / max(counts.sum(), 1.0)
    rows = p.sum(axis=1, keepdims=True)
    cols = p.sum(axis=0, keepdims=True)
    pmi = np.log(p) - np.log(rows) - np.log(cols)  # SSM301
    u, s, _ = np.linalg.svd(np.maximum(pmi, 0.0))
    return u[:, :dim] * np.sqrt(s[:dim])


def glove_step(W, C, bw, bc, counts, lr=0.05, x_max=100.0):
    loss = 0.0
    for i, j in zip(*np.nonzero(counts)):
        weight = min(1.0, (counts[i, j] / x_max) ** 0.75)
        err = W[i] @ C[j] + bw[i] + bc[j] - np.log(counts[i, j])
        loss += weight * err ** 2
        W[i], C[j] = W[i] - lr * weight * err * C[j], C[j] - lr * weight * err * W[i]
        bw[i] -= lr * weight * err
        bc[j] -= lr * weight * err
    return loss


def most_similar(vectors, word, top=10):
    """Cosine similarity; the vector of an unseen word or of the padding is zero."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)  # SSM302
    scores = unit @ unit[word]
    return np.argsort(-scores)[1:top + 1]
# fixed
import numpy as np
from scipy.special import expit


def sigmoid(x):
    return expit(x)


class SkipGram:
    def __init__(self, vocab, dim=100, lr=0.025, negatives=5, seed=0):
        self.rng = np.random.RandomState(seed)
        self.W = (self.rng.rand(len(vocab), dim) - 0.5) / dim
        self.C = np.zeros((len(vocab), dim))
        counts = np.array([vocab[w] for w in sorted(vocab)], dtype=float)
        table = counts ** 0.75
        self.noise = table / table.sum()
        self.lr, self.k = lr, negatives

    def update(self, center, context):
        ids = np.concatenate([[context], self.rng.choice(len(self.noise), self.k, p=self.noise)])
        target = np.zeros(len(ids))
        target[0] = 1.0
        v = self.W[center].copy()
        g = self.lr * (target - sigmoid(self.C[ids] @ v))
        self.W[center] += g @ self.C[ids]
        np.add.at(self.C, ids, np.outer(g, v))


def cooccurrence(sentences, size, window=5):
    m = np.zeros((size, size))
    for s in sentences:
        for i, w in enumerate(s):
            for j in range(max(0, i - window), i):
                m[w, s[j]] += 1.0 / (i - j)
                m[s[j], w] += 1.0 / (i - j)
    return m


def pmi_vectors(counts, dim):
    p = counts / max(counts.sum(), 1.0)
    rows = p.sum(axis=1, keepdims=True)
    cols = p.sum(axis=0, keepdims=True)
    pmi = np.full(p.shape, -np.inf)
    seen = p > 0
    pmi[seen] = np.log(p[seen]) - np.log((rows @ cols)[seen])
    u, s, _ = np.linalg.svd(np.maximum(pmi, 0.0))
    return u[:, :dim] * np.sqrt(s[:dim])


def glove_step(W, C, bw, bc, counts, lr=0.05, x_max=100.0):
    loss = 0.0
    for i, j in zip(*np.nonzero(counts)):
        weight = min(1.0, (counts[i, j] / x_max) ** 0.75)
        err = W[i] @ C[j] + bw[i] + bc[j] - np.log(counts[i, j])
        loss += weight * err ** 2
        W[i], C[j] = W[i] - lr * weight * err * C[j], C[j] - lr * weight * err * W[i]
        bw[i] -= lr * weight * err
        bc[j] -= lr * weight * err
    return loss


def most_similar(vectors, word, top=10):
    """Cosine similarity; the vector of an unseen word or of the padding is zero."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    scores = unit @ unit[word]
    return np.argsort(-scores)[1:top + 1]
