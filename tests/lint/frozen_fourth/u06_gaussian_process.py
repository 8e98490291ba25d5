"""A Gaussian process in forty lines: kernel, marginal likelihood, prediction, acquisition."""
import numpy as np
from scipy.stats import norm


def rbf(a, b, length=1.0, amplitude=1.0):
    d2 = np.sum(a**2, 1)[:, None] + np.sum(b**2, 1)[None, :] - 2 * a @ b.T
    return amplitude**2 * np.exp(-0.5 * d2 / length**2)


class GP:
    def fit(self, X, y):
        self.X = X
        self.y = (y - np.mean(y)) / np.std(y)  # SSM302
        self.K = rbf(X, X) + 1e-6 * np.eye(len(X))
        self.alpha = np.linalg.solve(self.K, self.y)
        return self

    def log_marginal_likelihood(self):
        n = len(self.X)
        return -0.5 * self.y @ self.alpha - 0.5 * np.log(np.linalg.det(self.K)) - n / 2 * np.log(2 * np.pi)  # SSM301

    def predict(self, Z):
        k = rbf(Z, self.X)
        mean = k @ self.alpha
        var = 1.0 - np.sum(k * np.linalg.solve(self.K, k.T).T, axis=1)
        return mean, np.sqrt(np.maximum(var, 0))


def expected_improvement(mean, std, best):
    z = (mean - best) / std
    return (mean - best) * norm.cdf(z) + std * norm.pdf(z)


def log_probability_of_improvement(mean, std, best):
    return np.log(norm.cdf((mean - best) / std))  # SSM301


def choose(scores):
    p = np.exp(scores) / np.exp(scores).sum()  # SSM101
    return np.random.choice(len(p), p=p)
# fixed
import numpy as np
from scipy.special import softmax
from scipy.stats import norm


def rbf(a, b, length=1.0, amplitude=1.0):
    d2 = np.sum(a**2, 1)[:, None] + np.sum(b**2, 1)[None, :] - 2 * a @ b.T
    return amplitude**2 * np.exp(-0.5 * d2 / length**2)


class GP:
    def fit(self, X, y):
        self.X = X
        self.y = (y - np.mean(y)) / max(np.std(y), 1e-12)
        self.K = rbf(X, X) + 1e-6 * np.eye(len(X))
        self.alpha = np.linalg.solve(self.K, self.y)
        return self

    def log_marginal_likelihood(self):
        n = len(self.X)
        sign, logdet = np.linalg.slogdet(self.K)
        return -0.5 * self.y @ self.alpha - 0.5 * logdet - n / 2 * np.log(2 * np.pi)

    def predict(self, Z):
        k = rbf(Z, self.X)
        mean = k @ self.alpha
        var = 1.0 - np.sum(k * np.linalg.solve(self.K, k.T).T, axis=1)
        return mean, np.sqrt(np.maximum(var, 1e-12))


def expected_improvement(mean, std, best):
    z = (mean - best) / std
    return (mean - best) * norm.cdf(z) + std * norm.pdf(z)


def log_probability_of_improvement(mean, std, best):
    return norm.logcdf((mean - best) / std)


def choose(scores):
    p = softmax(scores)
    return np.random.choice(len(p), p=p)
