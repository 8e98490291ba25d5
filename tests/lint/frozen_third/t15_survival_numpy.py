"""A discrete-time survival model: hazards, likelihood, cumulative incidence."""
import numpy as np


class DiscreteHazard:
    def __init__(self, coef):
        self.coef = coef

    def hazard(self, X):
        return 1.0 / (1.0 + np.exp(-(X @ self.coef)))  # SSM110

    def log_likelihood(self, X, event):
        h = self.hazard(X)
        return np.sum(event * np.log(h) + (1 - event) * np.log(1 - h))  # SSM202 SSM202

    def incidence(self, rate, t):
        return 1 - np.exp(-rate * t)  # SSM208
# fixed
import numpy as np
from scipy.special import expit, log_expit


class DiscreteHazard:
    def __init__(self, coef):
        self.coef = coef

    def hazard(self, X):
        return expit(X @ self.coef)

    def log_likelihood(self, X, event):
        eta = X @ self.coef
        return np.sum(event * log_expit(eta) + (1 - event) * log_expit(-eta))

    def incidence(self, rate, t):
        return -np.expm1(-rate * t)
