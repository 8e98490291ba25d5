"""Logistic regression from scratch: no libraries, stochastic gradient descent."""
import csv
import math
import random


def load_csv(filename):
    with open(filename) as f:
        rows = [[float(v) for v in row] for row in csv.reader(f) if row]
    return [r[:-1] for r in rows], [int(r[-1]) for r in rows]


def column_stats(X):
    stats = []
    for j in range(len(X[0])):
        col = [row[j] for row in X]
        mean = sum(col) / len(col)
        std = math.sqrt(sum((v - mean) ** 2 for v in col) / len(col))
        stats.append((mean, std))
    return stats


def standardize(X, stats):
    return [[(v - m) / s for v, (m, s) in zip(row, stats)] for row in X]  # SSM302


def sigmoid(z):
    return 1.0 / (1.0 + math.exp(-z))  # SSM110


def linear(row, w, b):
    return b + sum(wi * xi for wi, xi in zip(w, row))


def log_loss(X, y, w, b):
    total = 0.0
    for row, target in zip(X, y):
        p = sigmoid(linear(row, w, b))
        total -= target * math.log(p) + (1 - target) * math.log(1 - p)  # SSM202
    return total / len(X)


def train(X, y, epochs=100, lr=0.1, decay=0.01):
    w, b = [0.0] * len(X[0]), 0.0
    order = list(range(len(X)))
    for epoch in range(epochs):
        rate = lr * math.exp(-decay * epoch)
        random.shuffle(order)
        for i in order:
            error = sigmoid(linear(X[i], w, b)) - y[i]
            b -= rate * error
            for j, xj in enumerate(X[i]):
                w[j] -= rate * error * xj
        if epoch % 10 == 0:
            print("epoch", epoch, "loss", log_loss(X, y, w, b))
    return w, b


def evaluate(X, y, w, b):
    predicted = [linear(row, w, b) > 0 for row in X]
    tp = sum(1 for p, t in zip(predicted, y) if p and t)
    accuracy = sum(1 for p, t in zip(predicted, y) if p == bool(t)) / len(y)
    precision = tp / max(sum(predicted), 1)
    return accuracy, precision


if __name__ == "__main__":
    X, y = load_csv("data.csv")
    X = standardize(X, column_stats(X))
    cut = int(0.8 * len(X))
    w, b = train(X[:cut], y[:cut])
    print(evaluate(X[cut:], y[cut:], w, b))
# fixed
import csv
import math
import random


def load_csv(filename):
    with open(filename) as f:
        rows = [[float(v) for v in row] for row in csv.reader(f) if row]
    return [r[:-1] for r in rows], [int(r[-1]) for r in rows]


def column_stats(X):
    stats = []
    for j in range(len(X[0])):
        col = [row[j] for row in X]
        mean = sum(col) / len(col)
        std = math.sqrt(sum((v - mean) ** 2 for v in col) / len(col))
        stats.append((mean, std if std > 0 else 1.0))
    return stats


def standardize(X, stats):
    return [[(v - m) / s for v, (m, s) in zip(row, stats)] for row in X]


def sigmoid(z):
    if z >= 0:
        return 1.0 / (1.0 + math.exp(-z))
    e = math.exp(z)
    return e / (1.0 + e)


def softplus(z):
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def linear(row, w, b):
    return b + sum(wi * xi for wi, xi in zip(w, row))


def log_loss(X, y, w, b):
    total = 0.0
    for row, target in zip(X, y):
        z = linear(row, w, b)
        total += softplus(z) - target * z
    return total / len(X)


def train(X, y, epochs=100, lr=0.1, decay=0.01):
    w, b = [0.0] * len(X[0]), 0.0
    order = list(range(len(X)))
    for epoch in range(epochs):
        rate = lr * math.exp(-decay * epoch)
        random.shuffle(order)
        for i in order:
            error = sigmoid(linear(X[i], w, b)) - y[i]
            b -= rate * error
            for j, xj in enumerate(X[i]):
                w[j] -= rate * error * xj
        if epoch % 10 == 0:
            print("epoch", epoch, "loss", log_loss(X, y, w, b))
    return w, b


def evaluate(X, y, w, b):
    predicted = [linear(row, w, b) > 0 for row in X]
    tp = sum(1 for p, t in zip(predicted, y) if p and t)
    accuracy = sum(1 for p, t in zip(predicted, y) if p == bool(t)) / len(y)
    precision = tp / max(sum(predicted), 1)
    return accuracy, precision


if __name__ == "__main__":
    X, y = load_csv("data.csv")
    X = standardize(X, column_stats(X))
    cut = int(0.8 * len(X))
    w, b = train(X[:cut], y[:cut])
    print(evaluate(X[cut:], y[cut:], w, b))
