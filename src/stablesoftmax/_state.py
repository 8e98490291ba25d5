"""LogSumExp: what is known of rows that are seen in parts, enough for the bits of a row seen whole."""

import math
import operator
from typing import Any, Self

import numpy as np

from stablesoftmax import _blocks, _parts, _state_pickle
from stablesoftmax._arguments import (
    Axis,
    as_logits,
    as_mask,
    cast,
    floating,
    normalise_axis,
    positive,
    reduced_dtype,
    result_dtype,
)
from stablesoftmax._build import bits_version
from stablesoftmax._layout import Array, Layout, assign, flat
from stablesoftmax._streams import absorbed, empty_states, logsumexp_of, merge_into, totals_of, within_reach
from stablesoftmax._threads import get_num_threads

_POLICY = np.uint8(0)  # what special rows become: nan


class LogSumExp:
    r"""The state of rows that are seen in parts: in a stream, in files, on several machines.

    States of parts merge into the state of the rows, bit for bit the same in any order and any grouping: a commutative monoid with
    ``LogSumExp()`` as its identity. From the state of a row come :math:`\log \sum_j e^{x_j/T}` and the softmax and
    log_softmax of any part of it, with the bits that the functions of these names give to the row seen whole.

    Parameters
    ----------
    dtype : dtype, optional
        Of the logits: float16, bfloat16, float32 or float64. By default that of the first block.
    temperature : float, default 1.0
        T > 0, the same for all rows.

    Attributes
    ----------
    dtype : numpy.dtype or None
        Of the logits; None of a state that has seen none and was given none.
    temperature : float
        T, one for all rows.
    shape : tuple of int or None
        Of the rows: that of a block without the axis of the row. None before the first block.
    count : ndarray or scalar
        How many elements of each row have taken part.
    bits_version : int
        Of the library that made the state; states of different versions do not merge.

    Raises
    ------
    TypeError
        For a dtype that is not accepted.
    ValueError
        For a temperature that is not positive and finite.

    See Also
    --------
    logsumexp, softmax, log_softmax : of rows at hand.

    Notes
    -----
    *Accuracy*: :meth:`softmax` and :meth:`log_softmax` as the functions. `value` too, < 1 ulp, but near zero: the function
    reads a row again whose logsumexp cancels (abs(result) < min(log1p(rest), 1), max < 0), which a state cannot, and the error
    there is < 1 ulp + 2**-25 * min(log1p(rest), 1) (float64: 2**-56). With a temperature the same holds for max/T +
    log1p(rest), beside 2**-52 * abs(max/T) where these two cancel (float64: 2**-104). *Bits*: of the multiset of a row's
    elements. *Special values*: a nan makes its row nan; a row with +inf has the value inf, one of nothing but -inf has the value
    -inf; softmax and log_softmax of such rows are nan ("invalid value"). *Memory*: 1000 bytes a row (float64: 808), whatever
    its length; pickled 600 to 900 for one row. *Threads*: a state must not be updated by two threads at once; give each its own and
    merge them.

    References
    ----------
    J. Demmel, P. Ahrens, H. D. Nguyen, *Efficient reproducible floating point summation and BLAS*, UCB/EECS-2016-121.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> x = np.arange(12, dtype=np.float32).reshape(2, 6)
    >>> state = ssm.LogSumExp()
    >>> for block in np.split(x, 3, axis=1):
    ...     state = state.update(block)
    >>> state.value
    array([ 5.4561934, 11.456193 ], dtype=float32)
    >>> np.array_equal(state.softmax(x[:, :2]), ssm.softmax(x)[:, :2])
    True
    >>> state == ssm.LogSumExp().update(x[:, 4:]).merge(ssm.LogSumExp().update(x[:, :4]))
    True
    """

    __slots__ = ("_states", "bits_version", "dtype", "shape", "temperature")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, dtype: Any = None, temperature: float = 1.0) -> None:
        t = positive("LogSumExp", temperature)
        if t.ndim:
            raise ValueError(f"LogSumExp: temperature has shape {t.shape}; a state has one temperature")
        self.dtype = None if dtype is None else result_dtype("LogSumExp", np.empty(0), dtype, np.dtype(np.float64))
        self.temperature = float(t)
        self.shape: tuple[int, ...] | None = None
        self.bits_version = bits_version
        self._states: Array = np.empty(0)

    @property
    def count(self) -> Any:
        """How many elements of each row have taken part."""
        return 0 if self.shape is None else self._field("present")[()]

    @property
    def value(self) -> Any:
        r""":math:`\log \sum_j e^{x_j/T}` of each row so far: float32 for half precision, else of the dtype of the logits."""
        self._check_version("value")
        dtype = np.dtype(np.float64) if self.dtype is None else reduced_dtype(self.dtype)
        if self.shape is None:
            return dtype.type(-np.inf)
        values = logsumexp_of("LogSumExp.value", self._states, self._is_float64, self.temperature)
        return cast(values.reshape(self.shape), dtype)[()]

    def update(self, block: Any, axis: Axis = -1, *, where: Any = True) -> Self:
        """Take in one more part of every row.

        Parameters
        ----------
        block : array_like
            Logits of the dtype of the state. Of any length along `axis`, none included.
        axis : int, tuple of ints or None, default -1
            The axis or axes along which the rows go on; the other axes are the rows and have the shape of the state.
        where : array_like of bool, default True
            Elements that take part.

        Returns
        -------
        LogSumExp
            The state itself. If an exception (an interrupt, say) ends the call it is as before.

        Raises
        ------
        TypeError
            For a block of another dtype than the state's.
        ValueError
            For a block whose rows have another shape than the state's.
        OverflowError
            For a row of more than 2**34 elements.
        numpy.exceptions.AxisError
            For an axis out of range.
        """
        name = "LogSumExp.update"
        self._check_version("update")
        x = as_logits(name, block, "block")
        dtype = floating(x.dtype)
        if self.dtype is not None and dtype != self.dtype:
            raise TypeError(f"{name}: block has dtype {x.dtype}, the state {self.dtype}; use block.astype({self.dtype.name!r})")
        mask = as_mask(name, where, x.shape)
        layout = Layout(x, normalise_axis(name, axis, x.shape))
        if self.shape is not None and layout.outer_shape != self.shape:
            raise self._misshapen(name, x, layout)
        before = empty_states(math.prod(layout.outer_shape), dtype == np.float64) if self.shape is None else self._states
        states = within_reach(name, absorbed(name, before, x, mask, layout, dtype, self.temperature))
        self.dtype, self.shape, self._states = dtype, layout.outer_shape, states
        return self

    def merge(self, other: "LogSumExp") -> "LogSumExp":
        """The state of the rows of which both are parts.

        Parameters
        ----------
        other : LogSumExp
            Of the same dtype, temperature, shape and version; or one without a dtype, the identity.

        Returns
        -------
        LogSumExp
            A new state; neither side is changed.

        Raises
        ------
        TypeError
            If `other` is no state.
        ValueError
            If the two do not belong together; the message names both values.
        """
        if not isinstance(other, LogSumExp):
            raise TypeError(f"LogSumExp.merge: other is a {type(other).__name__}, not a LogSumExp")
        for what in ("bits_version", "dtype", "temperature", "shape"):
            mine, theirs = getattr(self, what), getattr(other, what)
            blank = self.dtype is None or other.dtype is None if what in ("dtype", "temperature") else None in (mine, theirs)
            if mine != theirs and not blank:
                raise ValueError(f"LogSumExp.merge: states of {what} {mine} and {theirs} do not add up; use one {what}")
        first, second = (other, self) if self.shape is None else (self, other)
        merged = first.copy() if first.dtype is not None else second.copy()
        if second.shape is not None:
            merge_into("LogSumExp.merge", merged._states, second._states, merged._is_float64, merged.temperature)
            within_reach("LogSumExp.merge", merged._states)
        return merged

    def softmax(self, block: Any, axis: Axis = -1) -> Any:
        """Probabilities of a part of the rows that the state has seen.

        Parameters
        ----------
        block : array_like
            Logits, part of the rows: of the dtype of the state.
        axis : int, tuple of ints or None, default -1
            The axis or axes of the rows.

        Returns
        -------
        ndarray or scalar
            The bits of these elements in ``softmax`` of the whole rows.

        Raises
        ------
        TypeError, ValueError, numpy.exceptions.AxisError
            As :meth:`update`, and for a block that holds what the state has not seen, as far as that shows: an element above the
            maximum, or a nan.
        """
        return self._results("softmax", block, axis)

    def log_softmax(self, block: Any, axis: Axis = -1) -> Any:
        """Log-probabilities of a part of the rows that the state has seen.

        Parameters
        ----------
        block : array_like
            Logits, part of the rows: of the dtype of the state.
        axis : int, tuple of ints or None, default -1
            The axis or axes of the rows.

        Returns
        -------
        ndarray or scalar
            The bits of these elements in ``log_softmax`` of the whole rows.

        Raises
        ------
        TypeError, ValueError, numpy.exceptions.AxisError
            As :meth:`softmax`.
        """
        return self._results("log_softmax", block, axis)

    def _results(self, name: str, block: Any, axis: Axis) -> Any:
        called = f"LogSumExp.{name}"
        self._check_version(name)
        x = as_logits(called, block, "block")
        dtype = floating(x.dtype)
        if self.shape is None:
            raise ValueError(f"{called}: the state has seen nothing; update it with all parts of the rows first")
        if self.dtype is not None and dtype != self.dtype:
            raise TypeError(f"{called}: block has dtype {x.dtype}, the state {self.dtype}; use block.astype({self.dtype.name!r})")
        axes = normalise_axis(called, axis, x.shape)
        rank_of_x, x = x.ndim, np.atleast_1d(x)
        layout = Layout(x, axes or ((0,) if rank_of_x == 0 else ()))
        if layout.outer_shape != self.shape:
            raise self._misshapen(called, x, layout)
        totals = totals_of(called, self._states, self._is_float64, self.temperature, name == "log_softmax").reshape(*self.shape, 2)
        summary = _parts.Summary(*(self._field(field) for field in _parts.Summary._fields))
        y = np.empty_like(x, dtype=dtype, subok=False)
        rows, targets, rank = layout.rows_last(x), layout.rows_last(y), layout.outer_rank

        def work(at: _blocks.Index) -> None:
            outer = at[:rank]
            part = np.require(flat(cast(rows[at], dtype), rank), requirements="A")
            known = _parts.Summary(*(field[outer] for field in summary))
            self._refuse_unseen(called, _parts.summary_of(part, None), known)
            assign(targets[at], _parts.write(name, part, None, self.temperature, _POLICY, known, totals[outer]), dtype)

        _blocks.run(name, _blocks.cut(rows.shape, _blocks.ELEMENTS), work, get_num_threads())
        return y if rank_of_x else y[0]

    def _misshapen(self, called: str, x: Array, layout: Layout) -> ValueError:
        rows = f"block of shape {x.shape} has rows of shape {layout.outer_shape}"
        return ValueError(f"{called}: {rows}; those of the state are {self.shape}")

    @staticmethod
    def _refuse_unseen(called: str, found: _parts.Summary, known: _parts.Summary) -> None:
        unseen = ((found.max > known.max) | found.nan) & ~known.nan
        if unseen.any():
            largest, most = (np.broadcast_to(a, unseen.shape)[unseen].flat[0] for a in (found.max, known.max))
            what = "a nan" if found.nan[unseen].flat[0] else f"{largest}"
            raise ValueError(f"{called}: block holds {what}, which the state has not seen (the maximum of that row is {most})")

    def copy(self) -> "LogSumExp":
        """A state that changes on its own.

        Returns
        -------
        LogSumExp
            Equal to this one.
        """
        twin = LogSumExp(self.dtype, self.temperature)
        twin.shape, twin.bits_version, twin._states = self.shape, self.bits_version, self._states.copy()
        return twin

    __copy__ = copy

    def __deepcopy__(self, memo: Any) -> "LogSumExp":
        return self.copy()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LogSumExp):
            return NotImplemented
        key = operator.attrgetter("bits_version", "dtype", "temperature", "shape")
        return bool(key(self) == key(other) and self._states.tobytes() == other._states.tobytes())

    def __repr__(self) -> str:
        if self.shape is None:
            return f"<LogSumExp of no rows, dtype {self.dtype}, temperature {self.temperature}>"
        seen = f"{self.count} elements" if self.shape == () else f"rows of shape {self.shape}"
        return f"<LogSumExp of {seen}, dtype {self.dtype}, temperature {self.temperature}>"

    def __reduce__(self) -> Any:
        packed = None if self.shape is None else _state_pickle.pack(self._states)
        return _restored, (self.bits_version, self.dtype, self.temperature, self.shape, packed)

    @property
    def _is_float64(self) -> bool:
        return self.dtype == np.float64

    def _field(self, field: str) -> Array:
        values = self._states[field].reshape(self.shape)
        return np.asarray(values != 0 if field == "nan" else values)

    def _check_version(self, what: str) -> None:
        if self.bits_version != bits_version:
            raise ValueError(
                f"LogSumExp.{what}: the state was made by bits_version {self.bits_version}, this is {bits_version}; "
                "make it again from the data"
            )


def _restored(version: int, dtype: Any, temperature: float, shape: tuple[int, ...] | None, packed: Any) -> LogSumExp:
    """What pickle calls."""
    state = LogSumExp(dtype, temperature)
    state.bits_version, state.shape = version, shape
    if packed is not None:
        state._states = _state_pickle.unpack(packed, math.prod(shape or ()), dtype == np.float64)
    return state
