"""Gradients of sparsemax, entmax15 and entmax from their results."""

from typing import Any

import numpy as np

from stablesoftmax._arguments import (
    Axis,
    as_logits,
    check_out,
    computing_dtype,
    floating,
    normalise_axis,
    reduced_dtype,
    reduced_shape,
)
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._rows import rowwise
from stablesoftmax._sparse import as_alpha

_Array = np.ndarray[Any, Any]


def _operands(name: str, y: Any, g: Any) -> tuple[_Array, _Array, np.dtype[Any]]:
    """Both as arrays of one shape, and the dtype that holds the values of both."""
    result, cotangent = as_logits(name, y, "y"), as_logits(name, g, "g")
    if result.shape != cotangent.shape:
        raise ValueError(f"{name}: g has shape {cotangent.shape} and y {result.shape}; use numpy.broadcast_to(g, y.shape)")
    return result, cotangent, computing_dtype(floating(result.dtype), floating(cotangent.dtype))


def _vjp(name: str, y: Any, g: Any, alpha: Any, axis: Axis, out: Any) -> Any:
    result, cotangent, dtype = _operands(name, y, g)
    axes = normalise_axis(name, axis, result.shape)
    alphas = as_alpha(name, alpha, result.shape, axes)
    if out is not None:
        check_out(name, out, result.shape, dtype)
    dx = np.empty_like(result, dtype=dtype, subok=False) if out is None else out
    rowwise(name, (result, cotangent), axes, None, (alphas,), dtype, dx)
    return dx if out is not None or dx.ndim else dx[()]


@of_any_kind()
def sparsemax_vjp(y: Any, g: Any, axis: Axis = -1, *, out: Any = None) -> Any:
    r"""Gradient of :func:`sparsemax`: g less its mean over the support there, 0 elsewhere, over each row.

    Parameters
    ----------
    y : array_like
        The result of sparsemax; its support is where y > 0.
    g : array_like
        The gradient with respect to y, of its shape. What it holds outside the support does not count.
    axis : int, tuple of ints or None, default -1
        As in the call of sparsemax.
    out : ndarray, optional
        Where the gradient goes; it may be y or g.

    Returns
    -------
    ndarray or scalar
        The gradient with respect to x: of the shape of y, in the wider of both dtypes.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`; also where y and g differ in shape.

    Notes
    -----
    *Accuracy*: within 1 ulp + 2**-96 * max(abs(g)) of the exact value for these y and g (the maximum over the support; rows of up
    to 2**22 elements); see :func:`bounds`. *Bits*: as :func:`sparsemax`. *Special values*: a nan in y makes the row nan; a nan or
    an infinity in g on the support makes the support nan (invalid for an infinity); a row of y without a support, as one of
    -inf or masked altogether, gives 0.

    References
    ----------
    A. F. T. Martins, R. F. Astudillo, *From softmax to sparsemax: a sparse model of attention and multi-label classification*,
    ICML 2016.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.sparsemax_vjp([0.75, 0.25, 0.0, 0.0], [1.0, 2.0, 4.0, 8.0])
    array([-0.5,  0.5,  0. ,  0. ])
    """
    return _vjp("sparsemax_vjp", y, g, 2.0, axis, out)


@of_any_kind()
def entmax15_vjp(y: Any, g: Any, axis: Axis = -1, *, out: Any = None) -> Any:
    r"""Gradient of :func:`entmax15`: :math:`s_i (g_i - \sum_j s_j g_j / \sum_j s_j)`, :math:`s_i = \sqrt{y_i}`, over each row.

    Parameters
    ----------
    y : array_like
        The result of entmax15; its support is where y > 0.
    g : array_like
        The gradient with respect to y, of its shape. What it holds outside the support does not count.
    axis : int, tuple of ints or None, default -1
        As in the call of entmax15.
    out : ndarray, optional
        Where the gradient goes; it may be y or g.

    Returns
    -------
    ndarray or scalar
        The gradient with respect to x: of the shape of y, in the wider of both dtypes.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`sparsemax_vjp`.

    Notes
    -----
    *Accuracy*: within 1 ulp + 2**-96 * s_i * max(abs(g)) of the exact value for these y and g; see :func:`bounds`. *Bits* and
    *special values* (nan, -inf, +inf) as :func:`sparsemax_vjp`.

    References
    ----------
    B. Peters, V. Niculae, A. F. T. Martins, *Sparse sequence-to-sequence models*, ACL 2019.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.entmax15_vjp([0.64, 0.36, 0.0], [1.0, 2.0, 4.0])
    array([-0.34285714,  0.34285714,  0.        ])
    """
    return _vjp("entmax15_vjp", y, g, 1.5, axis, out)


