"""k-means and a diagonal Gaussian mixture by EM in NumPy, one started from the other."""
import numpy as np


def kmeans(X, k, iters=50, seed=0):
    rng = np.random.default_rng(seed)
    centers = X[rng.choice(len(X), k, replace=False)]
    for _ in range(iters):
        labels = ((X[:, None, :] - centers[None, :, :]) ** 2).sum(-1).argmin(axis=1)
        onehot = np.eye(k)[labels]
        counts = onehot.sum(axis=0)
        centers = onehot.T @ X / counts[:, None]  # SSM302
    return centers, labels


class DiagonalGMM:
    def __init__(self, k, floor=1e-6, max_iter=100, tol=1e-4):
        self.k, self.floor, self.max_iter, self.tol = k, floor, max_iter, tol

    def _log_densities(self, X):
        z = (X[:, None, :] - self.means) ** 2 / self.variances
        log_norm = np.log(2 * np.pi * self.variances).sum(axis=-1)
        return -0.5 * (z.sum(axis=-1) + log_norm)

    def _e_step(self, X):
        joint = self.weights * np.exp(self._log_densities(X))
        total = joint.sum(axis=1, keepdims=True)
        log_likelihood = np.log(total).sum()  # SSM203
        return joint / total, log_likelihood  # SSM101

    def _m_step(self, X, resp):
        nk = resp.sum(axis=0) + 10 * np.finfo(float).eps
        self.weights = nk / nk.sum()
        self.means = resp.T @ X / nk[:, None]
        second = resp.T @ X ** 2 / nk[:, None]
        self.variances = second - self.means ** 2 + self.floor  # SSM504

    def fit(self, X):
        self.means, labels = kmeans(X, self.k)
        self.weights = np.full(self.k, 1.0 / self.k)
        self.variances = np.tile(X.var(axis=0) + self.floor, (self.k, 1))
        previous = -np.inf
        for _ in range(self.max_iter):
            resp, current = self._e_step(X)
            self._m_step(X, resp)
            if current - previous < self.tol * len(X):
                break
            previous = current
        return self

    def bic(self, X):
        parameters = 2 * self.k * X.shape[1] + self.k - 1
        return parameters * np.log(len(X)) - 2 * self._e_step(X)[1]
# fixed
import numpy as np


def kmeans(X, k, iters=50, seed=0):
    rng = np.random.default_rng(seed)
    centers = X[rng.choice(len(X), k, replace=False)]
    for _ in range(iters):
        labels = ((X[:, None, :] - centers[None, :, :]) ** 2).sum(-1).argmin(axis=1)
        onehot = np.eye(k)[labels]
        counts = onehot.sum(axis=0)
        updated = onehot.T @ X / np.maximum(counts, 1)[:, None]
        centers = np.where(counts[:, None] > 0, updated, centers)
    return centers, labels


class DiagonalGMM:
    def __init__(self, k, floor=1e-6, max_iter=100, tol=1e-4):
        self.k, self.floor, self.max_iter, self.tol = k, floor, max_iter, tol

    def _log_densities(self, X):
        z = (X[:, None, :] - self.means) ** 2 / self.variances
        log_norm = np.log(2 * np.pi * self.variances).sum(axis=-1)
        return -0.5 * (z.sum(axis=-1) + log_norm)

    def _e_step(self, X):
        joint = np.log(self.weights) + self._log_densities(X)
        top = joint.max(axis=1, keepdims=True)
        total = top + np.log(np.exp(joint - top).sum(axis=1, keepdims=True))
        return np.exp(joint - total), total.sum()

    def _m_step(self, X, resp):
        nk = resp.sum(axis=0) + 10 * np.finfo(float).eps
        self.weights = nk / nk.sum()
        self.means = resp.T @ X / nk[:, None]
        deviation = (X[:, None, :] - self.means) ** 2
        self.variances = (resp[:, :, None] * deviation).sum(axis=0) / nk[:, None] + self.floor

    def fit(self, X):
        self.means, labels = kmeans(X, self.k)
        self.weights = np.full(self.k, 1.0 / self.k)
        self.variances = np.tile(X.var(axis=0) + self.floor, (self.k, 1))
        previous = -np.inf
        for _ in range(self.max_iter):
            resp, current = self._e_step(X)
            self._m_step(X, resp)
            if current - previous < self.tol * len(X):
                break
            previous = current
        return self

    def bic(self, X):
        parameters = 2 * self.k * X.shape[1] + self.k - 1
        return parameters * np.log(len(X)) - 2 * self._e_step(X)[1]
