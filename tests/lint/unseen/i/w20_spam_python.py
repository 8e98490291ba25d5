"""A spam filter without libraries: naive Bayes, logistic regression and annealed feature choice."""
import math
import random
from collections import Counter, defaultdict


class NaiveBayes:
    def fit(self, documents, labels):
        self.prior = {y: math.log(n / len(labels)) for y, n in Counter(labels).items()}
        self.counts = defaultdict(Counter)
        for words, y in zip(documents, labels):
            self.counts[y].update(words)
        self.vocab = {w for c in self.counts.values() for w in c}
        self.total = {y: max(1, sum(self.counts[y].values())) for y in self.prior}
        return self

    def log_joint(self, words):
        scores = dict(self.prior)
        for y in scores:
            for w in words:
                if w in self.vocab:
                    scores[y] += math.log(self.counts[y][w] / self.total[y])  # SSM301
        return scores

    def posterior(self, words):
        scores = self.log_joint(words)
        top = max(scores.values())
        weights = {y: math.exp(s - top) for y, s in scores.items()}
        norm = sum(weights.values())
        return {y: w / norm for y, w in weights.items()}


def sigmoid(z):
    return 1 / (1 + math.exp(-z))  # SSM110


class LogisticRegression:
    def __init__(self, rate=0.1, epochs=50, l2=1e-4):
        self.rate, self.epochs, self.l2 = rate, epochs, l2

    def fit(self, rows, labels):
        self.w, self.b = [0.0] * len(rows[0]), 0.0
        for epoch in range(self.epochs):
            step = self.rate / math.sqrt(1 + epoch)
            for x, y in zip(rows, labels):
                error = sigmoid(self.score(x)) - y
                self.b -= step * error
                self.w = [w - step * (error * v + self.l2 * w) for w, v in zip(self.w, x)]
        return self

    def score(self, x):
        return self.b + sum(w * v for w, v in zip(self.w, x))

    def loss(self, rows, labels):
        total = 0.0
        for x, y in zip(rows, labels):
            z = self.score(x)
            total += max(z, 0.0) - z * y + math.log1p(math.exp(-abs(z)))
        return total / len(rows)


def choose_features(rows, labels, n, steps=500, t0=1.0, rng=random.Random(0)):
    def cost(columns):
        kept = [[x[c] for c in columns] for x in rows]
        return LogisticRegression(epochs=5).fit(kept, labels).loss(kept, labels) * len(rows)

    current = rng.sample(range(len(rows[0])), n)
    energy = cost(current)
    for k in range(steps):
        temperature = max(t0 * 0.98 ** k, 1e-3)
        candidate = list(current)
        candidate[rng.randrange(n)] = rng.randrange(len(rows[0]))
        new = cost(candidate)
        if rng.random() < math.exp((energy - new) / temperature):  # SSM505
            current, energy = candidate, new
    return current, energy
# fixed
import math
import random
from collections import Counter, defaultdict


class NaiveBayes:
    def fit(self, documents, labels):
        self.prior = {y: math.log(n / len(labels)) for y, n in Counter(labels).items()}
        self.counts = defaultdict(Counter)
        for words, y in zip(documents, labels):
            self.counts[y].update(words)
        self.vocab = {w for c in self.counts.values() for w in c}
        self.total = {y: max(1, sum(self.counts[y].values())) for y in self.prior}
        return self

    def log_joint(self, words):
        scores = dict(self.prior)
        for y in scores:
            for w in words:
                if w in self.vocab:
                    scores[y] += math.log((self.counts[y][w] + 1) / (self.total[y] + len(self.vocab)))
        return scores

    def posterior(self, words):
        scores = self.log_joint(words)
        top = max(scores.values())
        weights = {y: math.exp(s - top) for y, s in scores.items()}
        norm = sum(weights.values())
        return {y: w / norm for y, w in weights.items()}


def sigmoid(z):
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


class LogisticRegression:
    def __init__(self, rate=0.1, epochs=50, l2=1e-4):
        self.rate, self.epochs, self.l2 = rate, epochs, l2

    def fit(self, rows, labels):
        self.w, self.b = [0.0] * len(rows[0]), 0.0
        for epoch in range(self.epochs):
            step = self.rate / math.sqrt(1 + epoch)
            for x, y in zip(rows, labels):
                error = sigmoid(self.score(x)) - y
                self.b -= step * error
                self.w = [w - step * (error * v + self.l2 * w) for w, v in zip(self.w, x)]
        return self

    def score(self, x):
        return self.b + sum(w * v for w, v in zip(self.w, x))

    def loss(self, rows, labels):
        total = 0.0
        for x, y in zip(rows, labels):
            z = self.score(x)
            total += max(z, 0.0) - z * y + math.log1p(math.exp(-abs(z)))
        return total / len(rows)


def choose_features(rows, labels, n, steps=500, t0=1.0, rng=random.Random(0)):
    def cost(columns):
        kept = [[x[c] for c in columns] for x in rows]
        return LogisticRegression(epochs=5).fit(kept, labels).loss(kept, labels) * len(rows)

    current = rng.sample(range(len(rows[0])), n)
    energy = cost(current)
    for k in range(steps):
        temperature = max(t0 * 0.98 ** k, 1e-3)
        candidate = list(current)
        candidate[rng.randrange(n)] = rng.randrange(len(rows[0]))
        new = cost(candidate)
        if rng.random() < math.exp(min(0.0, (energy - new) / temperature)):
            current, energy = candidate, new
    return current, energy
