"""Six functions of `scipy.special` with its signatures, defaults and results, and the accuracy and the bits of this package.

>>> from stablesoftmax.scipy import logsumexp
>>> logsumexp([1000.0, 1000.0], b=[1, -0.5], return_sign=True)
(np.float64(999.3068528194401), np.float64(1.0))

SciPy itself is neither needed nor imported. Compared with SciPy 1.17.1, over every dtype, axis and special value; where nothing
is said here, shapes, dtypes, scalars, kinds of errors and special values are the same. Different are, for all six

- the accuracy: errors as the docstrings bound them, and the same bits for any order, layout, thread count and SIMD level;
- longdouble and clongdouble, strings (SciPy reads numbers in them), datetimes (SciPy's logsumexp takes their integers): TypeError;
- masked arrays: TypeError in logsumexp, softmax and log_softmax, SciPy ignores the mask;
- bfloat16 (of ml_dtypes) stays bfloat16; SciPy's logsumexp and ufuncs make float64 of it;
- arrays of other libraries come out as their kind from softmax and log_softmax, as NumPy arrays from logsumexp; SciPy's array API
  mode is not there;

for logsumexp

- an empty row has the sign 0 (SciPy: -1, or nan and a warning for complex) and, complex with `return_sign`, a real logarithm;
- an empty array can be reduced over several axes (SciPy: IndexError), and over ``axis=()`` to an empty one (SciPy: to one -inf);
- the dtype is that of ``np.result_type(a, b)``, Python scalars being weak (SciPy: float16 for int64 with float16 weights, say);
- a list of axes is taken as the tuple;
- equal elements whose weights cancel give -inf and sign 0 (for weights that are multiples, below 2**26, of one number); SciPy has
  what rounding leaves, for the weights 1, 2, -1 and -2, say;
- sums of mixed signs are known to 2**-55 of the sum of their terms; SciPy takes its infinite results from log(sum(b*e**a)) as it
  stands, which is nan, or -inf for nan, where a beyond +-700, inf or nan meets weights that are 0, negative or infinite. Here
  weight 0 drops the element there too, e**800 is finite, and an infinite weight times e**-800 is infinite;
- complex, where the sum is not finite: a weight of 0 or an imaginary part of exactly 0 adds nothing to a part of the sum (SciPy's
  weights are complex, and inf*0 is nan); the phase of an infinite sum is known with `return_sign` (SciPy: nan); log(inf + nan j) is
  inf + nan j (SciPy: nan without `return_sign`), and elements like 1 + nan j give nan with `return_sign` (SciPy: 1 if alone);
- complex: a sum just below the negative real axis has the imaginary part -pi, its nearest number (SciPy: pi);

for softmax and log_softmax

- integers and bool become float64 (SciPy: float16 for 8 bits, wrong results for unsigned ones, TypeError for bool);
- complex is a TypeError (SciPy orders complex numbers by their real part and goes on);
- an empty row is an empty result (SciPy: ValueError); a list of axes is taken as the tuple, and (0,) for a scalar as 0;
- log_softmax of a row with +inf is all nan (SciPy: -inf for the finite elements), as its softmax is;
- finite elements further apart than the largest number raise no overflow;

and for expit, log_expit and logit, which are the ufuncs sigmoid, log_sigmoid and logit of this package

- float16 gives float16 (SciPy: float64);
- logit raises "divide by zero" at 0 and 1 and "invalid" outside, as np.log does, under the rule of np.errstate (SciPy: silent).
"""

from typing import Any

import numpy as np

from stablesoftmax._arguments import ACCEPTED, Axis, as_logits, cast, floating, normalise_axis
from stablesoftmax._complex_sums import complex_logsumexp
from stablesoftmax._layout import Array
from stablesoftmax._logsumexp import logsumexp as _logsumexp
from stablesoftmax._pointwise import log_sigmoid as log_expit
from stablesoftmax._pointwise import logit
from stablesoftmax._pointwise import sigmoid as expit
from stablesoftmax._signed_sums import signed_logsumexp
from stablesoftmax._softmax import log_softmax as _log_softmax
from stablesoftmax._softmax import softmax as _softmax

