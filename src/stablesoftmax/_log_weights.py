"""Means and variances of exponentials, and what importance sampling asks of its log-weights."""

import math
import operator
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
from stablesoftmax._log_space import FLOAT64, Array, reduce_rows
from stablesoftmax._softmax import log_softmax
from stablesoftmax._sums import row_sum

ONE = np.array(1.0)
ZERO_FOR_NEGINF, NAN_FOR_NEGINF = np.array(1, np.uint8), np.array(0, np.uint8)
# expm1(z)/z for |z| <= 1/2: the first term left out is z^17/18! < 2^-69
EXPM1 = np.array([1.0 / math.factorial(k) for k in range(18, 0, -1)])


def probabilities(x: Array, mask: Array | None, policy: Array = NAN_FOR_NEGINF) -> Array:
    """softmax of float64 rows."""
    return np.asarray(
        _native.softmax(x, ONE, NO_SINK, policy) if mask is None else _native.softmax_where(x, mask, ONE, NO_SINK, policy)
    )


def _counts(x: Array, mask: Array | None) -> Array:
    """How many elements of each row take part."""
    return np.full(x.shape[:-1], float(x.shape[-1])) if mask is None else np.asarray(mask.sum(axis=-1)).astype(FLOAT64)


def _logarithms(v: Array) -> Array:
    """log v of positive numbers, rounded once; -inf for 0."""
    return np.asarray(_native.log_weighted_sum(np.zeros((*v.shape, 1)), v[..., np.newaxis], 1.0)[0])


