"""Metrics over a data frame: information, skew, drift between two histograms."""
import numpy as np
import pandas as pd


def entropy(series: pd.Series) -> float:
    counts = np.bincount(series.to_numpy())
    p = counts / counts.sum()
    return float(-(p * np.log2(p)).sum())  # SSM301


def population_stability(expected, actual, edges):
    e, _ = np.histogram(expected, bins=edges)
    a, _ = np.histogram(actual, bins=edges)
    e, a = e / len(expected), a / len(actual)
    return np.sum((a - e) * np.log(a / e))  # SSM302


def min_max(frame: pd.DataFrame) -> np.ndarray:
    x = frame.to_numpy()
    return (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))  # SSM302


def missing(frame):
    return (frame.to_numpy() == np.nan).mean()  # SSM506
# fixed
import numpy as np
import pandas as pd
from scipy.special import entr


def entropy(series: pd.Series) -> float:
    counts = np.bincount(series.to_numpy())
    p = counts / counts.sum()
    return float(entr(p).sum() / np.log(2))


def population_stability(expected, actual, edges):
    e, _ = np.histogram(expected, bins=edges)
    a, _ = np.histogram(actual, bins=edges)
    e, a = np.maximum(e / len(expected), 1e-6), np.maximum(a / len(actual), 1e-6)
    return np.sum((a - e) * np.log(a / e))


def min_max(frame: pd.DataFrame) -> np.ndarray:
    x = frame.to_numpy()
    spread = x.max(axis=0) - x.min(axis=0)
    return (x - x.min(axis=0)) / np.where(spread > 0, spread, 1.0)


def missing(frame):
    return np.isnan(frame.to_numpy()).mean()
