"""softmax and log_softmax."""

from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import (
    Axis,
    as_logits,
    as_mask,
    as_sink,
    as_temperature,
    check_out,
    computing_dtype,
    floating,
    normalise_axis,
    result_dtype,
)
from stablesoftmax._elsewhere import function_for
from stablesoftmax._layout import Layout
from stablesoftmax._mapped import MEMORY, Mapped, as_source, is_streamed
from stablesoftmax._rows import elementwise
from stablesoftmax._stored import Task, stored_elementwise
from stablesoftmax._threads import get_num_threads

_DEFAULT_TEMPERATURE = 1.0  # one object: comparing a caller's array with 1.0 would be no yes or no
_ALL_NEGINF = {"nan": 0, "zero": 1, "uniform": 2, "raise": 0}
_POSINF = {"nan": 0, "limit": 4}


_PAST_CACHES = 8
# Results beyond this are not read again before they have left the caches: writing past them saves a read of what is overwritten.
_FAR = 16 << 20


# Arrays, since a ufunc takes those faster than scalars.
_POLICIES = {bits: np.array(bits, np.uint8) for bits in range(16)}


def as_policy(name: str, all_neginf: str, posinf: str) -> np.ndarray[Any, Any]:
    """What becomes of special rows, as the native code takes it."""
    try:
        low = _ALL_NEGINF[all_neginf]
    except (KeyError, TypeError):
        raise ValueError(f'{name}: all_neginf={all_neginf!r}; use "nan", "zero", "uniform" or "raise"') from None
    try:
        return _POLICIES[low | _POSINF[posinf]]
    except (KeyError, TypeError):
        raise ValueError(f'{name}: posinf={posinf!r}; use "nan" or "limit"') from None


def _refuse_all_neginf(name: str, x: Any, axes: tuple[int, ...], mask: Any, sinks: Any) -> None:
    """all_neginf="raise": the first row that holds nothing above -inf although something in it takes part."""
    if x.size == 0:
        return
    layout = Layout(x, axes)
    rows, masks = layout.rows_last(x), None if mask is None else layout.rows_last(mask)
    rank, inner = layout.outer_rank, tuple(range(layout.outer_rank, x.ndim))
    read = Mapped(rows).read
    low, present = np.ones(layout.outer_shape, bool), np.zeros(layout.outer_shape, bool)
    for at in _blocks.cut(rows.shape, _blocks.ELEMENTS):
        is_low = read(at) == -np.inf
        if masks is None:
            present[at[:rank]] = True
        else:
            is_low |= ~masks[at]
            present[at[:rank]] |= masks[at].any(axis=inner)
        low[at[:rank]] &= is_low.all(axis=inner)
    bad = np.argwhere(low & present & (sinks == -np.inf))
    if len(bad):
        at = tuple(int(i) for i in bad[0])
        raise ValueError(
            f"{name}: every element of row {at} is -inf, which has no softmax; mask such rows with where=, or use "
            'all_neginf="zero" or "uniform"'
        )


def _elementwise(
    name: str, x: Any, axis: Axis, temperature: Any, where: Any, sink: Any, all_neginf: str, posinf: str, out: Any, dtype: Any
) -> Any:
    """The long way in: every argument checked, then the gufunc."""
    elsewhere = function_for(name, x)
    if elsewhere is not None:
        return elsewhere(
            x, axis, temperature=temperature, where=where, sink=sink, all_neginf=all_neginf, posinf=posinf, out=out, dtype=dtype
        )  # fmt: skip
    logits = as_logits(name, x)
    axes = normalise_axis(name, axis, logits.shape)
    own = floating(logits.dtype)
    result = result_dtype(name, logits, dtype, own)
    mask = as_mask(name, where, logits.shape)
    policy = as_policy(name, all_neginf, posinf)
    t = as_temperature(name, temperature, logits.shape, axes)
    sinks = as_sink(name, sink, logits.shape, axes)
    if out is not None:
        check_out(name, out, logits.shape, result)
    if all_neginf == "raise":
        _refuse_all_neginf(name, logits, axes, mask, sinks)
    y = np.empty_like(logits, dtype=result, subok=False) if out is None else out
    computing = computing_dtype(own, result)
    if is_streamed(logits, y):
        task = Task(name, Mapped(logits), Mapped(y), axes, computing, result, MEMORY, get_num_threads(), as_source(mask))
        stored_elementwise(task.fitting(), t, sinks, policy)
    else:
        if y.nbytes > _FAR and not np.may_share_memory(logits, y):
            policy = _POLICIES[int(policy) | _PAST_CACHES]
        elementwise(name, logits, axes, mask, t, sinks, policy, computing, y)
    return y if out is not None or y.ndim else y[()]


