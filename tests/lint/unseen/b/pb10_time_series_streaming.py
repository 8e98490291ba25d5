"""Time series: autocorrelation, forecast errors, exponential smoothing, streaming moments."""
import numpy as np


class Welford:
    def __init__(self):
        self.n = 0
        self.mean = 0.0
        self.m2 = 0.0

    def push(self, x):
        self.n += 1
        delta = x - self.mean
        self.mean += delta / self.n
        self.m2 += delta * (x - self.mean)

    @property
    def variance(self):
        return self.m2 / (self.n - 1)  # SSM302

    def zscore(self, x):
        return (x - self.mean) / np.sqrt(self.variance)  # SSM302


class MovingVariance:
    """Sums over a window, kept up to date with each sample."""

    def __init__(self, window):
        self.window, self.buffer = window, []
        self.s1 = self.s2 = 0.0

    def push(self, x):
        self.buffer.append(x)
        self.s1 += x
        self.s2 += x * x
        if len(self.buffer) > self.window:
            old = self.buffer.pop(0)
            self.s1 -= old
            self.s2 -= old * old
        n = len(self.buffer)
        return self.s2 / n - (self.s1 / n) ** 2  # SSM504


def acf(x, nlags=20):
    x = np.asarray(x, float) - np.mean(x)
    c0 = np.dot(x, x)
    return np.array([np.dot(x[k:], x[:len(x) - k]) / c0 for k in range(nlags + 1)])  # SSM302


def log_returns(price):
    return np.log(price[1:] / price[:-1])


def log_volume_change(volume):
    return np.diff(np.log(volume))  # SSM301


def mape(y, f):
    return 100 * np.mean(np.abs((y - f) / y))  # SSM302


def smape(y, f):
    return 200 * np.mean(np.abs(y - f) / (np.abs(y) + np.abs(f)))  # SSM302


def mase(y, f, history, season=1):
    scale = np.mean(np.abs(history[season:] - history[:-season]))
    return np.mean(np.abs(y - f)) / scale  # SSM302


def exponential_smoothing(x, alpha=0.3):
    level = x[0]
    out = [level]
    for v in x[1:]:
        level = alpha * v + (1 - alpha) * level
        out.append(level)
    return np.array(out)


def half_life_to_alpha(half_life):
    return 1 - np.exp(-np.log(2) / half_life)


def rolling_zscore(x, w=20):
    win = np.lib.stride_tricks.sliding_window_view(x, w)
    return (x[w - 1:] - win.mean(axis=1)) / win.std(axis=1)  # SSM302


def fourier_seasonality(t, period=7.0, order=3):
    cols = [f(2 * np.pi * k * t / period) for k in range(1, order + 1) for f in (np.sin, np.cos)]
    return np.stack(cols, axis=1) / np.sqrt(order)
# fixed
import numpy as np


class Welford:
    def __init__(self):
        self.n = 0
        self.mean = 0.0
        self.m2 = 0.0

    def push(self, x):
        self.n += 1
        delta = x - self.mean
        self.mean += delta / self.n
        self.m2 += delta * (x - self.mean)

    @property
    def variance(self):
        return self.m2 / max(self.n - 1, 1)

    def zscore(self, x):
        sd = np.sqrt(self.variance)
        return (x - self.mean) / sd if sd > 0 else 0.0


class MovingVariance:
    """The variance of the last samples."""

    def __init__(self, window):
        self.window, self.buffer = window, []

    def push(self, x):
        self.buffer.append(x)
        if len(self.buffer) > self.window:
            self.buffer.pop(0)
        return np.var(self.buffer)


def acf(x, nlags=20):
    x = np.asarray(x, float) - np.mean(x)
    c0 = np.dot(x, x)
    if c0 == 0:
        return np.zeros(nlags + 1)
    return np.array([np.dot(x[k:], x[:len(x) - k]) / c0 for k in range(nlags + 1)])


def log_returns(price):
    return np.log(price[1:] / price[:-1])


def log_volume_change(volume):
    return np.diff(np.log(np.maximum(volume, 1)))


def mape(y, f):
    ok = y != 0
    return 100 * np.mean(np.abs((y[ok] - f[ok]) / y[ok]))


def smape(y, f):
    return 200 * np.mean(np.abs(y - f) / np.maximum(np.abs(y) + np.abs(f), 1e-12))


def mase(y, f, history, season=1):
    scale = np.mean(np.abs(history[season:] - history[:-season]))
    return np.mean(np.abs(y - f)) / (scale + 1e-12)


def exponential_smoothing(x, alpha=0.3):
    level = x[0]
    out = [level]
    for v in x[1:]:
        level = alpha * v + (1 - alpha) * level
        out.append(level)
    return np.array(out)


def half_life_to_alpha(half_life):
    return 1 - np.exp(-np.log(2) / half_life)


def rolling_zscore(x, w=20):
    win = np.lib.stride_tricks.sliding_window_view(x, w)
    return (x[w - 1:] - win.mean(axis=1)) / np.maximum(win.std(axis=1), 1e-9)


def fourier_seasonality(t, period=7.0, order=3):
    cols = [f(2 * np.pi * k * t / period) for k in range(1, order + 1) for f in (np.sin, np.cos)]
    return np.stack(cols, axis=1) / np.sqrt(order)
