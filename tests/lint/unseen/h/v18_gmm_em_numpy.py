"""Gaussian mixtures by EM in NumPy, with k-means++ starts and BIC."""
import numpy as np


class GaussianMixture:
    def __init__(self, k, max_iter=200, tol=1e-6, reg=1e-6, seed=0):
        self.k, self.max_iter, self.tol, self.reg = k, max_iter, tol, reg
        self.rng = np.random.default_rng(seed)

    def _init(self, X):
        n, d = X.shape
        centers = [X[self.rng.integers(n)]]
        while len(centers) < self.k:
            d2 = np.min([((X - c) ** 2).sum(axis=1) for c in centers], axis=0)
            centers.append(X[self.rng.choice(n, p=(d2 + 1e-12) / (d2 + 1e-12).sum())])
        self.mu = np.array(centers)
        self.cov = np.array([np.cov(X.T) + self.reg * np.eye(d)] * self.k)
        self.pi = np.full(self.k, 1.0 / self.k)

    def _log_density(self, X):
        n, d = X.shape
        out = np.empty((n, self.k))
        for j in range(self.k):
            diff = X - self.mu[j]
            maha = np.sum(diff @ np.linalg.inv(self.cov[j]) * diff, axis=1)
            out[:, j] = -0.5 * (maha + np.log(np.linalg.det(self.cov[j])) + d * np.log(2 * np.pi))  # SSM301
        return out

    def _e_step(self, X):
        weighted = self.pi * np.exp(self._log_density(X))
        self.log_likelihood = np.sum(np.log(np.sum(weighted, axis=1)))  # SSM203
        return weighted / weighted.sum(axis=1, keepdims=True)  # SSM101

    def _m_step(self, X, r):
        n, d = X.shape
        nk = r.sum(axis=0) + 10 * np.finfo(r.dtype).eps
        self.mu = (r.T @ X) / nk[:, None]
        for j in range(self.k):
            diff = X - self.mu[j]
            self.cov[j] = (r[:, j, None] * diff).T @ diff / nk[j] + self.reg * np.eye(d)
        self.pi = nk / nk.sum()

    def fit(self, X):
        self._init(X)
        previous = -np.inf
        for _ in range(self.max_iter):
            self._m_step(X, self._e_step(X))
            if abs(self.log_likelihood - previous) < self.tol * len(X):
                break
            previous = self.log_likelihood
        return self

    def bic(self, X):
        n, d = X.shape
        parameters = self.k * (d + d * (d + 1) / 2 + 1) - 1
        return parameters * np.log(n) - 2 * self.log_likelihood


def best_k(X, ks=range(1, 8)):
    scores = {k: GaussianMixture(k).fit(X).bic(X) for k in ks}
    return min(scores, key=scores.get), scores
# fixed
import numpy as np
from scipy.special import logsumexp


class GaussianMixture:
    def __init__(self, k, max_iter=200, tol=1e-6, reg=1e-6, seed=0):
        self.k, self.max_iter, self.tol, self.reg = k, max_iter, tol, reg
        self.rng = np.random.default_rng(seed)

    def _init(self, X):
        n, d = X.shape
        centers = [X[self.rng.integers(n)]]
        while len(centers) < self.k:
            d2 = np.min([((X - c) ** 2).sum(axis=1) for c in centers], axis=0)
            centers.append(X[self.rng.choice(n, p=(d2 + 1e-12) / (d2 + 1e-12).sum())])
        self.mu = np.array(centers)
        self.cov = np.array([np.cov(X.T) + self.reg * np.eye(d)] * self.k)
        self.pi = np.full(self.k, 1.0 / self.k)

    def _log_density(self, X):
        n, d = X.shape
        out = np.empty((n, self.k))
        for j in range(self.k):
            diff = X - self.mu[j]
            maha = np.sum(diff @ np.linalg.inv(self.cov[j]) * diff, axis=1)
            _, logdet = np.linalg.slogdet(self.cov[j])
            out[:, j] = -0.5 * (maha + logdet + d * np.log(2 * np.pi))
        return out

    def _e_step(self, X):
        weighted = np.log(self.pi) + self._log_density(X)
        norm = logsumexp(weighted, axis=1, keepdims=True)
        self.log_likelihood = np.sum(norm)
        return np.exp(weighted - norm)

    def _m_step(self, X, r):
        n, d = X.shape
        nk = r.sum(axis=0) + 10 * np.finfo(r.dtype).eps
        self.mu = (r.T @ X) / nk[:, None]
        for j in range(self.k):
            diff = X - self.mu[j]
            self.cov[j] = (r[:, j, None] * diff).T @ diff / nk[j] + self.reg * np.eye(d)
        self.pi = nk / nk.sum()

    def fit(self, X):
        self._init(X)
        previous = -np.inf
        for _ in range(self.max_iter):
            self._m_step(X, self._e_step(X))
            if abs(self.log_likelihood - previous) < self.tol * len(X):
                break
            previous = self.log_likelihood
        return self

    def bic(self, X):
        n, d = X.shape
        parameters = self.k * (d + d * (d + 1) / 2 + 1) - 1
        return parameters * np.log(n) - 2 * self.log_likelihood


def best_k(X, ks=range(1, 8)):
    scores = {k: GaussianMixture(k).fit(X).bic(X) for k in ks}
    return min(scores, key=scores.get), scores