def softmax(
    x: Any,
    axis: Axis = -1,
    *,
    temperature: Any = _DEFAULT_TEMPERATURE,
    where: Any = True,
    sink: Any = None,
    all_neginf: str = "nan",
    posinf: str = "nan",
    out: Any = None,
    dtype: Any = None,
) -> Any:
    r"""Probabilities of logits: :math:`e^{x_i/T} / \sum_j e^{x_j/T}` over each row.

    Parameters
    ----------
    x : array_like
        Logits: float16, bfloat16, float32 or float64; integers and bool are converted to float64 first (above 2**53 that
        conversion rounds). Any strides, alignment, byte order; nested lists and scalars too.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    temperature : float or array_like, default 1.0
        T > 0, in the units of x; an array gives each row its own and broadcasts like a result with keepdims. It takes part
        exactly: x/T is never rounded.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x. A masked element counts for nothing, whatever it holds (nan
        included), and its result is 0, also in `out` (unlike the `where` of a ufunc, which leaves `out` alone).
    sink : float or array_like, optional
        One more logit of each row, which takes its share of the mass and has no result: softmax of the row with it, without its own
        element (0: "softmax off by one", attention sinks). One number, or one a row, which broadcasts like `temperature`; finite.
        It is rounded to the dtype of the computation, and divided by T as x is.
    all_neginf : {"nan", "zero", "uniform", "raise"}, default "nan"
        What a row of nothing but -inf becomes. Such a row may be a bug upstream, hence nan; a row masked by `where`
        altogether is no bug but the empty distribution: always zeros.
    posinf : {"nan", "limit"}, default "nan"
        What a row with +inf becomes: nan, or the limit, the mass shared equally among the +inf.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap x in any way, or be x.
    dtype : dtype, optional
        Of the result (default: that of x). The computation runs in the wider of the two and is rounded once more.

    Returns
    -------
    ndarray or scalar
        Of the shape of x; a scalar for a scalar. Arrays and tables of other libraries come out as their kind, with their labels.

    Raises
    ------
    TypeError
        For complex, longdouble, object, string and datetime input, masked arrays, tensors that require grad, a mask that is
        not boolean.
    ValueError
        For a temperature that is not positive and finite (0: use argmax), an `out` of another shape or dtype, an unknown
        policy, a row of -inf under ``all_neginf="raise"``.
    numpy.exceptions.AxisError
        For an axis out of range.

    Notes
    -----
    *Accuracy*: each result is one of the two floating-point numbers nearest the exact one, error < 1 ulp, subnormal results
    included; see :func:`bounds`. *Bits*: a result depends on the multiset of a row's elements and on nothing else: not on
    their order, the axis, strides, batch or SIMD level. *Special values*: a nan in a row makes the row nan; -inf gives 0.
    "invalid value" is raised (as ``np.errstate`` says) only where a nan is made out of none. Underflow to 0 is silent. *Memory
    maps* of more than 16 MB are read, and written as `out`, in at most 64 MiB of memory; so they are by :func:`log_softmax` and
    :func:`logsumexp`.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J. Numer.
    Anal. 41 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.softmax([12345, 67890, 99999999])
    array([0., 0., 1.])
    >>> ssm.softmax(np.zeros((2, 4), np.float32), axis=0)
    array([[0.5, 0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5, 0.5]], dtype=float32)
    >>> ssm.softmax([1.0, np.nan, 1.0], where=[True, False, True])
    array([0.5, 0. , 0.5])
    """
    if (
        where is True
        and sink is None
        and dtype is None
        and all_neginf == "nan"
        and posinf == "nan"
        and temperature is _DEFAULT_TEMPERATURE
    ):
        y = _native.softmax_door(x, axis, out)
        if y is not None:
            return y
    return _elementwise("softmax", x, axis, temperature, where, sink, all_neginf, posinf, out, dtype)


def log_softmax(
    x: Any,
    axis: Axis = -1,
    *,
    temperature: Any = _DEFAULT_TEMPERATURE,
    where: Any = True,
    sink: Any = None,
    all_neginf: str = "nan",
    posinf: str = "nan",
    out: Any = None,
    dtype: Any = None,
) -> Any:
    r"""Log-probabilities of logits: :math:`x_i/T - \log \sum_j e^{x_j/T}` over each row.

    Parameters
    ----------
    x : array_like
        Logits, as for :func:`softmax`.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    temperature : float or array_like, default 1.0
        T > 0; an array gives each row its own and broadcasts like a result with keepdims.
    where : array_like of bool, default True
        Elements that take part. The result of a masked element is -inf, also in `out`.
    sink : float or array_like, optional
        One more logit of each row, without a result: as for :func:`softmax`.
    all_neginf : {"nan", "zero", "uniform", "raise"}, default "nan"
        What a row of nothing but -inf becomes ("zero" means zero probability: -inf). A row masked altogether is the empty
        distribution: always -inf.
    posinf : {"nan", "limit"}, default "nan"
        What a row with +inf becomes: nan, or the limit, the mass shared equally among the +inf.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap x in any way, or be x.
    dtype : dtype, optional
        Of the result (default: that of x).

    Returns
    -------
    ndarray or scalar
        Of the shape of x; a scalar for a scalar. Arrays and tables of other libraries come out as their kind, with their labels.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`.

    Notes
    -----
    *Accuracy*: error < 1 ulp, also for the maximum of a confident row, whose log-probability is minus the sum of the other
    probabilities and never rounded to 0 while it is representable; see :func:`bounds`. Below the smallest subnormal it is
    -0.0. *Bits*: as :func:`softmax`. *Special values*: a nan in a row makes the row nan; -inf gives -inf; a difference beyond
    the dtype is -inf. "invalid value" is raised (as ``np.errstate`` says) only where a nan is made out of none.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J. Numer.
    Anal. 41 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.log_softmax(np.array([0, -20], np.float32))
    array([-2.0611537e-09, -2.0000000e+01], dtype=float32)
    """
    if (
        where is True
        and sink is None
        and dtype is None
        and all_neginf == "nan"
        and posinf == "nan"
        and temperature is _DEFAULT_TEMPERATURE
    ):
        y = _native.log_softmax_door(x, axis, out)
        if y is not None:
            return y
    return _elementwise("log_softmax", x, axis, temperature, where, sink, all_neginf, posinf, out, dtype)
