"""Logistic and Poisson regression in the style of scikit-learn: gradient descent and IRLS."""
import numpy as np


class Scaler:
    def fit(self, X):
        self.mu_, self.sd_ = X.mean(axis=0), X.std(axis=0)
        return self

    def transform(self, X):
        return (X - self.mu_) / self.sd_  # SSM302


def add_intercept(X):
    return np.hstack([np.ones((X.shape[0], 1)), X])


class LogisticRegression:
    def __init__(self, lr=0.1, n_iter=500, l2=0.0, solver="gd"):
        self.lr = lr
        self.n_iter = n_iter
        self.l2 = l2
        self.solver = solver

    @staticmethod
    def _sigmoid(z):
        return 1.0 / (1.0 + np.exp(-z))  # SSM110

    def _loss(self, X, y, w):
        p = self._sigmoid(X @ w)
        nll = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))  # SSM202
        return nll + 0.5 * self.l2 * np.dot(w, w)

    def fit(self, X, y):
        X = add_intercept(X)
        w = np.zeros(X.shape[1])
        self.losses_ = []
        for _ in range(self.n_iter):
            eta = X @ w
            p = self._sigmoid(eta)
            if self.solver == "irls":
                s = p * (1 - p)
                z = eta + (y - p) / s  # SSM302
                H = X.T @ (s[:, None] * X) + self.l2 * np.eye(X.shape[1])
                w = np.linalg.lstsq(H, X.T @ (s * z), rcond=None)[0]
            else:
                w -= self.lr * (X.T @ (p - y) / len(y) + self.l2 * w)
            self.losses_.append(self._loss(X, y, w))
        self.coef_, self.intercept_ = w[1:], w[0]
        return self

    def predict_proba(self, X):
        p = self._sigmoid(X @ self.coef_ + self.intercept_)
        return np.column_stack([1 - p, p])  # SSM209

    def odds_ratios(self):
        return np.exp(np.clip(self.coef_, -50, 50))


class PoissonRegression:
    def __init__(self, n_iter=25, tol=1e-8):
        self.n_iter, self.tol = n_iter, tol

    def fit(self, X, y):
        X = add_intercept(X)
        beta = np.zeros(X.shape[1])
        beta[0] = np.log(y.mean() + 0.5)
        for _ in range(self.n_iter):
            mu = np.exp(X @ beta)  # SSM505
            grad = X.T @ (y - mu)
            step = np.linalg.solve(X.T @ (mu[:, None] * X) + 1e-8 * np.eye(len(beta)), grad)
            beta = beta + step
            if np.abs(step).max() < self.tol:
                break
        self.beta_ = beta
        return self

    def predict(self, X):
        return np.exp(add_intercept(X) @ self.beta_)  # SSM505

    def deviance(self, X, y):
        mu = self.predict(X)
        return 2 * np.sum(y * np.log(y / mu) - (y - mu))  # SSM301

    def dispersion(self, X, y):
        mu = self.predict(X)
        dof = len(y) - X.shape[1] - 1
        return np.sum((y - mu) ** 2 / (mu + 1e-12)) / max(dof, 1)
# fixed
import numpy as np
from scipy.special import expit, xlogy


class Scaler:
    def fit(self, X):
        self.mu_, self.sd_ = X.mean(axis=0), X.std(axis=0)
        return self

    def transform(self, X):
        return (X - self.mu_) / np.where(self.sd_ > 0, self.sd_, 1.0)


def add_intercept(X):
    return np.hstack([np.ones((X.shape[0], 1)), X])


class LogisticRegression:
    def __init__(self, lr=0.1, n_iter=500, l2=0.0, solver="gd"):
        self.lr = lr
        self.n_iter = n_iter
        self.l2 = l2
        self.solver = solver

    @staticmethod
    def _sigmoid(z):
        return expit(z)

    def _loss(self, X, y, w):
        eta = X @ w
        nll = np.mean(np.logaddexp(0, eta) - y * eta)
        return nll + 0.5 * self.l2 * np.dot(w, w)

    def fit(self, X, y):
        X = add_intercept(X)
        w = np.zeros(X.shape[1])
        self.losses_ = []
        for _ in range(self.n_iter):
            eta = X @ w
            p = self._sigmoid(eta)
            if self.solver == "irls":
                s = np.maximum(p * (1 - p), 1e-10)
                z = eta + (y - p) / s
                H = X.T @ (s[:, None] * X) + self.l2 * np.eye(X.shape[1])
                w = np.linalg.lstsq(H, X.T @ (s * z), rcond=None)[0]
            else:
                w -= self.lr * (X.T @ (p - y) / len(y) + self.l2 * w)
            self.losses_.append(self._loss(X, y, w))
        self.coef_, self.intercept_ = w[1:], w[0]
        return self

    def predict_proba(self, X):
        p = self._sigmoid(X @ self.coef_ + self.intercept_)
        return np.column_stack([expit(-X @ self.coef_ - self.intercept_), p])

    def odds_ratios(self):
        return np.exp(np.clip(self.coef_, -50, 50))


class PoissonRegression:
    def __init__(self, n_iter=25, tol=1e-8):
        self.n_iter, self.tol = n_iter, tol

    def fit(self, X, y):
        X = add_intercept(X)
        beta = np.zeros(X.shape[1])
        beta[0] = np.log(y.mean() + 0.5)
        for _ in range(self.n_iter):
            mu = np.exp(np.clip(X @ beta, -30, 30))
            grad = X.T @ (y - mu)
            step = np.linalg.solve(X.T @ (mu[:, None] * X) + 1e-8 * np.eye(len(beta)), grad)
            beta = beta + step
            if np.abs(step).max() < self.tol:
                break
        self.beta_ = beta
        return self

    def predict(self, X):
        return np.exp(np.clip(add_intercept(X) @ self.beta_, -30, 30))

    def deviance(self, X, y):
        mu = self.predict(X)
        return 2 * np.sum(xlogy(y, y / mu) - (y - mu))

    def dispersion(self, X, y):
        mu = self.predict(X)
        dof = len(y) - X.shape[1] - 1
        return np.sum((y - mu) ** 2 / (mu + 1e-12)) / max(dof, 1)
