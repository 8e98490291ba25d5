"""Entropy and divergence of distributions that are given as logits."""

import math
from typing import Any

import numpy as np

from stablesoftmax import _native
from stablesoftmax._arguments import (
    NO_SINK,
    Axis,
    as_logits,
    as_mask,
    check_out,
    normalise_axis,
    reduced_dtype,
    reduced_shape,
    result_dtype,
)
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._log_space import Array, reduce_rows
from stablesoftmax._log_weights import EXPM1, NAN_FOR_NEGINF, ONE, probabilities
from stablesoftmax._sums import row_sum

# (d + expm1(-d))/d^2 = 1/2! - d/3! + d^2/4! - ... for |d| <= 1/2: the first term left out is d^16/18! < 2^-68
_GAP = np.array([(-1.0) ** k / math.factorial(k) for k in range(17, 1, -1)])


def _distribution(x: Array, mask: Array | None) -> tuple[Array, Array]:
    """Probabilities and their logarithms."""
    constant = ONE, NO_SINK, NAN_FOR_NEGINF
    log = _native.log_softmax(x, *constant) if mask is None else _native.log_softmax_where(x, mask, *constant)
    return probabilities(x, mask), np.asarray(log)


def _entropy(x: Array, mask: Array | None) -> Array:
    p, log = _distribution(x, mask)
    return np.asarray(_native.dot(p, np.where(p == 0, 0.0, -log)))


@of_any_kind()
def entropy_from_logits(
    x: Any, axis: Axis = -1, *, where: Any = True, keepdims: bool = False, out: Any = None, dtype: Any = None
) -> Any:
    r"""Entropy of the distributions of logits, in nats: :math:`-\sum_i p_i \log p_i` with p = softmax(x) over each row.

    Parameters
    ----------
    x : array_like
        Logits: float16, bfloat16, float32 or float64; integers and bool are converted to float64 first.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x.
    keepdims : bool, default False
        Keep the axes of the row with length 1.
    out : ndarray, optional
        Where the result goes; of its shape and dtype.
    dtype : dtype, optional
        Of the result. Default: that of x, but float32 for float16 and bfloat16.

    Returns
    -------
    ndarray or scalar
        Of the shape of x without the axes of the row; a scalar where nothing is left.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`.

    Notes
    -----
    *Accuracy*: relative error < 2**-50 (plus 2**-1064, of subnormal probabilities) before the result is rounded to its dtype:
    no term is negative, and a confident row keeps its small entropy; see :func:`bounds`. *Bits*: as :func:`softmax`: the
    order of a row does not matter. *Special values*: 0 * log 0 = 0; a row of which nothing takes part has the entropy 0; nan
    (invalid) for a row of -inf and for one with +inf; nan makes a row nan.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.entropy_from_logits([[0.0, 0.0], [0.0, -40.0]])
    array([6.93147181e-01, 1.74182524e-16])
    """
    name = "entropy_from_logits"
    logits = as_logits(name, x)
    axes = normalise_axis(name, axis, logits.shape)
    result = result_dtype(name, logits, dtype, reduced_dtype(logits.dtype))
    mask = as_mask(name, where, logits.shape)
    if out is not None:
        check_out(name, out, reduced_shape(logits.shape, axes, keepdims), result)
    return reduce_rows(name, _entropy, [logits], mask, logits.shape, axes, keepdims, result, out)


def _differences(x: Array, y: Array, p: Array, counts: Array) -> tuple[Array, Array]:
    """u = x - y less that of the most probable element, and the rows in which no u that counts is beyond 1/2."""
    u = x - y
    part = u - x
    lo = (x - (u - part)) - (y + part)  # u + lo is the exact difference
    top = p == np.max(p, axis=-1, keepdims=True, initial=0.0)
    top_u = np.max(np.where(top, u, -np.inf), axis=-1, keepdims=True, initial=-np.inf)
    top_lo = np.max(np.where(top & (u == top_u), lo, -np.inf), axis=-1, keepdims=True, initial=-np.inf)
    u = np.where(counts, (u - top_u) + (lo - top_lo), 0.0)
    near = np.all(np.abs(u) <= 0.5, axis=-1, keepdims=True)
    return np.where(near, u, 0.0), near


