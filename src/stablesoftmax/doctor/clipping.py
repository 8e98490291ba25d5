"""The cures of an exploding gradient that leave the network as it is: clipping by value and by global norm."""

import math
import operator
from typing import Any, NamedTuple

import numpy as np

from stablesoftmax._arguments import as_logits, cast, floating
from stablesoftmax._sums import sum_of
from stablesoftmax.doctor.trees import leaves, rebuilt

__all__ = ["Clipped", "clip_by_global_norm", "clip_by_value"]

Array = np.ndarray[Any, Any]

_POLICIES = ("nan", "zero", "raise")


class Clipped(NamedTuple):
    """What :func:`clip_by_global_norm` returns: the gradients in the form they came in, and the norm before clipping."""

    grads: Any
    norm: float


def as_arrays(name: str, tree: Any, called: str = "grads") -> dict[str, Array]:
    """The arrays of a tree under their paths, each in a dtype that is accepted."""
    return {path: as_logits(name, leaf, path) for path, leaf in leaves(called, tree)}


def clip_by_value(grads: Any, low: float, high: float) -> Any:
    r"""Every element held between two bounds: :math:`\min(\max(g, low), high)`.

    Parameters
    ----------
    grads : array_like, or list, tuple or dict of them, nested at will
        float16, bfloat16, float32 or float64; integers and bool become float64. A list or tuple is a container, not an array.
    low : float
        The lower bound, rounded to the dtype of each array; -inf for none.
    high : float
        The upper bound, likewise, not below `low`; inf for none.

    Returns
    -------
    ndarray, or list, tuple or dict of ndarray
        New arrays in the form and dtypes of `grads`, which is not modified.

    Raises
    ------
    TypeError
        For arrays of another dtype or bounds that are no numbers.
    ValueError
        If low > high or one of them is nan.

    See Also
    --------
    clip_by_global_norm : Keeps the direction of the gradient; this function does not.

    Notes
    -----
    Exact: each result is the element or a bound. inf becomes `high`, -inf becomes `low`; a nan stays nan, since no bound is
    nearer to it than the other: find where it came from (:class:`Watch`). -0.0 stays -0.0 where the bounds allow it.

    References
    ----------
    Mikolov, T. (2012). *Statistical Language Models Based on Neural Networks*, 3.2.2. Names as ``tf.clip_by_value``.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.clip_by_value(np.array([-1e300, 0.25, np.inf]), -1.0, 1.0)
    array([-1.  ,  0.25,  1.  ])
    """
    low, high = number("clip_by_value", "low", low), number("clip_by_value", "high", high)
    if not low <= high:
        raise ValueError(f"clip_by_value: low is {low} and high is {high}; low must not be above high")
    arrays = as_arrays("clip_by_value", grads)
    return rebuilt(grads, (_clipped(array, low, high) for array in arrays.values()))


def number(name: str, parameter: str, value: Any) -> float:
    """The value as a float, or the line that says what it has to be."""
    try:
        if isinstance(value, (str, bytes)):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name}: {parameter} must be a number, not {value!r}") from None


