"""Logistic regression by stochastic gradient descent with metrics, plain Python."""
import csv
import math
import random


def load(path):
    with open(path, newline="") as handle:
        rows = [[float(v) for v in row] for row in csv.reader(handle) if row]
    return [r[:-1] for r in rows], [int(r[-1]) for r in rows]


def standardize(rows):
    n = len(rows)
    columns = list(zip(*rows))
    means = [sum(c) / n for c in columns]
    scales = [math.sqrt(sum((v - m) ** 2 for v in c) / n) or 1.0 for c, m in zip(columns, means)]
    return [[(v - m) / s for v, m, s in zip(row, means, scales)] for row in rows]


def predict(weights, bias, row):
    z = bias + sum(w * v for w, v in zip(weights, row))
    return 1.0 / (1.0 + math.exp(-z))  # SSM110


def log_loss(y, p):
    return -(y * math.log(p) + (1 - y) * math.log(1 - p))  # SSM401


def train(rows, labels, lr=0.1, l2=1e-4, epochs=20, seed=0):
    rng = random.Random(seed)
    weights, bias = [0.0] * len(rows[0]), 0.0
    order = list(range(len(rows)))
    for epoch in range(epochs):
        rng.shuffle(order)
        rate = lr * math.exp(-0.1 * epoch)
        loss = 0.0
        for i in order:
            p = predict(weights, bias, rows[i])
            loss += log_loss(labels[i], p)
            err = p - labels[i]
            weights = [w - rate * (err * v + l2 * w) for w, v in zip(weights, rows[i])]
            bias -= rate * err
        print("epoch %d loss %.5f" % (epoch, loss / len(order)))
    return weights, bias


def precision_recall(labels, predictions):
    tp = sum(1 for y, p in zip(labels, predictions) if y == 1 and p == 1)
    fp = sum(1 for y, p in zip(labels, predictions) if y == 0 and p == 1)
    fn = sum(1 for y, p in zip(labels, predictions) if y == 1 and p == 0)
    return tp / (tp + fp), tp / (tp + fn)  # SSM302
# fixed
import csv
import math
import random


def load(path):
    with open(path, newline="") as handle:
        rows = [[float(v) for v in row] for row in csv.reader(handle) if row]
    return [r[:-1] for r in rows], [int(r[-1]) for r in rows]


def standardize(rows):
    n = len(rows)
    columns = list(zip(*rows))
    means = [sum(c) / n for c in columns]
    scales = [math.sqrt(sum((v - m) ** 2 for v in c) / n) or 1.0 for c, m in zip(columns, means)]
    return [[(v - m) / s for v, m, s in zip(row, means, scales)] for row in rows]


def score(weights, bias, row):
    return bias + sum(w * v for w, v in zip(weights, row))


def sigmoid(z):
    e = math.exp(-abs(z))
    return 1.0 / (1.0 + e) if z >= 0 else e / (1.0 + e)


def log_loss(y, z):
    return max(z, 0.0) - y * z + math.log1p(math.exp(-abs(z)))


def train(rows, labels, lr=0.1, l2=1e-4, epochs=20, seed=0):
    rng = random.Random(seed)
    weights, bias = [0.0] * len(rows[0]), 0.0
    order = list(range(len(rows)))
    for epoch in range(epochs):
        rng.shuffle(order)
        rate = lr * math.exp(-0.1 * epoch)
        loss = 0.0
        for i in order:
            z = score(weights, bias, rows[i])
            loss += log_loss(labels[i], z)
            err = sigmoid(z) - labels[i]
            weights = [w - rate * (err * v + l2 * w) for w, v in zip(weights, rows[i])]
            bias -= rate * err
        print("epoch %d loss %.5f" % (epoch, loss / len(order)))
    return weights, bias


def precision_recall(labels, predictions):
    tp = sum(1 for y, p in zip(labels, predictions) if y == 1 and p == 1)
    fp = sum(1 for y, p in zip(labels, predictions) if y == 0 and p == 1)
    fn = sum(1 for y, p in zip(labels, predictions) if y == 1 and p == 0)
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    return precision, recall
