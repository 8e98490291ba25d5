"""Products with the Jacobians of softmax, log_softmax and logsumexp."""

from typing import Any

import numpy as np

from stablesoftmax import _native
from stablesoftmax._arguments import (
    Axis,
    as_logits,
    as_mask,
    cast,
    check_out,
    computing_dtype,
    floating,
    normalise_axis,
    reduced_dtype,
    reduced_shape,
)
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._layout import Array
from stablesoftmax._log_space import values_of_rows
from stablesoftmax._rows import rowwise

_FLOAT64 = np.dtype(np.float64)


def _pair(name: str, first: str, a: Any, second: str, b: Any) -> tuple[Array, Array, np.dtype[Any]]:
    """Two arrays of one shape, and the wider of their dtypes."""
    x, y = as_logits(name, a, first), as_logits(name, b, second)
    if x.shape != y.shape:
        raise ValueError(
            f"{name}: {first} has shape {x.shape} and {second} has shape {y.shape}; they must be equal, use np.broadcast_to"
        )
    return x, y, computing_dtype(floating(x.dtype), floating(y.dtype))


def _elementwise(name: str, first: str, a: Any, second: str, b: Any, axis: Axis, out: Any, wide: bool = False) -> Any:
    x, y, dtype = _pair(name, first, a, second, b)
    axes = normalise_axis(name, axis, x.shape)
    if out is not None:
        check_out(name, out, x.shape, dtype)
    result = np.empty_like(x, dtype=dtype, subok=False) if out is None else out
    rowwise(name, (x, y), axes, None, (), _FLOAT64 if wide else dtype, result)
    return result if out is not None or result.ndim else result[()]


@of_any_kind()
def softmax_vjp(y: Any, g: Any, axis: Axis = -1, *, out: Any = None) -> Any:
    r"""Gradient through softmax: :math:`y_i (g_i - \sum_j y_j g_j)` over each row.

    Parameters
    ----------
    y : array_like
        What :func:`softmax` returned.
    g : array_like
        The gradient with respect to y, of its shape.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap y and g in any way.

    Returns
    -------
    ndarray or scalar
        The gradient with respect to x, of the shape of y and the wider dtype of the two (float32 for float16 with bfloat16).

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`; a ValueError where y and g are of different shapes.

    Notes
    -----
    *Accuracy*, of y and g as given: error < 1 ulp + 2**-c * (abs(y_i * g_i) + y_i * sum(abs(y * g))), c = 50 - log2(n) for float32
    and half precision, 80 - log2(n) for float64, n the length of a row: what the exact sum and the one rounding leave. *Bits*:
    the sum is one of integers, so a result depends on its y_i, its g_i and the multiset of the pairs of its row alone. The
    Jacobian is symmetric: :func:`softmax_jvp` is the same function.

    References
    ----------
    Y. Gao et al., *On the properties of the softmax function with application in game theory and reinforcement learning*,
    arXiv:1704.00805 (2017), proposition 2.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.softmax_vjp([0.25, 0.75], [1.0, 0.0])
    array([ 0.1875, -0.1875])
    """
    return _elementwise("softmax_vjp", "y", y, "g", g, axis, out)


@of_any_kind()
def softmax_jvp(y: Any, v: Any, axis: Axis = -1, *, out: Any = None) -> Any:
    r"""Directional derivative of softmax: :math:`y_i (v_i - \sum_j y_j v_j)` over each row.

    Parameters
    ----------
    y : array_like
        What :func:`softmax` returned.
    v : array_like
        The direction in which x changes, of its shape.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap y and v in any way.

    Returns
    -------
    ndarray or scalar
        The change of y, as :func:`softmax_vjp`, of which this is the other name: the Jacobian is symmetric.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax_vjp`.

    Notes
    -----
    Accuracy and bits are those of :func:`softmax_vjp`.

    References
    ----------
    As :func:`softmax_vjp`.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.softmax_jvp([0.25, 0.75], [1.0, 1.0])
    array([0., 0.])
    """
    return _elementwise("softmax_vjp", "y", y, "v", v, axis, out)


@of_any_kind()
def log_softmax_vjp(y: Any, g: Any, axis: Axis = -1, *, out: Any = None) -> Any:
    r"""Gradient through log_softmax: :math:`g_i - e^{y_i} \sum_j g_j` over each row.

    Parameters
    ----------
    y : array_like
        What :func:`log_softmax` returned: nothing above 0.
    g : array_like
        The gradient with respect to y, of its shape.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap y and g in any way.

    Returns
    -------
    ndarray or scalar
        The gradient with respect to x, of the shape of y and the wider dtype of the two.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax_vjp`.

    Notes
    -----
    *Accuracy*, of y and g as given: error < 1 ulp + 2**-c * (abs(g_i) + e**y_i * sum(abs(g))), c = 26 for float32 and half
    precision, 55 for float64; probabilities below e**-126 count as 0 (float64: those that are subnormal are rounded first, which
    adds 2**-1074 * sum(abs(g))). *Bits*: as :func:`softmax_vjp`. -inf in y has the gradient g_i, nan makes nan.

    References
    ----------
    As :func:`softmax_vjp`.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.log_softmax_vjp(ssm.log_softmax([0.0, 0.0]), [1.0, 0.0])
    array([ 0.5, -0.5])
    """
    return _elementwise("log_softmax_vjp", "y", y, "g", g, axis, out)


