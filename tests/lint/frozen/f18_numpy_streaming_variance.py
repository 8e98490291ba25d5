"""Sum and sum of squares."""
import numpy as np


def variance(x):
    n = len(x)
    s = np.sum(x)
    q = np.sum(x * x)
    return q / n - (s / n) ** 2  # SSM504


# fixed
import numpy as np


def variance(x):
    n = len(x)
    m = np.sum(x) / n
    return np.sum((x - m) ** 2) / n