def integer(name: str, parameter: str, value: Any) -> int:
    """The value as an int, or the line that says what it has to be."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: {parameter} must be an int, not {value!r}") from None


def _clipped(array: Array, low: float, high: float) -> Any:
    values = cast(array, floating(array.dtype))
    limits = cast(np.array([low, high]), values.dtype)
    with np.errstate(all="ignore"):
        return np.minimum(np.maximum(values, limits[0]), limits[1])


def clip_by_global_norm(grads: Any, max_norm: float, *, nonfinite: str = "nan") -> Clipped:
    r"""Gradients scaled down together so that the norm of all of them is at most `max_norm`.

    With the global norm :math:`\lVert g\rVert = \sqrt{\sum g_i^2}` over every element of every array, the result is
    :math:`g \cdot \min(1, max\_norm/\lVert g\rVert)`: the direction of the whole gradient is kept.

    Parameters
    ----------
    grads : array_like, or list, tuple or dict of them, nested at will
        float16, bfloat16, float32 or float64; integers and bool become float64. A list or tuple is a container, not an array.
    max_norm : float
        The largest norm, positive; inf only measures.
    nonfinite : {"nan", "zero", "raise"}, default "nan"
        What becomes of gradients of which an element is nan or inf, so that they have no direction: "nan" makes every element nan,
        so that the trouble cannot be overlooked; "zero" makes every element 0, a step that is skipped (as mixed precision does);
        "raise" is a ValueError that names the first such element.

    Returns
    -------
    Clipped
        A named tuple of `grads`, new arrays in the form and dtypes that were given, and `norm`, the global norm before clipping as
        a float: nan if an element is nan, otherwise inf if one is inf or if the norm is beyond the largest float64.

    Raises
    ------
    TypeError
        For arrays of another dtype or a max_norm that is no number.
    ValueError
        If max_norm is not positive, for another policy, or for nonfinite="raise" and an element that is nan or inf.

    See Also
    --------
    clip_by_value : Clips each element by itself.

    Notes
    -----
    The sum of squares is taken of elements divided by a power of two near the largest one, in exact integers for each array:
    values of 1e300 do not overflow and values of 1e-300 do not underflow, and finite gradients are clipped rightly even where
    their norm is beyond float64. `norm` is less than 1.5 ulp from the exact one. A clipped element lies within 4 * 2**-53 of itself
    of the exact result, then rounded to its dtype (float64: one more rounding where it is subnormal). If the norm is at most
    `max_norm`, every element is returned as it was.

    The bits depend on which numbers each array holds, not on their order or layout, nor on the order of the arrays.

    References
    ----------
    Pascanu, R., Mikolov, T. and Bengio, Y. (2013). On the difficulty of training recurrent neural networks. ICML.
    Names as ``tf.clip_by_global_norm`` and ``optax.clip_by_global_norm``.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> clipped, norm = ssm.clip_by_global_norm([np.array([3e300]), np.array([-4e300])], 1.0)
    >>> norm, clipped
    (5e+300, [array([0.6]), array([-0.8])])
    """
    max_norm = number("clip_by_global_norm", "max_norm", max_norm)
    if not max_norm > 0:
        raise ValueError(f"clip_by_global_norm: max_norm is {max_norm}; it must be positive")
    if nonfinite not in _POLICIES:
        raise ValueError(f'clip_by_global_norm: nonfinite={nonfinite!r}; use "nan", "zero" or "raise"')
    arrays = as_arrays("clip_by_global_norm", grads)
    with np.errstate(all="ignore"):
        largest = max((_largest(array) for array in arrays.values()), key=_order, default=0.0)
        if not math.isfinite(largest):
            if nonfinite == "raise":
                _refuse(arrays)
            fill = 0.0 if nonfinite == "zero" else math.nan
            filled = (np.full(array.shape, fill, floating(array.dtype))[()] for array in arrays.values())
            return Clipped(rebuilt(grads, filled), largest)
        scaled, exponent = _norm(arrays, largest)
        norm = _times_power(scaled, exponent)
        if norm <= max_norm:  # an infinite norm of finite elements is clipped like any other
            kept = (cast(array, floating(array.dtype)).copy()[()] for array in arrays.values())
            return Clipped(rebuilt(grads, kept), norm)
        return Clipped(rebuilt(grads, (_times(array, max_norm, scaled, exponent) for array in arrays.values())), norm)


def _order(value: float) -> tuple[bool, float]:
    """nan counts as larger than inf."""
    return math.isnan(value), value


def _largest(array: Array) -> float:
    """The largest magnitude; nan if there is one."""
    values = cast(array, np.dtype(np.float64))
    return float(np.maximum(values.max(), -values.min())) if values.size else 0.0  # each of the three hands a nan on


def _norm(arrays: dict[str, Array], largest: float) -> tuple[float, int]:
    """The norm as (s, k), norm = s * 2**k with 0.5 <= s < sqrt(n) or s = 0.

    The squares of each array are summed in exact integers and rounded once, fsum rounds the sum over the arrays once: all terms are
    positive, so that sum is within 2^-52 of itself and its square root within 1.5 ulp. Elements below 2^-537 of the largest lose
    their squares, which are below 2^-1074 of the sum.
    """
    if not largest:
        return 0.0, 0
    exponent = math.frexp(largest)[1]
    parts = (np.ldexp(cast(array, np.dtype(np.float64)), -exponent) for array in arrays.values())
    return math.sqrt(math.fsum(sum_of(part, part) for part in parts)), exponent


def _times_power(value: float, exponent: int) -> float:
    try:
        return math.ldexp(value, exponent)
    except OverflowError:
        return math.inf


def _times(array: Array, max_norm: float, scaled: float, exponent: int) -> Any:
    """array * max_norm / (scaled * 2**exponent): a factor below 1, then a power of two, so that nothing overflows on the way."""
    top, top_exponent = math.frexp(max_norm)
    bottom, bottom_exponent = math.frexp(scaled)
    factor, power = top / bottom / 2, top_exponent - bottom_exponent - exponent + 1  # factor in (1/4, 1)
    clipped = np.ldexp(cast(array, np.dtype(np.float64)) * factor, power)
    return cast(np.asarray(clipped), floating(array.dtype))[()]


def _refuse(arrays: dict[str, Array]) -> None:
    for path, array in arrays.items():
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            at = tuple(int(i) for i in bad[0])
            raise ValueError(
                f"clip_by_global_norm: {path} is {array[at]} at {at}; such a gradient has no direction to keep: skip the step "
                '(nonfinite="zero") and find the cause (stablesoftmax.Watch)'
            )
