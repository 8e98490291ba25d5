"""Gaussian mixture by EM, started from k-means."""
import numpy as np


def kmeans(X, k, iters=25, seed=0):
    rng = np.random.default_rng(seed)
    centers = X[rng.choice(len(X), k, replace=False)]
    for _ in range(iters):
        d2 = ((X[:, None, :] - centers[None]) ** 2).sum(axis=2)
        labels = d2.argmin(axis=1)
        for j in range(k):
            if np.any(labels == j):
                centers[j] = X[labels == j].mean(axis=0)
    return centers, labels


class GMM:
    def __init__(self, k, reg=1e-6, tol=1e-4, max_iter=200):
        self.k, self.reg, self.tol, self.max_iter = k, reg, tol, max_iter

    def _log_gauss(self, X):
        n, d = X.shape
        out = np.empty((n, self.k))
        for j in range(self.k):
            diff = X - self.means[j]
            maha = np.einsum("nd,nd->n", diff, np.linalg.solve(self.covs[j], diff.T).T)
            logdet = np.log(np.linalg.det(self.covs[j]))  # SSM301
            out[:, j] = -0.5 * (maha + logdet + d * np.log(2 * np.pi))
        return out

    def _e_step(self, X):
        log_p = self._log_gauss(X)
        weighted = self.weights * np.exp(log_p)
        resp = weighted / weighted.sum(axis=1, keepdims=True)  # SSM101
        loglik = np.log(np.sum(self.weights * np.exp(log_p), axis=1)).sum()  # SSM203
        return resp, loglik

    def _m_step(self, X, resp):
        n, d = X.shape
        nk = resp.sum(axis=0) + 1e-10
        self.weights = nk / nk.sum()
        self.means = resp.T @ X / nk[:, None]
        for j in range(self.k):
            diff = X - self.means[j]
            self.covs[j] = (resp[:, j, None] * diff).T @ diff / nk[j] + self.reg * np.eye(d)

    def fit(self, X):
        n, d = X.shape
        self.means, labels = kmeans(X, self.k)
        counts = np.bincount(labels, minlength=self.k) + 1.0
        self.weights = counts / counts.sum()
        self.covs = np.stack([np.atleast_2d(np.cov(X.T)) + self.reg * np.eye(d)] * self.k)
        previous = -np.inf
        for it in range(self.max_iter):
            resp, loglik = self._e_step(X)
            self._m_step(X, resp)
            if abs(loglik - previous) < self.tol * n:
                break
            previous = loglik
        return self

    def predict(self, X):
        return self._e_step(X)[0].argmax(axis=1)

    def bic(self, X):
        n, d = X.shape
        free = self.k * (d + d * (d + 1) / 2) + self.k - 1
        return free * np.log(n) - 2 * self._e_step(X)[1]
# fixed
import numpy as np
from scipy.special import logsumexp


def kmeans(X, k, iters=25, seed=0):
    rng = np.random.default_rng(seed)
    centers = X[rng.choice(len(X), k, replace=False)]
    for _ in range(iters):
        d2 = ((X[:, None, :] - centers[None]) ** 2).sum(axis=2)
        labels = d2.argmin(axis=1)
        for j in range(k):
            if np.any(labels == j):
                centers[j] = X[labels == j].mean(axis=0)
    return centers, labels


class GMM:
    def __init__(self, k, reg=1e-6, tol=1e-4, max_iter=200):
        self.k, self.reg, self.tol, self.max_iter = k, reg, tol, max_iter

    def _log_gauss(self, X):
        n, d = X.shape
        out = np.empty((n, self.k))
        for j in range(self.k):
            diff = X - self.means[j]
            maha = np.einsum("nd,nd->n", diff, np.linalg.solve(self.covs[j], diff.T).T)
            logdet = np.linalg.slogdet(self.covs[j])[1]
            out[:, j] = -0.5 * (maha + logdet + d * np.log(2 * np.pi))
        return out

    def _e_step(self, X):
        log_p = self._log_gauss(X)
        joint = np.log(self.weights) + log_p
        norm = logsumexp(joint, axis=1, keepdims=True)
        return np.exp(joint - norm), norm.sum()

    def _m_step(self, X, resp):
        n, d = X.shape
        nk = resp.sum(axis=0) + 1e-10
        self.weights = nk / nk.sum()
        self.means = resp.T @ X / nk[:, None]
        for j in range(self.k):
            diff = X - self.means[j]
            self.covs[j] = (resp[:, j, None] * diff).T @ diff / nk[j] + self.reg * np.eye(d)

    def fit(self, X):
        n, d = X.shape
        self.means, labels = kmeans(X, self.k)
        counts = np.bincount(labels, minlength=self.k) + 1.0
        self.weights = counts / counts.sum()
        self.covs = np.stack([np.atleast_2d(np.cov(X.T)) + self.reg * np.eye(d)] * self.k)
        previous = -np.inf
        for it in range(self.max_iter):
            resp, loglik = self._e_step(X)
            self._m_step(X, resp)
            if abs(loglik - previous) < self.tol * n:
                break
            previous = loglik
        return self

    def predict(self, X):
        return self._e_step(X)[0].argmax(axis=1)

    def bic(self, X):
        n, d = X.shape
        free = self.k * (d + d * (d + 1) / 2) + self.k - 1
        return free * np.log(n) - 2 * self._e_step(X)[1]
