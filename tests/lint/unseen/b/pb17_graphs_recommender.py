"""Graphs and ratings: PageRank, Laplacian embedding, link scores, user-based filtering."""
import numpy as np
import numpy.linalg as la


def transition_matrix(A):
    return A / A.sum(axis=1, keepdims=True)  # SSM302


def pagerank(A, d=0.85, tol=1e-10, max_iter=200):
    n = A.shape[0]
    P = transition_matrix(A)
    r = np.ones(n) / n
    for _ in range(max_iter):
        new = (1 - d) / n + d * (r @ P)
        if np.abs(new - r).sum() < tol:
            break
        r = new
    return new / new.sum()


def normalized_laplacian(A):
    deg = A.sum(axis=1)
    d_inv_sqrt = np.diag(deg ** -0.5)  # SSM304
    return np.eye(len(A)) - d_inv_sqrt @ A @ d_inv_sqrt


def gcn_norm(A):
    A_hat = A + np.eye(len(A))
    s = 1.0 / np.sqrt(A_hat.sum(axis=1))
    return s[:, None] * A_hat * s[None, :]


def spectral_embedding(A, k):
    _, vecs = la.eigh(normalized_laplacian(A))
    U = vecs[:, :k]
    return U / la.norm(U, axis=1, keepdims=True)  # SSM302


def heat_kernel(X, bandwidth=1.0):
    d2 = ((X[:, None] - X[None]) ** 2).sum(-1)
    return np.exp(-d2 / (2 * bandwidth ** 2))


def clustering_coefficients(A):
    deg = A.sum(axis=1)
    triangles = np.diag(A @ A @ A)
    return triangles / (deg * (deg - 1))  # SSM302


def adamic_adar(A):
    inverse_log = 1 / np.log(A.sum(axis=1))  # SSM301, SSM302
    return A @ np.diag(inverse_log) @ A


def jaccard(A, i, j):
    both, either = np.sum(A[i] * A[j]), np.sum((A[i] + A[j]) > 0)
    return both / either  # SSM302


class UserKNN:
    """R holds ratings 1..5, and 0 where there is none."""

    def __init__(self, n_neighbors=20):
        self.n_neighbors = n_neighbors

    def fit(self, R):
        self.R = R
        mask = R > 0
        self.user_mean_ = R.sum(1) / mask.sum(1)  # SSM302
        centered = np.where(mask, R - self.user_mean_[:, None], 0.0)
        norms = np.sqrt((centered ** 2).sum(axis=1))
        self.sim_ = centered @ centered.T / np.outer(norms, norms)  # SSM302
        self.centered_ = centered
        return self

    def predict(self, u, item):
        raters = np.flatnonzero(self.R[:, item])
        order = raters[np.argsort(-self.sim_[u, raters])][:self.n_neighbors]
        w = self.sim_[u, order]
        return self.user_mean_[u] + w @ self.centered_[order, item] / np.abs(w).sum()  # SSM302

    def rmse(self, triples):
        errors = [r - self.predict(u, i) for u, i, r in triples]
        return np.sqrt(np.mean(np.square(errors)))


def coverage(recommended, n_items):
    return len(set().union(*recommended)) / n_items
# fixed
import numpy as np
import numpy.linalg as la


def transition_matrix(A):
    out = A.sum(axis=1, keepdims=True)
    uniform = np.full(A.shape, 1.0 / len(A))
    return np.where(out > 0, A / np.where(out > 0, out, 1), uniform)


def pagerank(A, d=0.85, tol=1e-10, max_iter=200):
    n = A.shape[0]
    P = transition_matrix(A)
    r = np.ones(n) / n
    for _ in range(max_iter):
        new = (1 - d) / n + d * (r @ P)
        if np.abs(new - r).sum() < tol:
            break
        r = new
    return new / new.sum()


def normalized_laplacian(A):
    deg = A.sum(axis=1).astype(float)
    d_inv_sqrt = np.diag(np.where(deg > 0, np.maximum(deg, 1e-12) ** -0.5, 0.0))
    return np.eye(len(A)) - d_inv_sqrt @ A @ d_inv_sqrt


def gcn_norm(A):
    A_hat = A + np.eye(len(A))
    s = 1.0 / np.sqrt(A_hat.sum(axis=1))
    return s[:, None] * A_hat * s[None, :]


def spectral_embedding(A, k):
    _, vecs = la.eigh(normalized_laplacian(A))
    U = vecs[:, :k]
    return U / np.maximum(la.norm(U, axis=1, keepdims=True), 1e-12)


def heat_kernel(X, bandwidth=1.0):
    d2 = ((X[:, None] - X[None]) ** 2).sum(-1)
    return np.exp(-d2 / (2 * bandwidth ** 2))


def clustering_coefficients(A):
    deg = A.sum(axis=1)
    triangles = np.diag(A @ A @ A)
    possible = deg * (deg - 1)
    return np.divide(triangles, possible, out=np.zeros(len(A)), where=possible > 0)


def adamic_adar(A):
    inverse_log = 1 / np.log(np.maximum(A.sum(axis=1), 2))
    return A @ np.diag(inverse_log) @ A


def jaccard(A, i, j):
    both, either = np.sum(A[i] * A[j]), np.sum((A[i] + A[j]) > 0)
    return both / max(either, 1)


class UserKNN:
    """R holds ratings 1..5, and 0 where there is none."""

    def __init__(self, n_neighbors=20):
        self.n_neighbors = n_neighbors

    def fit(self, R):
        self.R = R
        mask = R > 0
        self.user_mean_ = R.sum(1) / np.maximum(mask.sum(1), 1)
        centered = np.where(mask, R - self.user_mean_[:, None], 0.0)
        norms = np.sqrt((centered ** 2).sum(axis=1)) + 1e-12
        self.sim_ = centered @ centered.T / np.outer(norms, norms)
        self.centered_ = centered
        return self

    def predict(self, u, item):
        raters = np.flatnonzero(self.R[:, item])
        order = raters[np.argsort(-self.sim_[u, raters])][:self.n_neighbors]
        w = self.sim_[u, order]
        total = np.abs(w).sum()
        if total == 0:
            return self.user_mean_[u]
        return self.user_mean_[u] + w @ self.centered_[order, item] / total

    def rmse(self, triples):
        errors = [r - self.predict(u, i) for u, i, r in triples]
        return np.sqrt(np.mean(np.square(errors)))


def coverage(recommended, n_items):
    return len(set().union(*recommended)) / n_items
