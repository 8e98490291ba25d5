"""sparsemax, entmax15 and entmax: distributions in which small probabilities are exactly 0."""

import operator
from typing import Any

import numpy as np

from stablesoftmax._arguments import (
    Axis,
    as_logits,
    as_mask,
    as_parameter,
    check_out,
    computing_dtype,
    floating,
    normalise_axis,
    one_a_row,
    result_dtype,
)
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._rows import rowwise

LARGEST_ALPHA = 32.0


def as_alpha(name: str, alpha: Any, shape: tuple[int, ...], axes: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """float64 alphas, one a row, with the axes of the row removed."""
    values = as_parameter(name, "alpha", "number from 1 to 32", alpha)
    bad = ~((values >= 1) & (values <= LARGEST_ALPHA))
    if bad.any():
        value = values[bad].flat[0] if values.ndim else values[()]
        way_out = "for its limit argmax use numpy.argmax" if value > LARGEST_ALPHA else "1 is softmax, 1.5 entmax15, 2 sparsemax"
        raise ValueError(f"{name}: alpha is {value}; it must be from 1 to 32: {way_out}")
    return one_a_row(name, "alpha", values, shape, axes)


def _check_hint(name: str, k: Any) -> None:
    """k is a hint to sort less; here nothing is sorted, so that it need only make sense."""
    if k is None:
        return
    if isinstance(k, (bool, np.bool_)):
        raise TypeError(f"{name}: k must be an int or None, not {k!r}")
    try:
        number = operator.index(k)
    except TypeError:
        raise TypeError(f"{name}: k must be an int or None, not {k!r}") from None
    if number < 1:
        raise ValueError(f"{name}: k is {number}; it must be at least 1 (it never changes the result: leave it out)")


def _forward(name: str, x: Any, alpha: Any, axis: Axis, where: Any, k: Any, out: Any, dtype: Any) -> Any:
    logits = as_logits(name, x)
    axes = normalise_axis(name, axis, logits.shape)
    own = floating(logits.dtype)
    result = result_dtype(name, logits, dtype, own)
    mask = as_mask(name, where, logits.shape)
    alphas = as_alpha(name, alpha, logits.shape, axes)
    _check_hint(name, k)
    if out is not None:
        check_out(name, out, logits.shape, result)
    y = np.empty_like(logits, dtype=result, subok=False) if out is None else out
    rowwise(name, (logits,), axes, mask, (alphas,), computing_dtype(own, result), y)
    return y if out is not None or y.ndim else y[()]


@of_any_kind()
def sparsemax(x: Any, axis: Axis = -1, *, where: Any = True, k: int | None = None, out: Any = None, dtype: Any = None) -> Any:
    r"""The distribution nearest to the logits: :math:`\max(0, x_i - \tau)`, :math:`\tau` such that the sum is 1, over each row.

    Parameters
    ----------
    x : array_like
        Logits, as for :func:`softmax`: float16, bfloat16, float32 or float64; integers and bool become float64.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x. The result of a masked element is 0, also in `out`.
    k : int, optional
        Accepted and checked, and without any effect: elsewhere a hint that only the k largest elements need to be sorted.
        Nothing is sorted here.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap x in any way, or be x.
    dtype : dtype, optional
        Of the result (default: that of x).

    Returns
    -------
    ndarray or scalar
        Of the shape of x; a scalar for a scalar.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`; also for a `k` that is not a positive int.

    See Also
    --------
    sparsemax_vjp : its gradient.

    Notes
    -----
    *Accuracy*: within 1 ulp + 2**-100 of the exact value (for rows of up to 2**22 elements); results of half precision are
    rounded once; see :func:`bounds`. *Bits*: as :func:`softmax`, and the same at every SIMD level. *Special values*: a nan in a
    row makes the row nan; -inf gives 0; a row of nothing but -inf, and a row with +inf, is nan (invalid, as ``np.errstate``
    says); a row masked altogether is 0.

    References
    ----------
    A. F. T. Martins, R. F. Astudillo, *From softmax to sparsemax: a sparse model of attention and multi-label classification*,
    ICML 2016.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.sparsemax([1.0, 0.5, 0.2, -3.0])
    array([0.75, 0.25, 0.  , 0.  ])
    """
    return _forward("sparsemax", x, 2.0, axis, where, k, out, dtype)


@of_any_kind()
def entmax15(x: Any, axis: Axis = -1, *, where: Any = True, k: int | None = None, out: Any = None, dtype: Any = None) -> Any:
    r"""Between softmax and sparsemax: :math:`\max(0, x_i/2 - \tau)^2`, :math:`\tau` such that the sum is 1, over each row.

    Parameters
    ----------
    x : array_like
        Logits, as for :func:`softmax`: float16, bfloat16, float32 or float64; integers and bool become float64.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x. The result of a masked element is 0, also in `out`.
    k : int, optional
        As for :func:`sparsemax`: without any effect.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap x in any way, or be x.
    dtype : dtype, optional
        Of the result (default: that of x).

    Returns
    -------
    ndarray or scalar
        Of the shape of x; a scalar for a scalar.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`sparsemax`.

    See Also
    --------
    entmax15_vjp : its gradient.

    Notes
    -----
    *Accuracy*: within 1 ulp + 2**-100 of the exact value (for rows of up to 2**20 elements); results of half precision are
    rounded once; see :func:`bounds`. *Bits* and *special values* (nan, -inf, +inf, masked rows) as :func:`sparsemax`.

    References
    ----------
    B. Peters, V. Niculae, A. F. T. Martins, *Sparse sequence-to-sequence models*, ACL 2019.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.entmax15([1.0, 0.5, 0.2, -3.0])
    array([0.59280723, 0.27033735, 0.13685542, 0.        ])
    """
    return _forward("entmax15", x, 1.5, axis, where, k, out, dtype)


@of_any_kind()
def entmax(
    x: Any, alpha: Any = 1.5, axis: Axis = -1, *, where: Any = True, k: int | None = None, out: Any = None, dtype: Any = None
) -> Any:
    r"""alpha-entmax: :math:`\max(0, (\alpha - 1) x_i - \tau)^{1/(\alpha - 1)}`, :math:`\tau` such that the sum is 1, over each row.

    Parameters
    ----------
    x : array_like
        Logits, as for :func:`softmax`: float16, bfloat16, float32 or float64; integers and bool become float64.
    alpha : float or array_like, default 1.5
        From 1 to 32; the larger, the sparser. 1 is :func:`softmax`, 1.5 :func:`entmax15`, 2 :func:`sparsemax`, with their bits.
        An array gives each row its own and broadcasts like a result with keepdims.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x. The result of a masked element is 0, also in `out`.
    k : int, optional
        As for :func:`sparsemax`: without any effect.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap x in any way, or be x.
    dtype : dtype, optional
        Of the result (default: that of x).

    Returns
    -------
    ndarray or scalar
        Of the shape of x; a scalar for a scalar.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`sparsemax`; also for an alpha below 1 or above 32.

    See Also
    --------
    entmax_vjp, entmax_alpha_vjp : its gradients.

    Notes
    -----
    *Accuracy*: within 1 ulp + 2**-90/(alpha - 1) of the exact value up to alpha = 2 for float64, 2**-40/(alpha - 1) for narrower
    dtypes, which are computed in double; within 1 ulp + 2**(-90/(alpha - 1)) beyond 2:
    there the power 1/(alpha - 1) < 1 magnifies what is left of a difference that cancels. See :func:`bounds` for 1, 1.5 and 2.
    *Bits* and *special values* (nan, -inf, +inf, masked rows) as :func:`sparsemax`.

    References
    ----------
    B. Peters, V. Niculae, A. F. T. Martins, *Sparse sequence-to-sequence models*, ACL 2019. M. Blondel, A. F. T. Martins,
    V. Niculae, *Learning with Fenchel-Young losses*, JMLR 21 (2020).

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.entmax([[1.0, 0.5, 0.2, -3.0]] * 2, [[1.25], [3.0]])
    array([[0.53321867, 0.28324878, 0.18353256, 0.        ],
           [1.        , 0.        , 0.        , 0.        ]])
    """
    return _forward("entmax", x, alpha, axis, where, k, out, dtype)
