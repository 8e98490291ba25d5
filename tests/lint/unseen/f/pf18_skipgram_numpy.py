"""Skip-gram with negative sampling and nearest words, NumPy."""
from collections import Counter

import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))  # SSM110


class Vocabulary:
    def __init__(self, tokens, min_count=5):
        counts = Counter(tokens)
        self.words = ["<pad>"] + [w for w, c in counts.most_common() if c >= min_count]
        self.index = {w: i for i, w in enumerate(self.words)}
        self.freq = np.array([0] + [counts[w] for w in self.words[1:]], dtype=np.float64)

    def noise(self, power=0.75):
        p = self.freq ** power
        return p / p.sum()

    def keep(self, word, t=1e-5):
        ratio = self.freq[self.index[word]] / self.freq.sum()
        return min(1.0, np.sqrt(t / ratio))


class SkipGram:
    def __init__(self, vocab, dim=100, negatives=5, lr=0.025, seed=0):
        self.rng = np.random.default_rng(seed)
        n = len(vocab.words)
        self.vocab, self.negatives, self.lr = vocab, negatives, lr
        self.w_in = (self.rng.random((n, dim)) - 0.5) / dim
        self.w_in[0] = 0.0
        self.w_out = np.zeros((n, dim))
        self.p_noise = vocab.noise()

    def step(self, center, context):
        sampled = self.rng.choice(len(self.p_noise), self.negatives, p=self.p_noise)
        targets = np.append(sampled, context)
        labels = np.zeros(len(targets))
        labels[-1] = 1.0
        v, u = self.w_in[center], self.w_out[targets]
        scores = u @ v
        error = labels - sigmoid(scores)
        signs = 2.0 * labels - 1.0
        loss = -np.sum(np.log(sigmoid(signs * scores)))  # SSM202
        grad_v = error @ u
        self.w_out[targets] += self.lr * np.outer(error, v)
        self.w_in[center] += self.lr * grad_v
        return loss

    def train(self, tokens, window=5, epochs=3):
        ids = [self.vocab.index[w] for w in tokens if w in self.vocab.index]
        for epoch in range(epochs):
            total, seen = 0.0, 0
            for pos, center in enumerate(ids):
                reach = self.rng.integers(1, window + 1)
                for context in ids[max(0, pos - reach):pos] + ids[pos + 1:pos + 1 + reach]:
                    total += self.step(center, context)
                    seen += 1
            print(f"epoch {epoch}: loss {total / max(seen, 1):.4f}")

    def nearest(self, word, k=10):
        norms = np.linalg.norm(self.w_in, axis=1, keepdims=True)
        unit = self.w_in / norms  # SSM302
        similarity = unit @ unit[self.vocab.index[word]]
        return [self.vocab.words[i] for i in np.argsort(similarity)[::-1][1:k + 1]]
# fixed
from collections import Counter

import numpy as np
from scipy.special import expit, log_expit


class Vocabulary:
    def __init__(self, tokens, min_count=5):
        counts = Counter(tokens)
        self.words = ["<pad>"] + [w for w, c in counts.most_common() if c >= min_count]
        self.index = {w: i for i, w in enumerate(self.words)}
        self.freq = np.array([0] + [counts[w] for w in self.words[1:]], dtype=np.float64)

    def noise(self, power=0.75):
        p = self.freq ** power
        return p / p.sum()

    def keep(self, word, t=1e-5):
        ratio = self.freq[self.index[word]] / self.freq.sum()
        return min(1.0, np.sqrt(t / ratio))


class SkipGram:
    def __init__(self, vocab, dim=100, negatives=5, lr=0.025, seed=0):
        self.rng = np.random.default_rng(seed)
        n = len(vocab.words)
        self.vocab, self.negatives, self.lr = vocab, negatives, lr
        self.w_in = (self.rng.random((n, dim)) - 0.5) / dim
        self.w_in[0] = 0.0
        self.w_out = np.zeros((n, dim))
        self.p_noise = vocab.noise()

    def step(self, center, context):
        sampled = self.rng.choice(len(self.p_noise), self.negatives, p=self.p_noise)
        targets = np.append(sampled, context)
        labels = np.zeros(len(targets))
        labels[-1] = 1.0
        v, u = self.w_in[center], self.w_out[targets]
        scores = u @ v
        error = labels - expit(scores)
        signs = 2.0 * labels - 1.0
        loss = -np.sum(log_expit(signs * scores))
        grad_v = error @ u
        self.w_out[targets] += self.lr * np.outer(error, v)
        self.w_in[center] += self.lr * grad_v
        return loss

    def train(self, tokens, window=5, epochs=3):
        ids = [self.vocab.index[w] for w in tokens if w in self.vocab.index]
        for epoch in range(epochs):
            total, seen = 0.0, 0
            for pos, center in enumerate(ids):
                reach = self.rng.integers(1, window + 1)
                for context in ids[max(0, pos - reach):pos] + ids[pos + 1:pos + 1 + reach]:
                    total += self.step(center, context)
                    seen += 1
            print(f"epoch {epoch}: loss {total / max(seen, 1):.4f}")

    def nearest(self, word, k=10):
        norms = np.linalg.norm(self.w_in, axis=1, keepdims=True)
        unit = self.w_in / np.maximum(norms, 1e-12)
        similarity = unit @ unit[self.vocab.index[word]]
        return [self.vocab.words[i] for i in np.argsort(similarity)[::-1][1:k + 1]]
