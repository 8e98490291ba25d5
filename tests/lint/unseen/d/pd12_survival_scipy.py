"""Likelihoods of times with censoring: Weibull and log-normal, and Kaplan-Meier."""
import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

BOUNDS = {"weibull": [(1e-3, None), (0.05, 20)], "lognormal": [(None, None), (1e-3, None)]}


class WeibullModel:
    """event: exact time; left: failed before the first inspection; right: still alive."""

    def __init__(self, times, kind):
        self.t = np.maximum(np.asarray(times, float), 0.5)
        self.kind = np.asarray(kind)

    def negloglik(self, theta):
        scale, shape = theta
        H = (self.t / scale) ** shape
        event = np.log(shape / scale) + (shape - 1) * np.log(self.t / scale) - H
        left = np.log(1 - np.exp(-H))  # SSM205
        ll = np.where(self.kind == "event", event, np.where(self.kind == "left", left, -H))
        return -ll.sum()

    def fit(self):
        start = [self.t.mean(), 1.0]
        return minimize(self.negloglik, start, bounds=BOUNDS["weibull"], method="L-BFGS-B")


def lognormal_negloglik(theta, t, observed):
    mu, sigma = theta
    z = (np.log(t) - mu) / sigma
    density = norm.pdf(z) / (sigma * t)
    total = 0.0
    total += np.sum(np.log(density[observed]))  # SSM301
    total += np.sum(np.log(1 - norm.cdf(z[~observed])))  # SSM301
    return -total


def fit_lognormal(t, observed):
    t = np.maximum(t, 0.5)
    start = [np.log(t).mean(), 1.0]
    return minimize(lognormal_negloglik, start, args=(t, observed), bounds=BOUNDS["lognormal"])


def kaplan_meier(t, observed):
    survival, curve = 1.0, []
    for time in np.unique(t[observed]):
        at_risk = np.sum(t >= time)
        deaths = np.sum((t == time) & observed)
        survival *= 1 - deaths / at_risk
        curve.append((time, survival))
    return curve


def main(path):
    table = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf8")
    weibull = WeibullModel(table["days"], table["kind"]).fit()
    lognormal = fit_lognormal(table["days"].astype(float), table["kind"] == "event")
    for name, res, n_par in (("weibull", weibull, 2), ("lognormal", lognormal, 2)):
        print(name, res.x, "AIC", 2 * n_par + 2 * res.fun)
    print("median", np.exp(min(lognormal.x[0], 50.0)))
    print(kaplan_meier(table["days"], table["kind"] == "event")[-1:])
# fixed
import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

BOUNDS = {"weibull": [(1e-3, None), (0.05, 20)], "lognormal": [(None, None), (1e-3, None)]}


class WeibullModel:
    """event: exact time; left: failed before the first inspection; right: still alive."""

    def __init__(self, times, kind):
        self.t = np.maximum(np.asarray(times, float), 0.5)
        self.kind = np.asarray(kind)

    def negloglik(self, theta):
        scale, shape = theta
        H = (self.t / scale) ** shape
        event = np.log(shape / scale) + (shape - 1) * np.log(self.t / scale) - H
        left = np.log(-np.expm1(-np.maximum(H, 1e-300)))
        ll = np.where(self.kind == "event", event, np.where(self.kind == "left", left, -H))
        return -ll.sum()

    def fit(self):
        start = [self.t.mean(), 1.0]
        return minimize(self.negloglik, start, bounds=BOUNDS["weibull"], method="L-BFGS-B")


def lognormal_negloglik(theta, t, observed):
    mu, sigma = theta
    z = (np.log(t) - mu) / sigma
    log_density = norm.logpdf(z) - np.log(sigma * t)
    total = 0.0
    total += np.sum(log_density[observed])
    total += np.sum(norm.logsf(z[~observed]))
    return -total


def fit_lognormal(t, observed):
    t = np.maximum(t, 0.5)
    start = [np.log(t).mean(), 1.0]
    return minimize(lognormal_negloglik, start, args=(t, observed), bounds=BOUNDS["lognormal"])


def kaplan_meier(t, observed):
    survival, curve = 1.0, []
    for time in np.unique(t[observed]):
        at_risk = np.sum(t >= time)
        deaths = np.sum((t == time) & observed)
        survival *= 1 - deaths / at_risk
        curve.append((time, survival))
    return curve


def main(path):
    table = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf8")
    weibull = WeibullModel(table["days"], table["kind"]).fit()
    lognormal = fit_lognormal(table["days"].astype(float), table["kind"] == "event")
    for name, res, n_par in (("weibull", weibull, 2), ("lognormal", lognormal, 2)):
        print(name, res.x, "AIC", 2 * n_par + 2 * res.fun)
    print("median", np.exp(min(lognormal.x[0], 50.0)))
    print(kaplan_meier(table["days"], table["kind"] == "event")[-1:])
