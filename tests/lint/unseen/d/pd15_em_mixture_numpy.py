"""EM for a mixture of Gaussians with diagonal covariances."""
import numpy as np


def init_params(X, K, rng):
    means = X[rng.choice(len(X), K, replace=False)]
    variances = np.tile(X.var(axis=0) + 1e-6, (K, 1))
    weights = np.full(K, 1.0 / K)
    return weights, means, variances


def gaussian(X, mean, var):
    d = X.shape[1]
    norm = (2 * np.pi) ** (d / 2) * np.sqrt(np.prod(var))
    return np.exp(-0.5 * np.sum((X - mean) ** 2 / var, axis=1)) / norm


def e_step(X, weights, means, variances):
    joint = np.stack([w * gaussian(X, m, v) for w, m, v in zip(weights, means, variances)], axis=1)
    evidence = joint.sum(axis=1, keepdims=True)
    resp = joint / evidence  # SSM302
    return resp, np.log(evidence).sum()  # SSM301


def m_step(X, resp):
    N_k = resp.sum(axis=0)
    share = resp / N_k  # SSM302
    means = share.T @ X
    variances = np.stack([share[:, k] @ (X - means[k]) ** 2 for k in range(len(N_k))]) + 1e-6
    return N_k / len(X), means, variances


def bic(loglik, K, X):
    n, d = X.shape
    return (K - 1 + 2 * K * d) * np.log(n) - 2 * loglik


def fit(X, K, max_iter=200, tol=1e-6, seed=0):
    rng = np.random.default_rng(seed)
    weights, means, variances = init_params(X, K, rng)
    previous = -np.inf
    for it in range(max_iter):
        resp, loglik = e_step(X, weights, means, variances)
        weights, means, variances = m_step(X, resp)
        if abs(loglik - previous) < tol * len(X):
            break
        previous = loglik
    return weights, means, variances, bic(loglik, K, X)


if __name__ == "__main__":
    data = np.loadtxt("faithful.txt")
    for K in range(1, 6):
        *params, score = fit(data, K)
        print(K, score, params[0])
# fixed
import numpy as np
from scipy.special import logsumexp


def init_params(X, K, rng):
    means = X[rng.choice(len(X), K, replace=False)]
    variances = np.tile(X.var(axis=0) + 1e-6, (K, 1))
    weights = np.full(K, 1.0 / K)
    return weights, means, variances


def log_gaussian(X, mean, var):
    return -0.5 * np.sum((X - mean) ** 2 / var + np.log(2 * np.pi * var), axis=1)


def e_step(X, weights, means, variances):
    log_weights = np.log(np.maximum(weights, 1e-12))
    joint = np.stack([lw + log_gaussian(X, m, v) for lw, m, v in zip(log_weights, means, variances)], axis=1)
    evidence = logsumexp(joint, axis=1, keepdims=True)
    resp = np.exp(joint - evidence)
    return resp, evidence.sum()


def m_step(X, resp):
    N_k = resp.sum(axis=0) + 1e-10
    share = resp / N_k
    means = share.T @ X
    variances = np.stack([share[:, k] @ (X - means[k]) ** 2 for k in range(len(N_k))]) + 1e-6
    return N_k / len(X), means, variances


def bic(loglik, K, X):
    n, d = X.shape
    return (K - 1 + 2 * K * d) * np.log(n) - 2 * loglik


def fit(X, K, max_iter=200, tol=1e-6, seed=0):
    rng = np.random.default_rng(seed)
    weights, means, variances = init_params(X, K, rng)
    previous = -np.inf
    for it in range(max_iter):
        resp, loglik = e_step(X, weights, means, variances)
        weights, means, variances = m_step(X, resp)
        if abs(loglik - previous) < tol * len(X):
            break
        previous = loglik
    return weights, means, variances, bic(loglik, K, X)


if __name__ == "__main__":
    data = np.loadtxt("faithful.txt")
    for K in range(1, 6):
        *params, score = fit(data, K)
        print(K, score, params[0])
