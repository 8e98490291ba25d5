"""Forecasts of the demand of shops: features, smoothing and accuracy measures (NumPy)."""
import numpy as np


def rolling_mean(x, window):
    c = np.concatenate([[0.0], np.cumsum(x)])
    return (c[window:] - c[:-window]) / window


def rolling_variance(x, window):
    m1 = rolling_mean(x, window)
    m2 = rolling_mean(x ** 2, window)
    return m2 - m1 ** 2  # SSM504


def log_growth(sales):
    """Day to day growth of the logarithm; a shop is closed on some days."""
    return np.diff(np.log(sales))  # SSM301


def seasonal_profile(sales, period=7):
    days = sales[: len(sales) // period * period].reshape(-1, period)
    profile = days.mean(axis=0)
    return profile / (profile.mean() + 1e-9)


class HoltSmoother:
    def __init__(self, alpha=0.3, beta=0.1, damping=0.98):
        self.alpha, self.beta, self.damping = alpha, beta, damping

    def fit(self, series):
        level, trend = float(series[0]), 0.0
        for value in series[1:]:
            previous = level
            level = self.alpha * value + (1 - self.alpha) * (level + self.damping * trend)
            trend = self.beta * (level - previous) + (1 - self.beta) * self.damping * trend
        self.level, self.trend = level, trend
        return self

    def forecast(self, horizon):
        factors = np.cumsum(self.damping ** np.arange(1, horizon + 1))
        return np.maximum(self.level + self.trend * factors, 0.0)


def mape(actual, forecast):
    return 100.0 * np.mean(np.abs((actual - forecast) / actual))  # SSM302


def mase(actual, forecast, history, period=7):
    naive = np.mean(np.abs(history[period:] - history[:-period]))
    return np.mean(np.abs(actual - forecast)) / max(naive, 1e-9)


def rmse(actual, forecast):
    return np.sqrt(np.mean((actual - forecast) ** 2))


def evaluate(table, horizon=14, window=28):
    """table: (shops, days), units sold."""
    rows = []
    for shop, sales in enumerate(table.astype(float)):
        history, actual = sales[:-horizon], sales[-horizon:]
        forecast = HoltSmoother().fit(history).forecast(horizon)
        swing = rolling_variance(history, window)
        rows.append({
            "shop": shop,
            "mape": mape(actual, forecast),
            "mase": mase(actual, forecast, history),
            "rmse": rmse(actual, forecast),
            "volatility": np.std(log_growth(history)),
            "calm": float(np.mean(swing < np.median(swing))),
            "season": seasonal_profile(history).round(2).tolist(),
        })
    return rows
# fixed
import numpy as np


def rolling_mean(x, window):
    c = np.concatenate([[0.0], np.cumsum(x)])
    return (c[window:] - c[:-window]) / window


def rolling_variance(x, window):
    return np.lib.stride_tricks.sliding_window_view(x, window).var(axis=-1)


def log_growth(sales):
    """Day to day growth of the logarithm; a shop is closed on some days."""
    return np.diff(np.log1p(sales))


def seasonal_profile(sales, period=7):
    days = sales[: len(sales) // period * period].reshape(-1, period)
    profile = days.mean(axis=0)
    return profile / (profile.mean() + 1e-9)


class HoltSmoother:
    def __init__(self, alpha=0.3, beta=0.1, damping=0.98):
        self.alpha, self.beta, self.damping = alpha, beta, damping

    def fit(self, series):
        level, trend = float(series[0]), 0.0
        for value in series[1:]:
            previous = level
            level = self.alpha * value + (1 - self.alpha) * (level + self.damping * trend)
            trend = self.beta * (level - previous) + (1 - self.beta) * self.damping * trend
        self.level, self.trend = level, trend
        return self

    def forecast(self, horizon):
        factors = np.cumsum(self.damping ** np.arange(1, horizon + 1))
        return np.maximum(self.level + self.trend * factors, 0.0)


def mape(actual, forecast):
    return 100.0 * np.sum(np.abs(actual - forecast)) / max(np.sum(np.abs(actual)), 1e-9)


def mase(actual, forecast, history, period=7):
    naive = np.mean(np.abs(history[period:] - history[:-period]))
    return np.mean(np.abs(actual - forecast)) / max(naive, 1e-9)


def rmse(actual, forecast):
    return np.sqrt(np.mean((actual - forecast) ** 2))


def evaluate(table, horizon=14, window=28):
    """table: (shops, days), units sold."""
    rows = []
    for shop, sales in enumerate(table.astype(float)):
        history, actual = sales[:-horizon], sales[-horizon:]
        forecast = HoltSmoother().fit(history).forecast(horizon)
        swing = rolling_variance(history, window)
        rows.append({
            "shop": shop,
            "mape": mape(actual, forecast),
            "mase": mase(actual, forecast, history),
            "rmse": rmse(actual, forecast),
            "volatility": np.std(log_growth(history)),
            "calm": float(np.mean(swing < np.median(swing))),
            "season": seasonal_profile(history).round(2).tolist(),
        })
    return rows
