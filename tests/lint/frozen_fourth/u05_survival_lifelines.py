"""Survival analysis: the partial likelihood of Cox, a Weibull model, and discrete hazards."""
import numpy as np


def cox_partial_likelihood(beta, X, events, order):
    risk = X[order] @ beta
    log_risk = np.log(np.cumsum(np.exp(risk)))  # SSM203
    return np.sum(events[order] * (risk - log_risk))


class WeibullFitter:
    def cumulative_hazard(self, t):
        return (t / self.lambda_) ** self.rho_

    def cdf(self, t):
        return 1 - np.exp(-self.cumulative_hazard(t))  # SSM208

    def left_censored(self, t):
        return np.log(1 - np.exp(-self.cumulative_hazard(t)))  # SSM205


def interval_hazard(cumulative, width):
    return 1.0 - np.exp(-cumulative * width)  # SSM208


def concordance_weights(scores):
    return 1 / (1 + np.exp(-scores))  # SSM110


def logrank_z(observed, expected, variance):
    return (observed - expected).sum() / np.sqrt(variance.sum())


def standardize(X):
    return (X - X.mean(0)) / X.std(0)  # SSM302
# fixed
import numpy as np
from scipy.special import expit


def cox_partial_likelihood(beta, X, events, order):
    risk = X[order] @ beta
    log_risk = np.logaddexp.accumulate(risk)
    return np.sum(events[order] * (risk - log_risk))


class WeibullFitter:
    def cumulative_hazard(self, t):
        return (t / self.lambda_) ** self.rho_

    def cdf(self, t):
        return -np.expm1(-self.cumulative_hazard(t))

    def left_censored(self, t):
        return np.log(-np.expm1(-self.cumulative_hazard(t)))


def interval_hazard(cumulative, width):
    return -np.expm1(-cumulative * width)


def concordance_weights(scores):
    return expit(scores)


def logrank_z(observed, expected, variance):
    return (observed - expected).sum() / np.sqrt(variance.sum())


def standardize(X):
    spread = X.std(0)
    spread[spread == 0] = 1.0
    return (X - X.mean(0)) / spread