def _log_mean(x: Array, mask: Array | None) -> Array:
    """max + (logsumexp(x - max) - log n)."""
    if mask is not None:
        x = np.where(mask, x, -np.inf)
    top = np.max(x, axis=-1, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    rest = np.asarray(_native.logsumexp(x - top[..., np.newaxis])) - _logarithms(_counts(x, mask))
    return np.asarray(top + rest)


@of_any_kind()
def logmeanexp(x: Any, axis: Axis = None, *, where: Any = True, keepdims: bool = False, out: Any = None, dtype: Any = None) -> Any:
    r"""Logarithm of the mean of exponentials: :math:`\log \frac1n \sum_j e^{x_j}` over each row.

    Parameters
    ----------
    x : array_like
        float16, bfloat16, float32 or float64; integers and bool are converted to float64 first.
    axis : int, tuple of ints or None, default None
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x; n counts those.
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
        As :func:`logsumexp`.

    Notes
    -----
    *Accuracy*: error < 1 ulp + 2**-50 * log(n), whatever the size of x; see :func:`bounds`. *Bits*: as :func:`softmax`: the
    order of a row does not matter. *Special values*: as :func:`logsumexp`, but a row of which nothing takes part has no mean:
    nan (invalid).

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.logmeanexp([1000.0, 1000.0, 1000.0])
    np.float64(1000.0)
    """
    name = "logmeanexp"
    values = as_logits(name, x)
    axes = normalise_axis(name, axis, values.shape)
    result = result_dtype(name, values, dtype, reduced_dtype(values.dtype))
    mask = as_mask(name, where, values.shape)
    if out is not None:
        check_out(name, out, reduced_shape(values.shape, axes, keepdims), result)
    return reduce_rows(name, _log_mean, [values], mask, values.shape, axes, keepdims, result, out)


def _log_variance(x: Array, mask: Array | None, ddof: float) -> Array:
    """2c + log of the variance of d = e^(x - c) - 1, c being the element nearest to the logarithm of the mean.

    No d is nearer to their mean than 0, so that the mean of d^2 is at most twice the variance: little cancels.
    """
    present = np.ones(x.shape, bool) if mask is None else mask
    x = np.where(present, x, -np.inf)
    count = _counts(x, mask)
    largest = np.max(x, axis=-1, initial=-np.inf)
    ordinary = np.isfinite(largest) & (count > ddof)
    with np.errstate(invalid="ignore"):
        mean = np.where(ordinary, _log_mean(x, mask), 0.0)[..., np.newaxis]
        distance = np.where(present, np.abs(x - mean), np.inf)
        nearest = distance == np.min(distance, axis=-1, keepdims=True, initial=np.inf)
        centre = np.max(np.where(nearest, x, -np.inf), axis=-1, keepdims=True, initial=-np.inf)  # of two the larger
        centre = np.where(ordinary[..., np.newaxis], centre, 0.0)
        p = probabilities(x, mask)
        at_centre = np.max(np.where(x == centre, p, 0.0), axis=-1, keepdims=True, initial=0.0)
        z = x - centre
        near = np.abs(z) <= 0.5
        z = np.where(near, z, 0.0)
        d = np.where(near, z * _native.polynomial(z, EXPM1), p / at_centre - 1.0)
        d = np.where(present, d, 0.0)
        first = row_sum(d)
        sums = np.maximum(np.asarray(_native.dot(d, d)) - first * (first / count), 0.0)
    freedom = np.where(ordinary, count - ddof, 1.0)
    log = np.array(_native.log_weighted_sum(2.0 * centre, np.where(ordinary, sums, 0.0)[..., np.newaxis], freedom)[0])
    known = ordinary | (np.isneginf(largest) & (count > ddof))  # nothing above -inf: all exponentials are 0
    log[~known] = np.nan
    if not (known | np.isnan(largest)).all():
        _native.raise_invalid("logvarexp")
    return log


@of_any_kind()
def logvarexp(x: Any, axis: Axis = None, *, ddof: int = 0, where: Any = True, keepdims: bool = False, dtype: Any = None) -> Any:
    r"""Logarithm of the variance of exponentials: :math:`\log \frac1{n - d} \sum_j (e^{x_j} - \overline{e^x})^2` over each row.

    Parameters
    ----------
    x : array_like
        float16, bfloat16, float32 or float64; integers and bool are converted to float64 first.
    axis : int, tuple of ints or None, default None
        The axis or axes that make up a row; None for all.
    ddof : int, default 0
        What is subtracted from n in the divisor, as for :func:`numpy.var`.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x; n counts those.
    keepdims : bool, default False
        Keep the axes of the row with length 1.
    dtype : dtype, optional
        Of the result. Default: that of x, but float32 for float16 and bfloat16.

    Returns
    -------
    ndarray or scalar
        Of the shape of x without the axes of the row; a scalar where nothing is left.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`logsumexp`; a TypeError for a ddof that is no integer.

    Notes
    -----
    *Accuracy*: error < 1 ulp + 2**-46, also where the exponentials are nearly equal; see :func:`bounds`. *Bits*: as
    :func:`softmax`: the order of a row does not matter. *Special values*: equal elements, -inf too, have the variance 0: -inf.
    A row with +inf, or with n <= ddof, gives nan (invalid).

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.logvarexp([1000.0, 1001.0])
    np.float64(1999.696355348106)
    >>> ssm.logvarexp([5.0, 5.0])
    np.float64(-inf)
    """
    name = "logvarexp"
    values = as_logits(name, x)
    axes = normalise_axis(name, axis, values.shape)
    result = result_dtype(name, values, dtype, reduced_dtype(values.dtype))
    mask = as_mask(name, where, values.shape)
    try:
        lost = float(operator.index(ddof))
    except TypeError:
        raise TypeError(f"{name}: ddof must be an integer, not {ddof!r}") from None
    return reduce_rows(name, lambda x, m: _log_variance(x, m, lost), [values], mask, values.shape, axes, keepdims, result)


@of_any_kind()
def normalize_log_weights(log_weights: Any, axis: Axis = -1, *, where: Any = True) -> Any:
    r"""Log-weights of weights that sum to one: :math:`\log w_i - \log \sum_j w_j` over each row.

    Parameters
    ----------
    log_weights : array_like
        Logarithms of weights: float16, bfloat16, float32 or float64; integers and bool are converted to float64 first.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Weights that take part, broadcast to the shape of log_weights; the others become -inf.

    Returns
    -------
    ndarray or scalar
        Of the shape and dtype of log_weights (float64 for integers).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`.

    Notes
    -----
    This is :func:`log_softmax` with its contract: *accuracy*: error < 1 ulp, see :func:`bounds`; *bits*: the order of a row
    does not matter. *Special values*: weights that are all zero (-inf) have no sum to divide by, and with an infinite one the
    others vanish in a way that is not known: nan (invalid). nan makes a row nan.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.normalize_log_weights([-1000.0, -1000.0])
    array([-0.69314718, -0.69314718])
    """
    name = "normalize_log_weights"
    values = as_logits(name, log_weights)
    normalise_axis(name, axis, values.shape)
    as_mask(name, where, values.shape)
    events: list[str] = []
    with np.errstate(invalid="call", call=lambda kind, flag: events.append(kind)):
        result = log_softmax(values, axis, where=where)
    if events:
        _native.raise_invalid(name)
    return result


def _effective(x: Array, mask: Array | None) -> Array:
    p = probabilities(x, mask)
    total, squares = row_sum(p), np.asarray(_native.dot(p, p))
    most = np.maximum(_counts(x, mask), 1.0)
    return np.asarray(np.minimum(np.maximum(total * total / squares, 1.0), most))  # nan stays


@of_any_kind()
def effective_sample_size(log_weights: Any, axis: Axis = -1, *, where: Any = True) -> Any:
    r"""Effective sample size of importance weights: :math:`(\sum_j w_j)^2 / \sum_j w_j^2` over each row.

    Parameters
    ----------
    log_weights : array_like
        Logarithms of weights, normalised or not: float16, bfloat16, float32 or float64; integers and bool are converted to
        float64 first.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Weights that take part, broadcast to the shape of log_weights.

    Returns
    -------
    ndarray or scalar
        Between 1 and the number of weights that take part; float64 for float64 and integers, else float32.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`.

    Notes
    -----
    *Accuracy*: relative error < 2**-50 before the result is rounded to its dtype; see :func:`bounds`. *Bits*: as :func:`softmax`:
    the order of a row does not matter. *Special values*: -inf is a weight of 0; nan (invalid) where all weights are 0, none
    takes part, or one is infinite; nan makes a row nan.

    References
    ----------
    A. Kong, *A note on importance sampling using standardized weights*, University of Chicago, Dept. of Statistics, Tech.
    Rep. 348 (1992).

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.effective_sample_size([-2000.0, -2000.0, -2000.0, -2800.0])
    np.float64(3.0)
    """
    name = "effective_sample_size"
    values = as_logits(name, log_weights)
    axes = normalise_axis(name, axis, values.shape)
    mask = as_mask(name, where, values.shape)
    return reduce_rows(name, _effective, [values], mask, values.shape, axes, False, reduced_dtype(values.dtype))
