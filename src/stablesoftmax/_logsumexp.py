"""logsumexp."""

from typing import Any

import numpy as np

from stablesoftmax import _native
from stablesoftmax._arguments import (
    Axis,
    as_logits,
    as_mask,
    cast,
    check_out,
    floating,
    normalise_axis,
    reduced_dtype,
    reduced_shape,
    reduction_computing_dtype,
    result_dtype,
)
from stablesoftmax._elsewhere import function_for
from stablesoftmax._layout import Array
from stablesoftmax._mapped import MEMORY, Mapped, as_source, is_streamed
from stablesoftmax._rows import reduction
from stablesoftmax._signed_sums import as_weights, signed_logsumexp
from stablesoftmax._stored import Task, stored_reduction
from stablesoftmax._threads import get_num_threads


def _weighted(name: str, x: Array, axes: tuple[int, ...], weights: Array, mask: Array | None, keepdims: bool) -> Array:
    log, sign = signed_logsumexp(name, x, axes, weights, mask, keepdims)
    negative = sign < 0
    if negative.any():
        log[negative] = np.nan
        _native.raise_invalid(name)
    return log


def logsumexp(
    x: Any, axis: Axis = None, *, weights: Any = None, where: Any = True, keepdims: bool = False, out: Any = None, dtype: Any = None
) -> Any:
    r"""Logarithm of the sum of exponentials: :math:`\log \sum_j e^{x_j}`, or :math:`\log \sum_j w_j e^{x_j}`, over each row.

    Parameters
    ----------
    x : array_like
        float16, bfloat16, float32 or float64; integers and bool are converted to float64 first. Any strides, alignment, byte
        order; nested lists and scalars too.
    axis : int, tuple of ints or None, default None
        The axis or axes that make up a row; None for all (as the reductions of NumPy).
    weights : array_like, optional
        w, of any sign, broadcast to the shape of x and converted to float64. An element of weight 0 takes no part, whatever it
        holds. A sum of 0 gives -inf, a negative one nan (invalid).
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x; the others count for nothing, whatever they hold.
    keepdims : bool, default False
        Keep the axes of the row with length 1.
    out : ndarray, optional
        Where the result goes; of its shape and dtype.
    dtype : dtype, optional
        Of the result. Default: that of x, but float32 for float16 and bfloat16, since a sum outgrows them.

    Returns
    -------
    ndarray or scalar
        Of the shape of x without the axes of the row; a scalar where nothing is left. Arrays and tables of other libraries come
        out as their kind, with the labels that are left.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`.

    Notes
    -----
    *Accuracy*: error < 1 ulp + 2**-100 (for rows of up to 2**22 elements; the second part matters only where the row is a
    normalised distribution and the result close to 0); with weights 1 ulp + 2**-55 * sum(abs(w)*e**x)/sum(w*e**x); see
    :func:`bounds`. *Bits* as :func:`softmax`. *Special values*: an
    empty, a fully masked and an all -inf row give -inf, +inf gives inf, nan gives nan.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J. Numer.
    Anal. 41 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.logsumexp([1000.0, 1000.0])
    np.float64(1000.6931471805599)
    >>> ssm.logsumexp(np.zeros(70_000, np.float16))
    np.float32(11.156251)
    """
    if where is True and dtype is None and keepdims is False and weights is None:
        y = _native.logsumexp_door(x, axis, out)
        if y is not None:
            return y
    name = "logsumexp"
    elsewhere = function_for(name, x)
    if elsewhere is not None:
        return elsewhere(x, axis, weights=weights, where=where, keepdims=keepdims, out=out, dtype=dtype)
    logits = as_logits(name, x)
    axes = normalise_axis(name, axis, logits.shape)
    own = floating(logits.dtype)
    result = result_dtype(name, logits, dtype, reduced_dtype(own))
    mask = as_mask(name, where, logits.shape)
    shape = reduced_shape(logits.shape, axes, keepdims)
    if out is not None:
        check_out(name, out, shape, result)
    if weights is not None:
        log = _weighted(name, logits, axes, as_weights(name, weights, logits.shape), mask, keepdims)
        y = np.empty(shape, result) if out is None else out
        y[...] = cast(log, result)
        return y if out is not None or y.ndim else y[()]
    computing = reduction_computing_dtype(own, result)
    y = np.empty(shape, result) if out is None else out
    reduced = y.squeeze(axes) if keepdims else y
    if is_streamed(logits, reduced):
        task = Task(name, Mapped(logits), Mapped(reduced), axes, computing, result, MEMORY, get_num_threads(), as_source(mask))
        stored_reduction(task.fitting())
    else:
        reduction(name, logits, axes, mask, computing, reduced)
    return y if out is not None or y.ndim else y[()]