@of_any_kind()
def log_softmax_jvp(y: Any, v: Any, axis: Axis = -1, *, out: Any = None) -> Any:
    r"""Directional derivative of log_softmax: :math:`v_i - \sum_j e^{y_j} v_j` over each row.

    Parameters
    ----------
    y : array_like
        What :func:`log_softmax` returned: nothing above 0.
    v : array_like
        The direction in which x changes, of its shape.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap y and v in any way.

    Returns
    -------
    ndarray or scalar
        The change of y, of its shape and the wider dtype of the two.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax_vjp`.

    Notes
    -----
    *Accuracy*, of y and v as given: computed in float64; error < 1 ulp + 2**-50 * (abs(v_i) + sum(e**y * abs(v))). *Bits*: as
    :func:`softmax_vjp`.

    References
    ----------
    As :func:`softmax_vjp`.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.log_softmax_jvp(ssm.log_softmax([0.0, 0.0]), [1.0, 0.0])
    array([ 0.5, -0.5])
    """
    return _elementwise("log_softmax_jvp", "y", y, "v", v, axis, out, wide=True)


def _reduced(name: str, what: str, value: Any, shape: tuple[int, ...], axes: tuple[int, ...]) -> Array:
    """One float64 a row, from an array of the shape of the reduction, with its axes kept or not."""
    array = cast(as_logits(name, value, what), _FLOAT64)
    without, kept = reduced_shape(shape, axes), reduced_shape(shape, axes, keepdims=True)
    if array.shape == kept:
        return array.reshape(without)
    try:
        return np.broadcast_to(array, without)
    except ValueError:
        raise ValueError(
            f"{name}: {what} has shape {array.shape}; logsumexp has shape {without}, or {kept} with keepdims"
        ) from None


@of_any_kind()
def logsumexp_vjp(x: Any, g: Any, axis: Axis = None, *, where: Any = True, out: Any = None) -> Any:
    r"""Gradient through logsumexp: :math:`g\,e^{x_i} / \sum_j e^{x_j}` over each row.

    Parameters
    ----------
    x : array_like
        The logits: float16, bfloat16, float32, float64; integers and bool as float64.
    g : array_like
        The gradient with respect to each logsumexp: one number, or an array of its shape, the axes of the row kept or not.
    axis : int, tuple of ints or None, default None
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Elements that take part; the gradient of the others is 0.
    out : ndarray, optional
        Where the result goes; of the shape and dtype of x. It may overlap x in any way.

    Returns
    -------
    ndarray or scalar
        The gradient with respect to x, of its shape and dtype.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`; a ValueError where g fits no row.

    Notes
    -----
    *Accuracy*: error < 1 ulp where abs(g) < 2, else < 1 ulp + abs(g) * 2**-149 (float64: 2**-1074): one rounding, of the product.
    *Bits*: as :func:`softmax`; with g = 1 those of softmax. *Special values*: the gradient of a row of nothing but -inf is 0,
    never nan; a row with +inf or nan is nan ("invalid value" for +inf).

    References
    ----------
    As :func:`softmax_vjp`.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.logsumexp_vjp([0.0, 0.0], 3.0)
    array([1.5, 1.5])
    >>> ssm.logsumexp_vjp(np.full(2, -np.inf), 1.0)
    array([0., 0.])
    """
    name = "logsumexp_vjp"
    logits = as_logits(name, x)
    axes = normalise_axis(name, axis, logits.shape)
    dtype = floating(logits.dtype)
    mask = as_mask(name, where, logits.shape)
    gains = _reduced(name, "g", g, logits.shape, axes)
    if out is not None:
        check_out(name, out, logits.shape, dtype)
    result = np.empty_like(logits, dtype=dtype, subok=False) if out is None else out
    rowwise(name, (logits,), axes, mask, (gains,), dtype, result)
    return result if out is not None or result.ndim else result[()]


def _mean_change(x: Array, v: Array, mask: Array | None) -> tuple[Array]:
    """The sum of p*v of float64 rows."""
    ones = np.ones(x.shape[:-1])
    if mask is None:
        p = _native.logsumexp_vjp(x, ones)
    else:
        p, v = _native.logsumexp_vjp_where(x, mask, ones), np.where(mask, v, 0.0)
    return (np.asarray(_native.dot(p, v)),)


@of_any_kind()
def logsumexp_jvp(x: Any, v: Any, axis: Axis = None, *, where: Any = True) -> Any:
    r"""Directional derivative of logsumexp: :math:`\sum_i v_i e^{x_i} / \sum_j e^{x_j}` over each row.

    Parameters
    ----------
    x : array_like
        The logits.
    v : array_like
        The direction in which x changes, of its shape.
    axis : int, tuple of ints or None, default None
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Elements that take part.

    Returns
    -------
    ndarray or scalar
        The change of logsumexp: of the shape of x without the axes of the row, and the wider dtype of the two, float32 for half
        precision.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`logsumexp_vjp`.

    Notes
    -----
    *Accuracy*: computed in float64; error < 1 ulp + 2**-51 * sum(p * abs(v)), p the probabilities. *Bits*: as :func:`softmax_vjp`.
    A row of nothing but -inf has the derivative 0.

    References
    ----------
    As :func:`softmax_vjp`.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.logsumexp_jvp([0.0, 0.0], [1.0, 2.0])
    np.float64(1.5)
    """
    name = "logsumexp_jvp"
    logits, direction, dtype = _pair(name, "x", x, "v", v)
    axes = normalise_axis(name, axis, logits.shape)
    mask = as_mask(name, where, logits.shape)
    outer = reduced_shape(logits.shape, axes)
    result = np.empty(outer, reduced_dtype(dtype))
    values_of_rows(name, _mean_change, [logits, direction], mask, axes, [result])
    return result if result.ndim else result[()]
