"""Sums of float64 numbers by integers: rounded once, the same bits in any order."""

from typing import Any

import numpy as np

from stablesoftmax import _native

Array = np.ndarray[Any, Any]

_ONES = np.ones(4096)


def _ones(shape: tuple[int, ...]) -> Array:
    """Ones to multiply with; broadcasting costs a small sum more than the sum."""
    return _ONES[: shape[0]] if len(shape) == 1 and shape[0] <= _ONES.size else np.broadcast_to(_ONES[0], shape)


def row_sum(terms: Array) -> Array:
    """The sum of each row along the last axis."""
    return np.asarray(_native.dot(terms, _ones(terms.shape)))


def sum_of(values: Array, weights: Array | None = None) -> float:
    """The sum of all values, each times its weight."""
    flat = values.reshape(-1)
    return float(_native.dot(flat, _ones(flat.shape) if weights is None else weights.reshape(-1)))
