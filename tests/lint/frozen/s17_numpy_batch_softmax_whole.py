"""A softmax of a vector applied to a batch."""
import numpy as np


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


def loss(X, W, y):
    P = softmax(X.dot(W))
    return -np.mean(np.log(P[np.arange(len(y)), y] + 1e-12))  # SSM103


# fixed
import numpy as np


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(X, W, y):
    P = softmax(X.dot(W))
    return -np.mean(np.log(P[np.arange(len(y)), y] + 1e-12))
