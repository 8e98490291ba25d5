"""Metrics and the training loop of a text classifier in plain Python."""
import math
import random
from collections import Counter, defaultdict


def confusion(truth, predicted):
    table = defaultdict(Counter)
    for t, p in zip(truth, predicted):
        table[t][p] += 1
    return table


def report(truth, predicted):
    table = confusion(truth, predicted)
    support = Counter(truth)
    rows = {}
    for label in sorted(support):
        tp = table[label][label]
        fp = sum(table[other][label] for other in support if other != label)
        precision = tp / (tp + fp)  # SSM302
        recall = tp / support[label]
        f1 = 2 * tp / (tp + fp + support[label])
        rows[label] = (precision, recall, f1)
    return rows


def log_loss(truth, probabilities):
    total = 0.0
    for t, p in zip(truth, probabilities):
        total -= t * math.log(p) + (1 - t) * math.log(1 - p)  # SSM401
    return total / len(truth)


def brier(truth, probabilities):
    return sum((p - t) ** 2 for t, p in zip(truth, probabilities)) / len(truth)


def wilson_interval(right, n, z=1.96):
    if n == 0:
        return 0.0, 1.0
    share = right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def sigmoid(s):
    if s >= 0:
        return 1 / (1 + math.exp(-s))
    e = math.exp(s)
    return e / (1 + e)


def train(documents, labels, epochs=10, lr=0.1, seed=0):
    rng = random.Random(seed)
    weights = defaultdict(float)
    order = list(range(len(documents)))
    for epoch in range(epochs):
        rng.shuffle(order)
        for i in order:
            p = sigmoid(sum(weights[w] for w in documents[i]))
            for w in documents[i]:
                weights[w] += lr * (labels[i] - p)
        scores = [sigmoid(sum(weights[w] for w in d)) for d in documents]
        loss = log_loss(labels, scores)
        if loss == float("nan"):  # SSM506
            raise RuntimeError("the loss is nan in epoch %d" % epoch)
        right = sum((s > 0.5) == (t == 1) for s, t in zip(scores, labels))
        print(epoch, loss, brier(labels, scores), wilson_interval(right, len(labels)))
        print(report(labels, [int(s > 0.5) for s in scores]))
    return weights
# fixed
import math
import random
from collections import Counter, defaultdict


def confusion(truth, predicted):
    table = defaultdict(Counter)
    for t, p in zip(truth, predicted):
        table[t][p] += 1
    return table


def report(truth, predicted):
    table = confusion(truth, predicted)
    support = Counter(truth)
    rows = {}
    for label in sorted(support):
        tp = table[label][label]
        fp = sum(table[other][label] for other in support if other != label)
        precision = tp / (tp + fp) if tp + fp > 0 else 0.0
        recall = tp / support[label]
        f1 = 2 * tp / (tp + fp + support[label])
        rows[label] = (precision, recall, f1)
    return rows


def log_loss(truth, probabilities):
    total = 0.0
    for t, p in zip(truth, probabilities):
        p = min(max(p, 1e-12), 1 - 1e-12)
        total -= t * math.log(p) + (1 - t) * math.log(1 - p)
    return total / len(truth)


def brier(truth, probabilities):
    return sum((p - t) ** 2 for t, p in zip(truth, probabilities)) / len(truth)


def wilson_interval(right, n, z=1.96):
    if n == 0:
        return 0.0, 1.0
    share = right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def sigmoid(s):
    if s >= 0:
        return 1 / (1 + math.exp(-s))
    e = math.exp(s)
    return e / (1 + e)


def train(documents, labels, epochs=10, lr=0.1, seed=0):
    rng = random.Random(seed)
    weights = defaultdict(float)
    order = list(range(len(documents)))
    for epoch in range(epochs):
        rng.shuffle(order)
        for i in order:
            p = sigmoid(sum(weights[w] for w in documents[i]))
            for w in documents[i]:
                weights[w] += lr * (labels[i] - p)
        scores = [sigmoid(sum(weights[w] for w in d)) for d in documents]
        loss = log_loss(labels, scores)
        if math.isnan(loss):
            raise RuntimeError("the loss is nan in epoch %d" % epoch)
        right = sum((s > 0.5) == (t == 1) for s, t in zip(scores, labels))
        print(epoch, loss, brier(labels, scores), wilson_interval(right, len(labels)))
        print(report(labels, [int(s > 0.5) for s in scores]))
    return weights