__all__ = ["expit", "log_expit", "log_softmax", "logit", "logsumexp", "softmax"]

_SCALARS = (bool, int, float, complex)


def _no_mask(name: str, x: Any, called: str, way_out: str) -> None:
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name}: {called} is a masked array, whose mask would be ignored; use {way_out}")


def _as_operand(name: str, x: Any, called: str) -> Array:
    """The array of x, real or complex."""
    _no_mask(name, x, called, "logsumexp(a.data, b=~a.mask)")
    if getattr(x, "requires_grad", False) is not True and not hasattr(x, "indptr"):  # which as_logits refuses, with advice
        try:
            array = np.asarray(x)
        except ValueError as error:
            raise ValueError(f"{name}: {called} is no array: {error}") from None
        if array.dtype.char in "FD":
            return array
        if array.dtype.kind == "c":
            raise TypeError(f"{name}: {called} has dtype {array.dtype}; accepted are {ACCEPTED}, complex64 and complex128")
    return as_logits(name, x, called)


def _result_dtype(a: Any, logits: Array, b: Any, weights: Array | None) -> np.dtype[Any]:
    """That of both operands together, Python scalars being weak."""
    if weights is None:
        return floating(logits.dtype)
    operands = [x if type(x) in _SCALARS else array.dtype for x, array in ((a, logits), (b, weights))]
    try:
        return floating(np.result_type(*operands))
    except TypeError:  # bfloat16 knows few others
        return np.dtype(np.float64)