@of_any_kind()
def entmax_vjp(y: Any, g: Any, alpha: Any = 1.5, axis: Axis = -1, *, out: Any = None) -> Any:
    r"""Gradient of :func:`entmax`: :math:`s_i (g_i - \sum_j s_j g_j / \sum_j s_j)`, :math:`s_i = y_i^{2 - \alpha}`, over each row.

    Parameters
    ----------
    y : array_like
        The result of entmax; its support is where y > 0.
    g : array_like
        The gradient with respect to y, of its shape. What it holds outside the support does not count.
    alpha : float or array_like, default 1.5
        As in the call of entmax.
    axis : int, tuple of ints or None, default -1
        As in the call of entmax.
    out : ndarray, optional
        Where the gradient goes; it may be y or g.

    Returns
    -------
    ndarray or scalar
        The gradient with respect to x: of the shape of y, in the wider of both dtypes.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`sparsemax_vjp`; also for an alpha below 1 or above 32.

    Notes
    -----
    *Accuracy*: within 1 ulp + 2**-90 * s_i * max(abs(g)) of the exact value for these y, g and alpha (2**-40 for dtypes narrower
    than float64 and alpha between 1 and 2, these and 1.5 excepted, which are computed in double); see :func:`bounds` for 1.5
    and 2, whose gradients are those of :func:`entmax15_vjp` and :func:`sparsemax_vjp` bit for bit. *Bits* and *special values*
    (nan, -inf, +inf) as :func:`sparsemax_vjp`. With alpha = 1 the sum of y divides too, which is 1 but for its rounding.

    References
    ----------
    B. Peters, V. Niculae, A. F. T. Martins, *Sparse sequence-to-sequence models*, ACL 2019.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.entmax_vjp([0.75, 0.25, 0.0], [1.0, 2.0, 4.0], alpha=2.0)
    array([-0.5,  0.5,  0. ])
    """
    return _vjp("entmax_vjp", y, g, alpha, axis, out)


@of_any_kind()
def entmax_alpha_vjp(y: Any, g: Any, alpha: Any = 1.5, axis: Axis = -1, *, keepdims: bool = False, out: Any = None) -> Any:
    r"""Gradient of :func:`entmax` with respect to alpha: :math:`\sum_i g_i \, \partial y_i / \partial \alpha` of each row.

    Parameters
    ----------
    y : array_like
        The result of entmax; its support is where y > 0.
    g : array_like
        The gradient with respect to y, of its shape. What it holds outside the support does not count.
    alpha : float or array_like, default 1.5
        As in the call of entmax.
    axis : int, tuple of ints or None, default -1
        As in the call of entmax.
    keepdims : bool, default False
        Keep the axes of the row with length 1: the shape of one alpha a row.
    out : ndarray, optional
        Where the result goes; of its shape and dtype.

    Returns
    -------
    ndarray or scalar
        A value a row; sum them where rows share an alpha. The wider dtype of y and g, float32 for float16 and bfloat16.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`entmax_vjp`.

    Notes
    -----
    *Accuracy*: computed as (Q*sum(u*g) - c*sum(v*g))/Z, docs/design/sparse.md, in which nothing cancels as alpha approaches 1. The
    result is within 1 ulp + 2**-40 * (Q*sum(u*abs(g)) + c*sum(v*abs(g)))/Z of the exact value for y divided by its sum (alpha up
    to 4; doubles inside, not more). *Bits* and *special values* (nan, -inf, +inf) as :func:`sparsemax_vjp`; a row without a
    support gives 0.

    References
    ----------
    G. M. Correia, V. Niculae, A. F. T. Martins, *Adaptively sparse transformers*, EMNLP 2019.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.entmax_alpha_vjp([0.75, 0.25, 0.0], [1.0, 2.0, 4.0], alpha=2.0)
    np.float64(-0.18459398202943145)
    """
    name = "entmax_alpha_vjp"
    result, cotangent, dtype = _operands(name, y, g)
    axes = normalise_axis(name, axis, result.shape)
    alphas = as_alpha(name, alpha, result.shape, axes)
    of_result = reduced_dtype(dtype)
    shape = reduced_shape(result.shape, axes, keepdims)
    if out is not None:
        check_out(name, out, shape, of_result)
    total = np.empty(shape, of_result) if out is None else out
    rowwise(name, (result, cotangent), axes, None, (alphas,), dtype, values=total.squeeze(axes) if keepdims else total)
    return total if out is not None or total.ndim else total[()]
