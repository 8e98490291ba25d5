"""Survival curves, the Cox partial likelihood, and two-by-two tables."""
import math

import numpy as np

Z95 = 1.959964


class KaplanMeier:
    def fit(self, time, event):
        self.times_ = np.unique(time[event == 1])
        s, green = 1.0, 0.0
        self.survival_, self.se_ = [], []
        for t in self.times_:
            at_risk = int(np.sum(time >= t))
            deaths = int(np.sum((time == t) & (event == 1)))
            s *= 1 - deaths / at_risk
            green += deaths / (at_risk * (at_risk - deaths))  # SSM302
            self.survival_.append(s)
            self.se_.append(s * math.sqrt(green))
        return self

    def loglog(self):
        return np.log(-np.log(np.array(self.survival_)))  # SSM301

    def median(self):
        below = [t for t, s in zip(self.times_, self.survival_) if s <= 0.5]
        return below[0] if below else math.inf


def nelson_aalen(time, event):
    times = np.unique(time[event == 1])
    steps = [np.sum((time == t) & (event == 1)) / np.sum(time >= t) for t in times]
    return times, np.cumsum(steps)


def cox_partial_loglik(beta, X, time, event):
    eta = X @ beta
    ll = 0.0
    for i in np.flatnonzero(event):
        ll += eta[i] - np.log(np.sum(np.exp(eta[time >= time[i]])))  # SSM203
    return ll


def concordance(time, event, risk):
    good, pairs = 0.0, 0
    for i in np.flatnonzero(event):
        for j in np.flatnonzero(time > time[i]):
            pairs += 1
            good += 1.0 if risk[i] > risk[j] else 0.5 * (risk[i] == risk[j])
    return good / pairs  # SSM302


def odds_ratio(a, b, c, d):
    ratio = (a * d) / (b * c)  # SSM302
    se = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)  # SSM302
    center = math.log(ratio)  # SSM301
    return ratio, math.exp(center - Z95 * se), math.exp(center + Z95 * se)


def relative_risk(cases_exposed, exposed, cases_control, control):
    return (cases_exposed / exposed) / (cases_control / control)  # SSM302


def incidence_rates(cases, population, per=100_000):
    return {k: per * cases[k] / population[k] for k in cases}


def rates_by_age(ages, ill, edges):
    bins = np.digitize(ages, edges)
    n = np.bincount(bins, minlength=len(edges) + 1)
    k = np.bincount(bins, weights=ill, minlength=len(edges) + 1)
    return k / n  # SSM302


def doubling_time(counts):
    """counts: daily cases; growth from the first to the last day."""
    growth = math.log(counts[-1] / counts[0]) / (len(counts) - 1)  # SSM301, SSM302
    return math.log(2) / growth  # SSM302


def attack_rate(r0, n_iter=200):
    z = 0.5
    for _ in range(n_iter):
        z = 1 - math.exp(-r0 * z)
    return z


def wilson(k, n):
    p = k / max(n, 1)
    half = Z95 * math.sqrt(p * (1 - p) / max(n, 1) + Z95 ** 2 / (4 * max(n, 1) ** 2))
    return p - half, p + half
# fixed
import math

import numpy as np
from scipy.special import logsumexp

Z95 = 1.959964


class KaplanMeier:
    def fit(self, time, event):
        self.times_ = np.unique(time[event == 1])
        s, green = 1.0, 0.0
        self.survival_, self.se_ = [], []
        for t in self.times_:
            at_risk = int(np.sum(time >= t))
            deaths = int(np.sum((time == t) & (event == 1)))
            s *= 1 - deaths / at_risk
            if deaths < at_risk:
                green += deaths / (at_risk * (at_risk - deaths))
            self.survival_.append(s)
            self.se_.append(s * math.sqrt(green))
        return self

    def loglog(self):
        s = np.clip(np.array(self.survival_), 1e-12, 1 - 1e-12)
        return np.log(-np.log(s))

    def median(self):
        below = [t for t, s in zip(self.times_, self.survival_) if s <= 0.5]
        return below[0] if below else math.inf


def nelson_aalen(time, event):
    times = np.unique(time[event == 1])
    steps = [np.sum((time == t) & (event == 1)) / np.sum(time >= t) for t in times]
    return times, np.cumsum(steps)


def cox_partial_loglik(beta, X, time, event):
    eta = X @ beta
    ll = 0.0
    for i in np.flatnonzero(event):
        ll += eta[i] - logsumexp(eta[time >= time[i]])
    return ll


def concordance(time, event, risk):
    good, pairs = 0.0, 0
    for i in np.flatnonzero(event):
        for j in np.flatnonzero(time > time[i]):
            pairs += 1
            good += 1.0 if risk[i] > risk[j] else 0.5 * (risk[i] == risk[j])
    if pairs == 0:
        return 0.5
    return good / pairs


def odds_ratio(a, b, c, d):
    if min(a, b, c, d) == 0:
        a, b, c, d = a + 0.5, b + 0.5, c + 0.5, d + 0.5
    ratio = (a * d) / (b * c)
    se = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    center = math.log(ratio)
    return ratio, math.exp(center - Z95 * se), math.exp(center + Z95 * se)


def relative_risk(cases_exposed, exposed, cases_control, control):
    if exposed <= 0 or control <= 0 or cases_control <= 0:
        raise ValueError("relative risk is not defined for empty groups")
    return (cases_exposed / exposed) / (cases_control / control)


def incidence_rates(cases, population, per=100_000):
    return {k: per * cases[k] / population[k] for k in cases}


def rates_by_age(ages, ill, edges):
    bins = np.digitize(ages, edges)
    n = np.bincount(bins, minlength=len(edges) + 1)
    k = np.bincount(bins, weights=ill, minlength=len(edges) + 1)
    return np.where(n > 0, k / np.maximum(n, 1), 0.0)


def doubling_time(counts):
    """counts: daily cases; growth from the first to the last day."""
    if len(counts) < 2:
        raise ValueError("two days at least")
    growth = (math.log(max(counts[-1], 1)) - math.log(max(counts[0], 1))) / (len(counts) - 1)
    return math.log(2) / growth if growth != 0 else math.inf


def attack_rate(r0, n_iter=200):
    z = 0.5
    for _ in range(n_iter):
        z = 1 - math.exp(-r0 * z)
    return z


def wilson(k, n):
    p = k / max(n, 1)
    half = Z95 * math.sqrt(p * (1 - p) / max(n, 1) + Z95 ** 2 / (4 * max(n, 1) ** 2))
    return p - half, p + half
