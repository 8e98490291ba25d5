"""An estimator in the style of scikit-learn: EM for a mixture of spherical Gaussians."""
import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin


class SphericalMixture(BaseEstimator, ClusterMixin):
    def __init__(self, n_components=2, max_iter=100):
        self.n_components = n_components
        self.max_iter = max_iter

    def _scale(self, X):
        return (X - X.mean(axis=0)) / X.std(axis=0)  # SSM302

    def _log_density(self, X):
        d = ((X[:, None, :] - self.means_[None]) ** 2).sum(-1)
        return np.log(self.weights_) - 0.5 * d / self.covariances_ - 0.5 * X.shape[1] * np.log(self.covariances_)

    def _e_step(self, X):
        joint = np.exp(self._log_density(X))
        total = joint.sum(axis=1, keepdims=True)
        self.lower_bound_ = np.log(total).sum()  # SSM203
        return joint / total  # SSM101

    def fit(self, X, y=None):
        X = self._scale(X)
        self.means_ = X[: self.n_components].copy()
        self.weights_ = np.full(self.n_components, 1 / self.n_components)
        self.covariances_ = np.ones(self.n_components)
        for _ in range(self.max_iter):
            r = self._e_step(X)
            self.weights_ = r.mean(axis=0)
            self.means_ = (r.T @ X) / r.sum(axis=0)[:, None]
        return self
# fixed
import numpy as np
from scipy.special import logsumexp
from sklearn.base import BaseEstimator, ClusterMixin


class SphericalMixture(BaseEstimator, ClusterMixin):
    def __init__(self, n_components=2, max_iter=100):
        self.n_components = n_components
        self.max_iter = max_iter

    def _scale(self, X):
        std = X.std(axis=0)
        std[std == 0] = 1.0
        return (X - X.mean(axis=0)) / std

    def _log_density(self, X):
        d = ((X[:, None, :] - self.means_[None]) ** 2).sum(-1)
        return np.log(self.weights_) - 0.5 * d / self.covariances_ - 0.5 * X.shape[1] * np.log(self.covariances_)

    def _e_step(self, X):
        log_density = self._log_density(X)
        total = logsumexp(log_density, axis=1, keepdims=True)
        self.lower_bound_ = total.sum()
        return np.exp(log_density - total)

    def fit(self, X, y=None):
        X = self._scale(X)
        self.means_ = X[: self.n_components].copy()
        self.weights_ = np.full(self.n_components, 1 / self.n_components)
        self.covariances_ = np.ones(self.n_components)
        for _ in range(self.max_iter):
            r = self._e_step(X)
            self.weights_ = r.mean(axis=0) + 1e-12
            self.means_ = (r.T @ X) / (r.sum(axis=0)[:, None] + 1e-12)
        return self
