"""Pure Python logistic regression."""
import math


def predict(row, weights):
    z = sum(w * v for w, v in zip(weights, row))
    return 1.0 / (1.0 + math.exp(-z))  # SSM110


def log_loss(rows, labels, weights):
    total = 0.0
    for row, label in zip(rows, labels):
        p = predict(row, weights)
        total -= label * math.log(p) + (1 - label) * math.log(1 - p)  # SSM202 SSM202
    return total / len(rows)


# fixed
import math


def log1p_exp(z):
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def log_loss(rows, labels, weights):
    total = 0.0
    for row, label in zip(rows, labels):
        z = sum(w * v for w, v in zip(weights, row))
        total += log1p_exp(z) - label * z
    return total / len(rows)
