"""Skip-gram with negative sampling, and embeddings from mutual information, NumPy."""
from collections import Counter

import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))  # SSM110


def build_vocab(sentences, min_count=5):
    counts = Counter(w for s in sentences for w in s)
    words = [w for w, c in counts.most_common() if c >= min_count]
    return {w: i for i, w in enumerate(words)}, np.array([counts[w] for w in words], dtype=np.float64)


def noise_distribution(freq, power=0.75):
    weights = freq ** power
    return weights / weights.sum()


def keep_probability(freq, t=1e-5):
    share = freq / freq.sum()
    return np.minimum(1.0, np.sqrt(t / share) + t / share)


class SkipGram:
    def __init__(self, size, dim=100, seed=0):
        rng = np.random.default_rng(seed)
        self.w_in = rng.uniform(-0.5 / dim, 0.5 / dim, (size, dim)).astype(np.float32)
        self.w_out = np.zeros((size, dim), dtype=np.float32)

    def step(self, centre, context, negatives, lr=0.025):
        targets = np.concatenate([[context], negatives])
        sign = np.where(np.arange(len(targets)) == 0, 1.0, -1.0).astype(np.float32)
        v, u = self.w_in[centre], self.w_out[targets]
        scores = sign * (u @ v)
        loss = -np.sum(np.log(sigmoid(scores)))  # SSM202
        g = -sign * sigmoid(-scores)
        self.w_in[centre] -= lr * (g @ u)
        np.subtract.at(self.w_out, targets, lr * np.outer(g, v))
        return loss


def pmi_embeddings(cooccurrence, dim):
    total = max(cooccurrence.sum(), 1.0)
    rows = np.maximum(cooccurrence.sum(axis=1), 1.0)
    pmi = np.log(cooccurrence * total / np.outer(rows, rows))  # SSM301
    u, s, _ = np.linalg.svd(pmi, full_matrices=False)
    return u[:, :dim] * np.sqrt(s[:dim])


def most_similar(vectors, index, word, top=10):
    lengths = np.sqrt((vectors ** 2).sum(axis=1, keepdims=True)) + 1e-8
    unit = vectors / lengths
    order = np.argsort(-(unit @ unit[index[word]]))
    words = list(index)
    return [words[i] for i in order[1:top + 1]]
# fixed
from collections import Counter

import numpy as np
from scipy.special import expit


def build_vocab(sentences, min_count=5):
    counts = Counter(w for s in sentences for w in s)
    words = [w for w, c in counts.most_common() if c >= min_count]
    return {w: i for i, w in enumerate(words)}, np.array([counts[w] for w in words], dtype=np.float64)


def noise_distribution(freq, power=0.75):
    weights = freq ** power
    return weights / weights.sum()


def keep_probability(freq, t=1e-5):
    share = freq / freq.sum()
    return np.minimum(1.0, np.sqrt(t / share) + t / share)


class SkipGram:
    def __init__(self, size, dim=100, seed=0):
        rng = np.random.default_rng(seed)
        self.w_in = rng.uniform(-0.5 / dim, 0.5 / dim, (size, dim)).astype(np.float32)
        self.w_out = np.zeros((size, dim), dtype=np.float32)

    def step(self, centre, context, negatives, lr=0.025):
        targets = np.concatenate([[context], negatives])
        sign = np.where(np.arange(len(targets)) == 0, 1.0, -1.0).astype(np.float32)
        v, u = self.w_in[centre], self.w_out[targets]
        scores = sign * (u @ v)
        loss = np.sum(np.logaddexp(0, -scores))
        g = -sign * expit(-scores)
        self.w_in[centre] -= lr * (g @ u)
        np.subtract.at(self.w_out, targets, lr * np.outer(g, v))
        return loss


def pmi_embeddings(cooccurrence, dim):
    total = max(cooccurrence.sum(), 1.0)
    rows = np.maximum(cooccurrence.sum(axis=1), 1.0)
    ratio = cooccurrence * total / np.outer(rows, rows)
    ppmi = np.log(np.maximum(ratio, 1.0))
    u, s, _ = np.linalg.svd(ppmi, full_matrices=False)
    return u[:, :dim] * np.sqrt(s[:dim])


def most_similar(vectors, index, word, top=10):
    lengths = np.sqrt((vectors ** 2).sum(axis=1, keepdims=True)) + 1e-8
    unit = vectors / lengths
    order = np.argsort(-(unit @ unit[index[word]]))
    words = list(index)
    return [words[i] for i in order[1:top + 1]]
