"""Uniform and normal numbers with the same bits on every machine.

NumPy's own normal numbers go through the platform's exp and log, so their last bits are the platform's. These are made of uniform
integers by correctly rounded operations and by :func:`stablesoftmax.logit`.
"""

from typing import Any

import numpy as np

from stablesoftmax._generator import uniform
from stablesoftmax._pointwise import logit

Array = np.ndarray[Any, Any]


def unit(generator: "np.random.Generator", count: int) -> Array:
    """Uniform multiples of 2^-53 in [0, 1)."""
    return (uniform(generator, (count,)) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _pairs(generator: "np.random.Generator", count: int) -> Array:
    """Some `count` normal numbers, by the polar method.

    Marsaglia and Bray (1964): a point in the unit disc at the squared radius s, times sqrt(-2 log(s) / s). The logarithm is
    logit(s/(1+s)) = log(s), and s/(1+s) <= 1/2 makes it at most 0 whatever the rounding.
    """
    x, y = 2 * unit(generator, count) - 1, 2 * unit(generator, count) - 1
    s = x * x + y * y
    inside = (s < 1) & (s > 0)
    x, y, s = x[inside], y[inside], s[inside]
    both: Array = np.concatenate([x, y]) * np.tile(np.sqrt(-2 * logit(s / (1 + s)) / s), 2)
    return both


def _until(generator: "np.random.Generator", count: int, most: float) -> Array:
    """`count` normal numbers of magnitude at most `most`."""
    found = [np.empty(0)]
    missing = count
    while missing > 0:
        numbers = _pairs(generator, missing * 3 // 4 + 8)
        found.append(numbers[np.abs(numbers) <= most])
        missing -= found[-1].size
    return np.concatenate(found)[:count]


def normal(generator: "np.random.Generator", count: int) -> Array:
    """`count` normal numbers."""
    return _until(generator, count, np.inf)


def truncated_normal(generator: "np.random.Generator", count: int) -> Array:
    """`count` normal numbers of which those beyond two standard deviations were drawn again."""
    return _until(generator, count, 2.0)
