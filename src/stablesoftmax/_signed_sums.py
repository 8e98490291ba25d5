"""log |sum of w*e^x| and the sign of the sum: what logsumexp with weights and a SciPy-compatible logsumexp are made of."""

from typing import Any

import numpy as np

from stablesoftmax import _native
from stablesoftmax._arguments import as_logits, reduced_shape
from stablesoftmax._log_space import FLOAT64, Array, values_of_rows


def as_weights(name: str, weights: Any, shape: tuple[int, ...]) -> Array:
    """The weights broadcast to the shape of x."""
    w = as_logits(name, weights)
    try:
        return np.broadcast_to(w, shape)
    except ValueError:
        raise ValueError(f"{name}: weights of shape {w.shape} do not broadcast to the shape {shape} of x") from None


def signed_logsumexp(
    name: str, x: Array, axes: tuple[int, ...], weights: Array, mask: Array | None, keepdims: bool = False
) -> tuple[Array, Array]:
    """Both as float64, with the error of rows/weighted.h; a sum of 0, of nothing too, is (-inf, 0), a NaN (nan, nan)."""
    shape = reduced_shape(x.shape, axes, keepdims)
    log, sign = np.empty(shape, FLOAT64), np.empty(shape, FLOAT64)

    def work(x: Array, w: Array, mask: Array | None) -> tuple[Array, ...]:
        w = w if mask is None else np.where(mask, w, 0.0)
        results = _native.log_weighted_sum(x, w, 1.0)
        return tuple(np.asarray(r) for r in results)

    targets = [a.squeeze(axes) if keepdims else a for a in (log, sign)]
    values_of_rows(name, work, [x, weights], mask, axes, targets)
    return log, sign
