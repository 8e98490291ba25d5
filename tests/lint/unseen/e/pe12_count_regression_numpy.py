"""Count regression by gradient descent in NumPy: Poisson, zero inflation, deviance and dispersion."""
import numpy as np
from scipy.special import gammaln


class Standardizer:
    def fit(self, X):
        self.mean = X.mean(axis=0)
        sd = X.std(axis=0)
        self.sd = np.where(sd > 0, sd, 1.0)
        return self

    def transform(self, X):
        return np.column_stack([np.ones(len(X)), (X - self.mean) / self.sd])


class PoissonRegression:
    def __init__(self, lr=1e-2, steps=2000, l2=1e-3):
        self.lr, self.steps, self.l2 = lr, steps, l2

    def fit(self, X, y):
        self.w = np.zeros(X.shape[1])
        self.w[0] = np.log(y.mean() + 1e-3)
        for _ in range(self.steps):
            gradient = X.T @ (self.predict(X) - y) / len(y) + self.l2 * self.w
            self.w -= self.lr * gradient
        return self

    def predict(self, X):
        return np.exp(X @ self.w)  # SSM505


class ZeroInflated(PoissonRegression):
    """The zeros come from a logistic regression on the same columns."""

    def fit(self, X, y):
        super().fit(X, y)
        self.v = np.zeros(X.shape[1])
        zero = (y == 0).astype(float)
        for _ in range(self.steps):
            self.v -= self.lr * X.T @ (self.inflation(X) - zero) / len(y)
        return self

    def inflation(self, X):
        return 1.0 / (1.0 + np.exp(-X.dot(self.v)))  # SSM110


def poisson_deviance(y, mu):
    return 2.0 * np.sum(y * np.log(y / mu) - (y - mu))  # SSM301


def log_likelihood(y, mu):
    return np.sum(y * np.log(np.maximum(mu, 1e-12)) - mu - gammaln(y + 1))


def dispersion(y, mu, parameters):
    pearson = (y - mu) / np.sqrt(np.maximum(mu, 1e-12))
    return np.sum(pearson ** 2) / max(len(y) - parameters, 1)


def negative_binomial_variance(mu, alpha=0.5):
    return mu + alpha * mu ** 2


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    X = rng.normal(size=(500, 4)) * [1.0, 20.0, 3.0, 0.1]
    y = rng.poisson(np.exp(np.clip(0.3 * X[:, 0], -3, 3)))
    design = Standardizer().fit(X).transform(X)
    model = PoissonRegression().fit(design, y)
    mu = model.predict(design)
    print("deviance", poisson_deviance(y, mu), "dispersion", dispersion(y, mu, design.shape[1]))
# fixed
import numpy as np
from scipy.special import expit, gammaln, xlogy


class Standardizer:
    def fit(self, X):
        self.mean = X.mean(axis=0)
        sd = X.std(axis=0)
        self.sd = np.where(sd > 0, sd, 1.0)
        return self

    def transform(self, X):
        return np.column_stack([np.ones(len(X)), (X - self.mean) / self.sd])


class PoissonRegression:
    def __init__(self, lr=1e-2, steps=2000, l2=1e-3):
        self.lr, self.steps, self.l2 = lr, steps, l2

    def fit(self, X, y):
        self.w = np.zeros(X.shape[1])
        self.w[0] = np.log(y.mean() + 1e-3)
        for _ in range(self.steps):
            gradient = X.T @ (self.predict(X) - y) / len(y) + self.l2 * self.w
            self.w -= self.lr * gradient
        return self

    def predict(self, X):
        return np.exp(np.clip(X @ self.w, -20.0, 20.0))


class ZeroInflated(PoissonRegression):
    """The zeros come from a logistic regression on the same columns."""

    def fit(self, X, y):
        super().fit(X, y)
        self.v = np.zeros(X.shape[1])
        zero = (y == 0).astype(float)
        for _ in range(self.steps):
            self.v -= self.lr * X.T @ (self.inflation(X) - zero) / len(y)
        return self

    def inflation(self, X):
        return expit(X.dot(self.v))


def poisson_deviance(y, mu):
    return 2.0 * np.sum(xlogy(y, y / mu) - (y - mu))


def log_likelihood(y, mu):
    return np.sum(y * np.log(np.maximum(mu, 1e-12)) - mu - gammaln(y + 1))


def dispersion(y, mu, parameters):
    pearson = (y - mu) / np.sqrt(np.maximum(mu, 1e-12))
    return np.sum(pearson ** 2) / max(len(y) - parameters, 1)


def negative_binomial_variance(mu, alpha=0.5):
    return mu + alpha * mu ** 2


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    X = rng.normal(size=(500, 4)) * [1.0, 20.0, 3.0, 0.1]
    y = rng.poisson(np.exp(np.clip(0.3 * X[:, 0], -3, 3)))
    design = Standardizer().fit(X).transform(X)
    model = PoissonRegression().fit(design, y)
    mu = model.predict(design)
    print("deviance", poisson_deviance(y, mu), "dispersion", dispersion(y, mu, design.shape[1]))