def _log_ratio(x: Array, y: Array, p: Array, log_p: Array, q: Array, log_q: Array) -> Array:
    """d = log(p/q). Of distributions near each other log p - log q would keep the rounding errors of its parts: there d = u - c,
    c = log1p(sum of q*expm1(u)), keeps only those of u."""
    d = log_p - log_q
    u, near = _differences(x, y, p, (p > 0) | (q > 0))
    if not near.any():
        return np.asarray(d)
    shift = np.asarray(_native.dot(q, u * _native.polynomial(u, EXPM1)))
    pair = np.stack([np.ones_like(shift), np.where(near[..., 0], shift, 0.0)], axis=-1)
    c = np.asarray(_native.log_weighted_sum(np.zeros_like(pair), pair, 1.0)[0])
    return np.where(near, u - c[..., np.newaxis], d)


def _divergence(x: Array, y: Array, mask: Array | None) -> Array:
    """The sum of p*log(p/q) - p + q, of which no term is negative: p*(d + expm1(-d)) for d = log(p/q)."""
    (p, log_p), (q, log_q) = _distribution(x, mask), _distribution(y, mask)
    with np.errstate(invalid="ignore", over="ignore"):
        d = _log_ratio(x, y, p, log_p, q, log_q)
        near = np.abs(d) <= 0.5
        small = np.where(near, d, 0.0)
        terms = np.where(near, p * (small * small * _native.polynomial(small, _GAP)), p * d + (q - p))
        terms = np.where((p == 0) & ~np.isnan(q), q, terms)
    return row_sum(terms)


@of_any_kind()
def kl_divergence_from_logits(
    p_logits: Any, q_logits: Any, axis: Axis = -1, *, where: Any = True, keepdims: bool = False, dtype: Any = None
) -> Any:
    r"""Kullback-Leibler divergence of distributions given as logits, in nats: :math:`\sum_i p_i \log(p_i / q_i)` over each row.

    Parameters
    ----------
    p_logits : array_like
        Logits of p: float16, bfloat16, float32 or float64; integers and bool are converted to float64 first.
    q_logits : array_like
        Logits of q. The shapes broadcast.
    axis : int, tuple of ints or None, default -1
        The axis or axes of the broadcast shape that make up a row; None for all.
    where : array_like of bool, default True
        Elements that take part, in both distributions.
    keepdims : bool, default False
        Keep the axes of the row with length 1.
    dtype : dtype, optional
        Of the result. Default: the wider of the two, but float32 for float16 and bfloat16.

    Returns
    -------
    ndarray or scalar
        Of the broadcast shape without the axes of the row; a scalar where nothing is left. Never negative.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`; a ValueError for shapes that do not broadcast.

    Notes
    -----
    *Accuracy*: error < 1 ulp + 2**-47 * KL + 2**-50 * sum(abs(p - q) * m) + 2**-100 * sum(q * m**2), where m = abs(log p) +
    abs(log q), or the largest difference of log(p/q) within the row where that is below 1/2 (and 2**-1064, of subnormal
    probabilities): distributions near each other keep their small divergence, equal ones give 0; see :func:`bounds`. *Bits*:
    as :func:`softmax`: the order of a row does not matter. *Special values*: inf where q is 0 and p is not; 0 * log 0 = 0; a
    row of which nothing takes part gives 0; nan (invalid) for a row of -inf and for one with +inf; nan makes a row nan.

    References
    ----------
    S. Kullback, R. A. Leibler, *On information and sufficiency*, Ann. Math. Stat. 22 (1951).

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.kl_divergence_from_logits([0.0, 1e-9], [0.0, 0.0])
    np.float64(1.25e-19)
    """
    name = "kl_divergence_from_logits"
    p, q = as_logits(name, p_logits), as_logits(name, q_logits)
    try:
        shape = np.broadcast_shapes(p.shape, q.shape)
    except ValueError:
        raise ValueError(f"{name}: p_logits of shape {p.shape} and q_logits of shape {q.shape} do not broadcast") from None
    axes = normalise_axis(name, axis, shape)
    natural = max(reduced_dtype(p.dtype), reduced_dtype(q.dtype), key=lambda d: d.itemsize)
    result = result_dtype(name, p, dtype, natural)
    mask = as_mask(name, where, shape)
    operands = [np.broadcast_to(p, shape), np.broadcast_to(q, shape)]
    return reduce_rows(name, _divergence, operands, mask, shape, axes, keepdims, result)
