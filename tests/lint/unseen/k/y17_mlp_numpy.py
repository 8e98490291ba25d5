"""A two-layer network from scratch in NumPy with momentum and learning-rate decay."""
import numpy as np


def standardize(train, test):
    mu, sigma = train.mean(axis=0), train.std(axis=0)
    return (train - mu) / sigma, (test - mu) / sigma  # SSM302


class TwoLayerNet:
    def __init__(self, n_in, n_hidden, n_out, seed=1):
        rng = np.random.RandomState(seed)
        self.params = {
            "W1": rng.randn(n_in, n_hidden) * np.sqrt(2.0 / n_in), "b1": np.zeros(n_hidden),
            "W2": rng.randn(n_hidden, n_out) * np.sqrt(2.0 / n_hidden), "b2": np.zeros(n_out)}
        self.velocity = {k: np.zeros_like(v) for k, v in self.params.items()}

    def scores(self, X):
        a = X.dot(self.params["W1"]) + self.params["b1"]
        h = np.tanh(a)
        return h, h.dot(self.params["W2"]) + self.params["b2"]

    def loss(self, X, y, reg):
        n = X.shape[0]
        h, scores = self.scores(X)
        exp_scores = np.exp(scores)
        probs = exp_scores / exp_scores.sum(axis=1, keepdims=True)  # SSM101
        data_loss = -np.log(probs[np.arange(n), y]).mean()  # SSM201
        W1, W2 = self.params["W1"], self.params["W2"]
        total = data_loss + 0.5 * reg * (np.sum(W1 ** 2) + np.sum(W2 ** 2))

        dscores = probs.copy()
        dscores[np.arange(n), y] -= 1
        dscores /= n
        dh = dscores.dot(W2.T) * (1 - h ** 2)
        grads = {"W2": h.T.dot(dscores) + reg * W2, "b2": dscores.sum(axis=0),
                 "W1": X.T.dot(dh) + reg * W1, "b1": dh.sum(axis=0)}
        return total, grads

    def fit(self, X, y, epochs=20, batch=64, lr=0.1, reg=1e-4, mu=0.9, decay=0.05):
        history = []
        for epoch in range(epochs):
            rate = lr * np.exp(-decay * epoch)
            order = np.random.permutation(len(X))
            for start in range(0, len(X), batch):
                rows = order[start:start + batch]
                value, grads = self.loss(X[rows], y[rows], reg)
                for name in self.params:
                    self.velocity[name] = mu * self.velocity[name] - rate * grads[name]
                    self.params[name] += self.velocity[name]
                history.append(value)
        return history

    def accuracy(self, X, y):
        return np.mean(self.scores(X)[1].argmax(axis=1) == y)
# fixed
import numpy as np
from scipy.special import log_softmax, softmax


def standardize(train, test):
    mu, sigma = train.mean(axis=0), train.std(axis=0)
    sigma[sigma == 0] = 1.0
    return (train - mu) / sigma, (test - mu) / sigma


class TwoLayerNet:
    def __init__(self, n_in, n_hidden, n_out, seed=1):
        rng = np.random.RandomState(seed)
        self.params = {
            "W1": rng.randn(n_in, n_hidden) * np.sqrt(2.0 / n_in), "b1": np.zeros(n_hidden),
            "W2": rng.randn(n_hidden, n_out) * np.sqrt(2.0 / n_hidden), "b2": np.zeros(n_out)}
        self.velocity = {k: np.zeros_like(v) for k, v in self.params.items()}

    def scores(self, X):
        a = X.dot(self.params["W1"]) + self.params["b1"]
        h = np.tanh(a)
        return h, h.dot(self.params["W2"]) + self.params["b2"]

    def loss(self, X, y, reg):
        n = X.shape[0]
        h, scores = self.scores(X)
        probs = softmax(scores, axis=1)
        data_loss = -log_softmax(scores, axis=1)[np.arange(n), y].mean()
        W1, W2 = self.params["W1"], self.params["W2"]
        total = data_loss + 0.5 * reg * (np.sum(W1 ** 2) + np.sum(W2 ** 2))

        dscores = probs.copy()
        dscores[np.arange(n), y] -= 1
        dscores /= n
        dh = dscores.dot(W2.T) * (1 - h ** 2)
        grads = {"W2": h.T.dot(dscores) + reg * W2, "b2": dscores.sum(axis=0),
                 "W1": X.T.dot(dh) + reg * W1, "b1": dh.sum(axis=0)}
        return total, grads

    def fit(self, X, y, epochs=20, batch=64, lr=0.1, reg=1e-4, mu=0.9, decay=0.05):
        history = []
        for epoch in range(epochs):
            rate = lr * np.exp(-decay * epoch)
            order = np.random.permutation(len(X))
            for start in range(0, len(X), batch):
                rows = order[start:start + batch]
                value, grads = self.loss(X[rows], y[rows], reg)
                for name in self.params:
                    self.velocity[name] = mu * self.velocity[name] - rate * grads[name]
                    self.params[name] += self.velocity[name]
                history.append(value)
        return history

    def accuracy(self, X, y):
        return np.mean(self.scores(X)[1].argmax(axis=1) == y)
