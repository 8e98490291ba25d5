"""sample."""

import math
import operator
from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import NO_SINK, as_logits, as_mask, as_one_axis, as_temperature, cast, reduced_dtype, reduced_shape
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._environment import neutral
from stablesoftmax._generator import as_generator, uniform
from stablesoftmax._layout import row_last
from stablesoftmax._rows import elementwise

Array = np.ndarray[Any, Any]
Filters = tuple[Array, Array, Array]

_LIMIT = np.array(4, np.uint8)  # a row with +inf shares its mass among them
_EVERYTHING = np.iinfo(np.int64).max


def _as_size(name: str, size: Any) -> tuple[int, ...]:
    if size is None:
        return ()
    try:
        shape = tuple(operator.index(n) for n in size) if isinstance(size, (tuple, list)) else (operator.index(size),)
    except TypeError:
        raise TypeError(f"{name}: size must be an int, a tuple of ints or None, not {size!r}") from None
    if any(n < 0 for n in shape):
        raise ValueError(f"{name}: size is {size!r}; use 0 or more")
    return shape


def _as_filter(name: str, what: str, value: Any, unused: Any, row_shape: tuple[int, ...], axis: int) -> Array:
    """Values of the filter `what`, one a row, checked; `unused` for None."""
    whole = what == "top_k"
    values = np.asarray(unused if value is None else value)
    if values.dtype.kind not in ("iu" if whole else "iuf") or values.dtype.char == "g":
        raise TypeError(f"{name}: {what} must be {'an int' if whole else 'a number'} or an array of them, not {value!r}")
    if whole:
        good, rule = values >= 1, "it must be 1 or more (None keeps every element)"
        values = np.minimum(values, _EVERYTHING)
    elif what == "top_p":
        good, rule = (
            (values > 0) & (values <= 1),
            "it must lie above 0 (for the most probable element alone use top_k=1) and not above 1",
        )
    else:
        good, rule = (values >= 0) & (values <= 1), "it must lie between 0 and 1"
    if not good.all():
        raise ValueError(f"{name}: {what} is {values[~good].flat[0] if values.ndim else values[()]}; {rule}")
    try:
        values = np.broadcast_to(cast(values, np.dtype(np.int64 if whole else np.float64)), row_shape)
    except ValueError:
        raise ValueError(f"{name}: {what} of shape {values.shape} does not broadcast to {row_shape}, one value a row") from None
    return values.squeeze(axis)


@neutral
def _as_filters(name: str, top_k: Any, top_p: Any, min_p: Any, row_shape: tuple[int, ...], axis: int) -> Filters | None:
    if top_k is None and top_p is None and min_p is None:
        return None
    k = _as_filter(name, "top_k", top_k, _EVERYTHING, row_shape, axis)
    return k, _as_filter(name, "top_p", top_p, 1.0, row_shape, axis), _as_filter(name, "min_p", min_p, 0.0, row_shape, axis)


def _refuse_undefined(name: str, rows: Array, masks: Array | None) -> None:
    """The first row that holds a nan, or nothing above -inf."""
    if 0 in rows.shape[:-1]:
        return
    dtype = reduced_dtype(rows.dtype)
    highest = np.empty(rows.shape[:-1], dtype)

    def look(at: _blocks.Index) -> None:
        present: Any = True if masks is None else masks[at]
        with np.errstate(all="ignore"):
            highest[at] = cast(rows[at], dtype).max(axis=-1, where=present, initial=-np.inf)

    _blocks.over_rows(name, highest.shape, rows.shape[-1], look)
    good = highest > -np.inf
    if not good.all():
        at = tuple(int(i) for i in np.argwhere(~good)[0])
        row = f"row {at}" if at else "the row"
        if np.isnan(highest[at]):
            raise ValueError(f"{name}: {row} holds a nan; mask it with where=, or mend it where it was made")
        raise ValueError(f"{name}: {row} holds nothing to draw: every element is -inf or masked; leave such rows out")