def logsumexp(a: Any, axis: Axis = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    r"""Logarithm of a sum of exponentials, :math:`\log \sum_j b_j e^{a_j}`, with the signature of ``scipy.special.logsumexp``.

    Parameters
    ----------
    a : array_like
        float16, bfloat16, float32, float64, complex64 or complex128; integers and bool are converted to float64 first. Any
        strides, alignment, byte order; nested lists and scalars too.
    axis : int, tuple of ints or None, default None
        The axis or axes that are summed; None for all.
    b : array_like, optional
        Weights of any sign, real or complex; a and b are broadcast against each other. An element of weight 0 adds nothing,
        whatever a holds.
    keepdims : bool, default False
        Keep the axes of the sum with length 1 (of a scalar: one axis).
    return_sign : bool, default False
        Return the logarithm of the absolute value of the sum, and the sign of the sum.

    Returns
    -------
    res : ndarray or scalar
        Of the dtype of a and b together. Without `return_sign` a negative real sum gives nan; of a complex one the imaginary part
        is the angle, in [-pi, pi].
    sgn : ndarray or scalar
        With `return_sign`: 1, 0, -1 or nan; for complex input the phase sum/abs(sum), or 0.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        For other dtypes; for shapes that do not broadcast; for an axis that a does not have.

    Notes
    -----
    *Accuracy*: without b as :func:`stablesoftmax.logsumexp`, error < 1 ulp + 2**-100; with real b 1 ulp + 2**-55 *
    sum(abs(b)*e**a)/abs(sum(b*e**a)). Complex: the real and the imaginary part of the sum of n elements are off by at most
    2**-98 + n*2**-125 of the sum of the sizes of their terms, which are the products b.real*e**a.real*cos(a.imag) and so
    on; of those parts the logarithm is known to 1/2 ulp + 2**-100, angle and phase to 0.5001 ulp; complex64 is rounded from
    that. *Bits*: those of a row do not depend on the order of its elements, nor on layout, threads or SIMD level. *Special
    values*: an empty sum gives -inf with sign 0, nan gives nan, +inf gives inf unless infinities of both signs meet: nan.
    No floating-point event is raised. *Speed*: complex input is summed in integers, three to six times slower than SciPy.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J. Numer.
    Anal. 41 (2021). M. Payne, R. Hanek, *Radian reduction for trigonometric functions*, SIGNUM Newsletter 18 (1983).

    Examples
    --------
    >>> from stablesoftmax.scipy import logsumexp
    >>> logsumexp([[0.0, 1.0], [2.0, 3.0]], axis=1)
    array([1.31326169, 3.31326169])
    >>> logsumexp([1, 2], b=[1, -1], return_sign=True)
    (np.float64(1.5413248546129181), np.float64(-1.0))
    >>> logsumexp([1000 + 1e-300j, 0])
    np.complex128(1000+1e-300j)
    """
    if b is None and not return_sign and type(a) is np.ndarray and a.ndim and a.dtype.char in "fd":
        return _logsumexp(a, axis, keepdims=keepdims)
    name = "logsumexp"
    logits, weights = _as_operand(name, a, "a"), None if b is None else _as_operand(name, b, "b")
    result = _result_dtype(a, logits, b, weights)
    if weights is not None:
        try:
            logits, weights = np.broadcast_arrays(logits, weights)
        except ValueError:
            raise ValueError(f"{name}: b of shape {weights.shape} and a of shape {logits.shape} do not broadcast") from None
        weights = np.atleast_1d(weights)
    logits = np.atleast_1d(logits)
    axes = normalise_axis(name, axis, logits.shape)
    if result.kind == "c":
        log, angle, sign = complex_logsumexp(name, logits, axes, weights, keepdims)
        if not return_sign:
            both = np.empty(log.shape, np.complex128)
            both.real, both.imag = log, angle
            return cast(both, result)[()]
        return cast(log, result.type(0).real.dtype)[()], cast(sign, result)[()]
    if weights is None:
        log = np.asarray(_logsumexp(logits, axes, keepdims=keepdims, dtype=result))
        if not return_sign:
            return log[()]
        sign = np.where(np.isnan(log), log, (log > -np.inf).astype(result))
    else:
        with np.errstate(invalid="ignore"):
            log, sign = (cast(part, result) for part in signed_logsumexp(name, logits, axes, weights, None, keepdims))
        if not return_sign:
            log[sign < 0] = np.nan
            return log[()]
    return log[()], sign[()]


def softmax(x: Any, axis: Axis = None) -> Any:
    r"""Softmax :math:`e^{x_i} / \sum_j e^{x_j}` with the signature of ``scipy.special.softmax``.

    Parameters
    ----------
    x : array_like
        As that of :func:`stablesoftmax.softmax`.
    axis : int, tuple of ints or None, default None
        The axis or axes that make up a row; None for all.

    Returns
    -------
    ndarray or scalar
        Of the shape and dtype of x, float64 for integers and bool.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`stablesoftmax.softmax`.

    Notes
    -----
    *Accuracy*, *bits* and *special values* are those of :func:`stablesoftmax.softmax`: error < 1 ulp.

    Examples
    --------
    >>> from stablesoftmax.scipy import softmax
    >>> softmax([[1, 0.5, 0.2, 3], [1, -1, 7, 3]], axis=0)
    array([[0.5       , 0.81757448, 0.00111254, 0.5       ],
           [0.5       , 0.18242552, 0.99888746, 0.5       ]])
    """
    _no_mask("softmax", x, "x", "stablesoftmax.softmax(x.data, where=~x.mask)")
    return _softmax(x, axis)


def log_softmax(x: Any, axis: Axis = None) -> Any:
    r"""Logarithm of the softmax, :math:`x_i - \log \sum_j e^{x_j}`, with the signature of ``scipy.special.log_softmax``.

    Parameters
    ----------
    x : array_like
        As that of :func:`stablesoftmax.log_softmax`.
    axis : int, tuple of ints or None, default None
        The axis or axes that make up a row; None for all.

    Returns
    -------
    ndarray or scalar
        Of the shape and dtype of x, float64 for integers and bool.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`stablesoftmax.log_softmax`.

    Notes
    -----
    *Accuracy*, *bits* and *special values* are those of :func:`stablesoftmax.log_softmax`: error < 1 ulp.

    Examples
    --------
    >>> from stablesoftmax.scipy import log_softmax
    >>> log_softmax([1000.0, 1.0])
    array([   0., -999.])
    """
    _no_mask("log_softmax", x, "x", "stablesoftmax.log_softmax(x.data, where=~x.mask)")
    return _log_softmax(x, axis)
