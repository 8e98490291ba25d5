"""A spam filter in plain Python: naive Bayes by words, logistic regression on a few features, and a report."""
import csv
import math
import random
from collections import Counter, defaultdict


class NaiveBayes:
    def __init__(self):
        self.words = defaultdict(Counter)
        self.docs = Counter()

    def fit(self, rows):
        for words, label in rows:
            self.docs[label] += 1
            self.words[label].update(words)
        return self

    def score(self, words, label):
        total = sum(self.words[label].values())
        s = math.log(self.docs[label] / sum(self.docs.values()))
        for w in words:
            s += math.log(self.words[label][w] / total)  # SSM301
        return s

    def posterior(self, words):
        scores = {label: self.score(words, label) for label in self.docs}
        weights = {label: math.exp(s) for label, s in scores.items()}
        z = sum(weights.values())
        return {label: w / z for label, w in weights.items()}  # SSM101


class LogisticRegression:
    def __init__(self, n, lr=0.1):
        self.w = [0.0] * n
        self.b = 0.0
        self.lr = lr

    def predict(self, x):
        a = self.b + sum(wi * xi for wi, xi in zip(self.w, x))
        return 1.0 / (1.0 + math.exp(-a))  # SSM110

    def fit(self, data, epochs=20):
        for epoch in range(epochs):
            rate = self.lr / math.sqrt(epoch + 1)
            random.shuffle(data)
            for x, y in data:
                error = self.predict(x) - y
                self.w = [wi - rate * error * xi for wi, xi in zip(self.w, x)]
                self.b -= rate * error
        return self


def features(text):
    n = max(len(text), 1)
    return [math.log(n), sum(c.isupper() for c in text) / n, text.count("!") / n, math.log1p(text.count("$"))]


def report(predicted, actual):
    tp = sum(1 for p, a in zip(predicted, actual) if p and a)
    found = sum(1 for p in predicted if p)
    precision = tp / found if found else 0.0
    recall = tp / max(sum(1 for a in actual if a), 1)
    return precision, recall


def load(path):
    with open(path, newline="") as f:
        return [(row["text"], int(row["spam"])) for row in csv.DictReader(f)]
# fixed
import csv
import math
import random
from collections import Counter, defaultdict


class NaiveBayes:
    def __init__(self, smoothing=1.0):
        self.words = defaultdict(Counter)
        self.docs = Counter()
        self.vocabulary = set()
        self.smoothing = smoothing

    def fit(self, rows):
        for words, label in rows:
            self.docs[label] += 1
            self.words[label].update(words)
            self.vocabulary.update(words)
        return self

    def score(self, words, label):
        total = sum(self.words[label].values()) + self.smoothing * (len(self.vocabulary) + 1)
        s = math.log(self.docs[label] / sum(self.docs.values()))
        for w in words:
            s += math.log((self.words[label][w] + self.smoothing) / total)
        return s

    def posterior(self, words):
        scores = {label: self.score(words, label) for label in self.docs}
        top = max(scores.values())
        weights = {label: math.exp(s - top) for label, s in scores.items()}
        z = sum(weights.values())
        return {label: w / z for label, w in weights.items()}


class LogisticRegression:
    def __init__(self, n, lr=0.1):
        self.w = [0.0] * n
        self.b = 0.0
        self.lr = lr

    def predict(self, x):
        a = self.b + sum(wi * xi for wi, xi in zip(self.w, x))
        if a >= 0:
            return 1.0 / (1.0 + math.exp(-a))
        e = math.exp(a)
        return e / (1.0 + e)

    def fit(self, data, epochs=20):
        for epoch in range(epochs):
            rate = self.lr / math.sqrt(epoch + 1)
            random.shuffle(data)
            for x, y in data:
                error = self.predict(x) - y
                self.w = [wi - rate * error * xi for wi, xi in zip(self.w, x)]
                self.b -= rate * error
        return self


def features(text):
    n = max(len(text), 1)
    return [math.log(n), sum(c.isupper() for c in text) / n, text.count("!") / n, math.log1p(text.count("$"))]


def report(predicted, actual):
    tp = sum(1 for p, a in zip(predicted, actual) if p and a)
    found = sum(1 for p in predicted if p)
    precision = tp / found if found else 0.0
    recall = tp / max(sum(1 for a in actual if a), 1)
    return precision, recall


def load(path):
    with open(path, newline="") as f:
        return [(row["text"], int(row["spam"])) for row in csv.DictReader(f)]