@of_any_kind(labels=False)
def sample(
    logits: Any,
    size: Any = None,
    axis: int = -1,
    *,
    temperature: Any = 1.0,
    top_k: Any = None,
    top_p: Any = None,
    min_p: Any = None,
    where: Any = True,
    rng: Any = None,
) -> Any:
    r"""Indices drawn from the distribution that logits stand for: index i of a row with probability softmax(row)[i].

    Parameters
    ----------
    logits : array_like
        float16, bfloat16, float32 or float64; integers and bool are converted to float64 first. Any strides, alignment, byte
        order; nested lists and scalars too.
    size : int, tuple of ints or None, default None
        How many draws from each row, with replacement; None for one.
    axis : int, default -1
        The axis that makes up a row; indices count along it.
    temperature : float or array_like, default 1.0
        T > 0, in the units of the logits, exact as in :func:`softmax`. This, `top_k`, `top_p` and `min_p` may be arrays that give
        each row its own; they broadcast like a result with keepdims.
    top_k : int or array_like, optional
        Draw from the k largest logits only (from all of them where a row is shorter).
    top_p : float or array_like, optional
        Draw from the smallest set of most probable elements whose mass is at least p, 0 < p <= 1.
    min_p : float or array_like, optional
        Draw from the elements that are at least p times as probable as the most probable one, 0 <= p <= 1.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of logits. A masked one is never drawn and counts for nothing, whatever
        it holds.
    rng : None, int, SeedSequence, BitGenerator or Generator, optional
        Where randomness comes from (SPEC 7): a Generator is used as it is, anything else goes through
        ``numpy.random.default_rng``; None is a new one each time.

    Returns
    -------
    int or ndarray of int64
        Of the shape `size` followed by the shape of logits without `axis`; an int for one draw from one row.

    Raises
    ------
    TypeError
        For logits or a mask of another dtype, more than one axis, a RandomState.
    ValueError
        For a row that has no distribution (it holds a nan, or nothing above -inf that is not masked), a temperature that is not
        positive and finite (0: use argmax), a filter out of its range. No number is taken from `rng` then.
    numpy.exceptions.AxisError
        For an axis out of range.

    See Also
    --------
    gumbel_softmax : a sample that is differentiable in the logits.
    top_k : the largest logits themselves.

    Notes
    -----
    *Order of the filters*: mask, temperature, top_k, top_p, min_p, each over the mass that the ones before left, as in Hugging Face
    transformers. Among equal logits at the threshold the lowest indices stay: exactly k elements, and the fewest that have the
    mass p (transformers keeps every tie of the k-th).

    *Exactness*: the probabilities are those of a float64 softmax, as integers in units of 2**-62, rounded down; masses, thresholds
    and draws are integer arithmetic. The distance (total variation) between what is drawn from and the exact softmax of n elements
    is below 2**-52 + n * 2**-61; with filters, from the exact softmax over the elements that they keep. An element of probability
    below 2**-62 is never drawn, nor is one that is -inf, masked or filtered out.

    *Stream*: each draw takes one 64-bit integer u from `rng`, in C order of the result, and falls to the element in whose part of
    the cumulated weights u * total / 2**64 lies. The same `rng` gives the same indices on every level, layout, number of threads.

    *Special values*: a row with +inf is the limit, each of its +inf equally likely. Temperatures as far as 1e-30 and 1e30 work.

    References
    ----------
    L. Devroye, *Non-Uniform Random Variate Generation*, Springer 1986, III.2 (inversion). A. Holtzman et al., *The curious case
    of neural text degeneration*, ICLR 2020 (top_p). M. Nguyen et al., *Turning up the heat: min-p sampling*, ICLR 2025.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> logits = np.log([0.1, 0.2, 0.7])
    >>> ssm.sample(logits, 10, rng=42)
    array([2, 2, 2, 2, 0, 2, 2, 2, 1, 2])
    >>> ssm.sample([[0.0, 5.0, 0.0], [1.0, 2.0, 9.0]], top_k=1)
    array([1, 2])
    """
    name = "sample"
    x = as_logits(name, logits)
    along = as_one_axis(name, axis, x.shape)
    mask = as_mask(name, where, x.shape)
    x, mask = np.atleast_1d(x), None if mask is None else np.atleast_1d(mask)
    t = as_temperature(name, temperature, x.shape, (along,))
    row_shape = reduced_shape(x.shape, (along,), keepdims=True)
    filters = _as_filters(name, top_k, top_p, min_p, row_shape, along)
    size = _as_size(name, size)
    generator = as_generator(name, rng)
    rows, masks = row_last(x, along), None if mask is None else row_last(mask, along)
    _refuse_undefined(name, rows, masks)

    outer, length = rows.shape[:-1], rows.shape[-1]
    draws = uniform(generator, size + outer)
    indices = np.empty(draws.shape, np.int64)
    # the draws of a row, along a last axis
    draws_of_row, indices_of_row = (row_last(a.reshape(math.prod(size), *outer), 0) for a in (draws, indices))

    def draw(at: _blocks.Index) -> None:
        block, block_mask = rows[at], None if masks is None else masks[at]
        p = np.empty(block.shape)
        elementwise("softmax", block, (block.ndim - 1,), block_mask, t[at] if t.ndim else t, NO_SINK, _LIMIT, p.dtype, p)
        if filters is None:
            weights = _native.cumulative_weights(p)
        else:
            weights, _ = _native.filtered_weights(cast(block, p.dtype), p, *(values[at] for values in filters))
        _native.invert(weights, draws_of_row[at], out=indices_of_row[at])

    if indices.size:
        # the softmax of rows that are blocks by themselves has threads of its own
        _blocks.over_rows(name, outer, length, draw, threads=None if length <= _blocks.ELEMENTS else 1)
    return indices if indices.ndim else int(indices)
