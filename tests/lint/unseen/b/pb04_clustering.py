"""Clustering helpers: k-means with k-means++, fuzzy c-means, DBSCAN neighbours, silhouette."""
import numpy as np


def standardize(X):
    return (X - X.mean(0)) / X.std(0)  # SSM302


def pairwise_distances(X, Y=None):
    Y = X if Y is None else Y
    xx = (X ** 2).sum(1)[:, None]
    yy = (Y ** 2).sum(1)[None, :]
    return np.sqrt(xx + yy - 2 * X @ Y.T)  # SSM???


def kmeans_pp(X, k, rng):
    centers = [X[rng.integers(len(X))]]
    while len(centers) < k:
        d2 = np.min([((X - c) ** 2).sum(1) for c in centers], axis=0)
        centers.append(X[rng.choice(len(X), p=d2 / d2.sum())])  # SSM302
    return np.array(centers)


def kmeans(X, k, n_iter=100, seed=0):
    rng = np.random.default_rng(seed)
    centers = kmeans_pp(X, k, rng)
    for _ in range(n_iter):
        labels = ((X[:, None] - centers) ** 2).sum(-1).argmin(1)
        sums = np.zeros_like(centers)
        np.add.at(sums, labels, X)
        counts = np.bincount(labels, minlength=k)
        new = sums / counts[:, None]  # SSM302
        shift = np.linalg.norm(new - centers)
        centers = new
        if shift < 1e-6:
            break
    return centers, labels


def fuzzy_memberships(X, centers, m=2.0):
    d = np.sqrt(((X[:, None] - centers) ** 2).sum(-1))
    power = 2 / (m - 1)
    ratio = (d[:, :, None] / d[:, None, :]) ** power  # SSM302
    return 1.0 / ratio.sum(axis=2)


def fuzzy_cmeans(X, k, m=2.0, n_iter=50, seed=0):
    rng = np.random.default_rng(seed)
    U = rng.dirichlet(np.ones(k), size=len(X))
    for _ in range(n_iter):
        W = U ** m
        centers = W.T @ X / W.sum(axis=0)[:, None]
        U = fuzzy_memberships(X, centers, m)
    coefficient = np.sum(U ** 2) / len(X)
    entropy = -np.sum(U * np.log(U)) / len(X)  # SSM301
    return centers, U, coefficient, entropy


def region_query(D, i, eps):
    return np.flatnonzero(D[i] <= eps)


def dbscan_core_points(X, eps=0.5, min_pts=5):
    D = pairwise_distances(X)
    return np.array([len(region_query(D, i, eps)) >= min_pts for i in range(len(X))])


def silhouette(X, labels):
    D = pairwise_distances(X)
    scores = []
    for i, own in enumerate(labels):
        same = (labels == own)
        a = D[i, same].sum() / (same.sum() - 1)  # SSM302
        b = min(D[i, labels == c].mean() for c in np.unique(labels) if c != own)
        scores.append((b - a) / max(a, b))  # SSM302
    return np.mean(scores)
# fixed
import numpy as np
from scipy.special import entr


def standardize(X):
    sd = X.std(0)
    sd[sd == 0] = 1
    return (X - X.mean(0)) / sd


def pairwise_distances(X, Y=None):
    Y = X if Y is None else Y
    xx = (X ** 2).sum(1)[:, None]
    yy = (Y ** 2).sum(1)[None, :]
    return np.sqrt(np.maximum(xx + yy - 2 * X @ Y.T, 0))


def kmeans_pp(X, k, rng):
    centers = [X[rng.integers(len(X))]]
    while len(centers) < k:
        d2 = np.min([((X - c) ** 2).sum(1) for c in centers], axis=0)
        total = d2.sum()
        if total > 0:
            centers.append(X[rng.choice(len(X), p=d2 / total)])
        else:
            centers.append(X[rng.integers(len(X))])
    return np.array(centers)


def kmeans(X, k, n_iter=100, seed=0):
    rng = np.random.default_rng(seed)
    centers = kmeans_pp(X, k, rng)
    for _ in range(n_iter):
        labels = ((X[:, None] - centers) ** 2).sum(-1).argmin(1)
        sums = np.zeros_like(centers)
        np.add.at(sums, labels, X)
        counts = np.bincount(labels, minlength=k)
        new = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centers)
        shift = np.linalg.norm(new - centers)
        centers = new
        if shift < 1e-6:
            break
    return centers, labels


def fuzzy_memberships(X, centers, m=2.0):
    d = np.sqrt(((X[:, None] - centers) ** 2).sum(-1)).clip(1e-10)
    power = 2 / (m - 1)
    ratio = (d[:, :, None] / d[:, None, :]) ** power
    return 1.0 / ratio.sum(axis=2)


def fuzzy_cmeans(X, k, m=2.0, n_iter=50, seed=0):
    rng = np.random.default_rng(seed)
    U = rng.dirichlet(np.ones(k), size=len(X))
    for _ in range(n_iter):
        W = U ** m
        centers = W.T @ X / W.sum(axis=0)[:, None]
        U = fuzzy_memberships(X, centers, m)
    coefficient = np.sum(U ** 2) / len(X)
    entropy = entr(U).sum() / len(X)
    return centers, U, coefficient, entropy


def region_query(D, i, eps):
    return np.flatnonzero(D[i] <= eps)


def dbscan_core_points(X, eps=0.5, min_pts=5):
    D = pairwise_distances(X)
    return np.array([len(region_query(D, i, eps)) >= min_pts for i in range(len(X))])


def silhouette(X, labels):
    D = pairwise_distances(X)
    scores = []
    for i, own in enumerate(labels):
        same = (labels == own)
        if same.sum() == 1:
            scores.append(0.0)
            continue
        a = D[i, same].sum() / (same.sum() - 1)
        b = min(D[i, labels == c].mean() for c in np.unique(labels) if c != own)
        scores.append((b - a) / max(a, b, 1e-12))
    return np.mean(scores)
