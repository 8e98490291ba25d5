"""Hawkes process: simulation by thinning, EM for the kernel, residual test."""
import math
import random
import numpy as np


def simulate(mu, alpha, beta, horizon, seed=1):
    rnd = random.Random(seed)
    t, excite, events = 0.0, 0.0, []
    while True:
        bound = mu + excite
        wait = -math.log(rnd.random()) / bound  # SSM301
        t += wait
        if t > horizon:
            return np.array(events)
        excite *= math.exp(-beta * wait)
        if rnd.random() * bound < mu + excite:
            events.append(t)
            excite += alpha * beta


def em(times, horizon, mu=0.5, alpha=0.5, beta=1.0, rounds=50):
    n = len(times)
    lag = times[:, None] - times[None, :]
    earlier = np.tril(np.ones((n, n)), -1)
    for _ in range(rounds):
        kernel = alpha * beta * np.exp(-beta * np.abs(lag)) * earlier
        rate = mu + kernel.sum(axis=1)
        parents = kernel / rate[:, None]
        background = mu / rate
        mu = max(background.sum() / horizon, 1e-6)
        alpha = parents.sum() / n
        beta = parents.sum() / (parents * lag).sum()  # SSM302
    return mu, alpha, beta


def branching(child_of, kinds, k):
    """Children of kind j per event of kind i."""
    table = np.zeros((k, k))
    np.add.at(table, (kinds[child_of[:, 0]], kinds[child_of[:, 1]]), 1)
    totals = np.bincount(kinds, minlength=k)
    return table / np.maximum(totals, 1)[:, None]


def anderson_darling(increments):
    """Increments of the compensator, which should be exponential."""
    tau = np.sort(increments)
    n = len(tau)
    i = np.arange(1, n + 1)
    log_cdf = np.log(1 - np.exp(-tau))  # SSM205
    return -n - np.mean((2 * i - 1) * (log_cdf - tau[::-1]))
# fixed
import math
import random
import numpy as np


def simulate(mu, alpha, beta, horizon, seed=1):
    rnd = random.Random(seed)
    t, excite, events = 0.0, 0.0, []
    while True:
        bound = mu + excite
        wait = rnd.expovariate(bound)
        t += wait
        if t > horizon:
            return np.array(events)
        excite *= math.exp(-beta * wait)
        if rnd.random() * bound < mu + excite:
            events.append(t)
            excite += alpha * beta


def em(times, horizon, mu=0.5, alpha=0.5, beta=1.0, rounds=50):
    n = len(times)
    lag = times[:, None] - times[None, :]
    earlier = np.tril(np.ones((n, n)), -1)
    for _ in range(rounds):
        kernel = alpha * beta * np.exp(-beta * np.abs(lag)) * earlier
        rate = mu + kernel.sum(axis=1)
        parents = kernel / rate[:, None]
        background = mu / rate
        mu = max(background.sum() / horizon, 1e-6)
        alpha = parents.sum() / n
        beta = parents.sum() / max((parents * lag).sum(), 1e-9)
    return mu, alpha, beta


def branching(child_of, kinds, k):
    """Children of kind j per event of kind i."""
    table = np.zeros((k, k))
    np.add.at(table, (kinds[child_of[:, 0]], kinds[child_of[:, 1]]), 1)
    totals = np.bincount(kinds, minlength=k)
    return table / np.maximum(totals, 1)[:, None]


def anderson_darling(increments):
    """Increments of the compensator, which should be exponential."""
    tau = np.sort(np.maximum(increments, 1e-12))
    n = len(tau)
    i = np.arange(1, n + 1)
    log_cdf = np.log(-np.expm1(-tau))
    return -n - np.mean((2 * i - 1) * (log_cdf - tau[::-1]))
