"""EM for mixtures: diagonal Gaussian, Poisson and multinomial components."""
import numpy as np
from scipy.special import gammaln, logsumexp


class GaussianMixture:
    def __init__(self, k, n_iter=100, tol=1e-5, seed=0):
        self.k, self.n_iter, self.tol, self.seed = k, n_iter, tol, seed

    def _init(self, X):
        rng = np.random.default_rng(self.seed)
        self.means_ = X[rng.choice(len(X), self.k, replace=False)]
        self.vars_ = np.ones((self.k, X.shape[1])) * X.var(axis=0)
        self.weights_ = np.full(self.k, 1 / self.k)

    def _pdf(self, X):
        diff = X[:, None, :] - self.means_
        expo = -0.5 * np.sum(diff ** 2 / self.vars_, axis=2)  # SSM302
        norm = np.sqrt(np.prod(2 * np.pi * self.vars_, axis=1))
        return np.exp(expo) / norm  # SSM302

    def _e_step(self, X):
        joint = self.weights_ * self._pdf(X)
        total = joint.sum(axis=1, keepdims=True)
        return joint / total, np.log(total).sum()  # SSM302, SSM301

    def _m_step(self, X, r):
        nk = r.sum(axis=0)
        self.weights_ = nk / len(X)
        self.means_ = r.T @ X / nk[:, None]  # SSM302
        self.vars_ = r.T @ X ** 2 / nk[:, None] - self.means_ ** 2  # SSM504, SSM302

    def fit(self, X):
        self._init(X)
        previous = -np.inf
        for _ in range(self.n_iter):
            r, ll = self._e_step(X)
            self._m_step(X, r)
            if abs(ll - previous) < self.tol:
                break
            previous = ll
        self.loglik_ = ll
        return self

    def bic(self, X):
        n_params = self.k * (2 * X.shape[1] + 1) - 1
        return n_params * np.log(len(X)) - 2 * self.loglik_


def poisson_mixture(x, k, n_iter=50):
    lam = np.quantile(x, (np.arange(k) + 0.5) / k)
    pi = np.ones(k) / k
    for _ in range(n_iter):
        logp = x[:, None] * np.log(lam) - lam - gammaln(x[:, None] + 1)  # SSM301
        logp += np.log(pi)  # SSM301
        r = np.exp(logp - logsumexp(logp, axis=1, keepdims=True))
        nk = r.sum(axis=0)
        lam = r.T @ x / nk  # SSM302
        pi = nk / nk.sum()
    return pi, lam


def multinomial_m_step(X, r, alpha=0.0):
    theta = r.T @ X + alpha
    theta /= theta.sum(axis=1, keepdims=True)  # SSM302
    return theta
# fixed
import numpy as np
from scipy.special import gammaln, logsumexp, xlogy


class GaussianMixture:
    def __init__(self, k, n_iter=100, tol=1e-5, seed=0):
        self.k, self.n_iter, self.tol, self.seed = k, n_iter, tol, seed

    def _init(self, X):
        rng = np.random.default_rng(self.seed)
        self.means_ = X[rng.choice(len(X), self.k, replace=False)]
        self.vars_ = np.ones((self.k, X.shape[1])) * X.var(axis=0) + 1e-9
        self.weights_ = np.full(self.k, 1 / self.k)

    def _logpdf(self, X):
        diff = X[:, None, :] - self.means_
        expo = -0.5 * np.sum(diff ** 2 / self.vars_, axis=2)
        return expo - 0.5 * np.sum(np.log(2 * np.pi * self.vars_), axis=1)

    def _e_step(self, X):
        joint = np.log(np.maximum(self.weights_, 1e-300)) + self._logpdf(X)
        total = logsumexp(joint, axis=1, keepdims=True)
        return np.exp(joint - total), total.sum()

    def _m_step(self, X, r):
        nk = np.maximum(r.sum(axis=0), 1e-10)
        self.weights_ = nk / len(X)
        self.means_ = r.T @ X / nk[:, None]
        for j in range(self.k):
            self.vars_[j] = r[:, j] @ (X - self.means_[j]) ** 2 / nk[j] + 1e-9

    def fit(self, X):
        self._init(X)
        previous = -np.inf
        for _ in range(self.n_iter):
            r, ll = self._e_step(X)
            self._m_step(X, r)
            if abs(ll - previous) < self.tol:
                break
            previous = ll
        self.loglik_ = ll
        return self

    def bic(self, X):
        n_params = self.k * (2 * X.shape[1] + 1) - 1
        return n_params * np.log(len(X)) - 2 * self.loglik_


def poisson_mixture(x, k, n_iter=50):
    lam = np.quantile(x, (np.arange(k) + 0.5) / k)
    pi = np.ones(k) / k
    for _ in range(n_iter):
        logp = xlogy(x[:, None], lam + 1e-12) - lam - gammaln(x[:, None] + 1)
        logp += np.log(np.clip(pi, 1e-12, None))
        r = np.exp(logp - logsumexp(logp, axis=1, keepdims=True))
        nk = r.sum(axis=0)
        lam = r.T @ x / np.maximum(nk, 1e-12)
        pi = nk / nk.sum()
    return pi, lam


def multinomial_m_step(X, r, alpha=0.0):
    theta = r.T @ X + alpha
    mass = theta.sum(axis=1, keepdims=True)
    theta = np.divide(theta, mass, out=np.full_like(theta, 1 / X.shape[1]), where=mass > 0)
    return theta
