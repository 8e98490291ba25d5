"""A function over segments: rows of varying length, whose elements lie together or anywhere along the first axis.

Segments are cut into blocks for threads and interrupts; one that outgrows a block goes the way of any other row (_rows.py). Where
ids are not sorted their order is found once, in linear time. Beside the result that takes 8 bytes an element for the order and 8
for the ids where they are not int64, 16 a segment; casts and foreign byte orders are copied a block at a time.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import cast, is_bfloat16
from stablesoftmax._layout import apart, patterns
from stablesoftmax._rows import elementwise, reduction
from stablesoftmax._threads import get_num_threads

Array = np.ndarray[Any, Any]

_FUNCTIONS = {"softmax": 0, "log_softmax": 1, "logsumexp": 2}


@dataclass(frozen=True, slots=True)
class Segments:
    """Segment s is made of the places offsets[s] to offsets[s + 1]: rows of an array, or those that `order` has there."""

    offsets: Array
    order: Array | None

    @property
    def count(self) -> int:
        return len(self.offsets) - 1

    def rows(self, begin: int, end: int) -> Any:
        """An index of the rows of some segments."""
        places = slice(int(self.offsets[begin]), int(self.offsets[end]))
        return places if self.order is None else self.order[places]


def segments_of_ids(name: str, ids: Any, length: int, num_segments: Any) -> Segments:
    """From the segment of each row to the rows of each segment."""
    array = np.asarray(ids)
    if array.dtype.kind not in "iu":
        if array.size == 0 and not isinstance(ids, np.ndarray):
            array = array.astype(np.int64)  # an empty list is of any dtype
        else:
            raise TypeError(f"{name}: segment_ids have dtype {array.dtype}; they must be integers")
    if array.shape != (length,):
        raise ValueError(f"{name}: segment_ids have shape {array.shape}; x has {length} rows, so it must be ({length},)")
    least, most = (int(array.min()), int(array.max())) if length else (0, -1)
    if num_segments is None:
        count = most + 1
        way_out = "ids count from 0"
    else:
        try:
            count = num_segments.__index__()
        except (AttributeError, TypeError):
            raise TypeError(f"{name}: num_segments must be an int or None, not {num_segments!r}") from None
        if count < 0:
            raise ValueError(f"{name}: num_segments is {count}; it must not be negative")
        way_out = f"use 0 to {count - 1}, or a larger num_segments" if count else "with num_segments=0 there can be no element"
    if least < 0 or most >= count:
        at = int(np.argmax((array < 0) | (array >= count)))
        raise ValueError(f"{name}: segment_ids[{at}] is {array[at]}; {way_out}")
    offsets, order = _native.segment_order(np.require(array, np.int64, ["C", "A"]), count)
    return Segments(offsets[:-1], order)


def _cut(segments: Segments, columns: int, threads: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Blocks of segments as (begin, end), and the segments that are too large for a block."""
    offsets, count = segments.offsets, segments.count
    work = offsets * columns
    if work[-1] + count <= _blocks.ELEMENTS:
        return [(0, count)], []
    large = np.flatnonzero(np.diff(work) > _blocks.ELEMENTS)
    work += np.arange(count + 1)  # an empty segment is some work too
    most = _blocks.size(int(work[-1]), threads)
    at = np.unique(np.concatenate([np.searchsorted(work, np.arange(0, work[-1], most)), large, large + 1, [0, count]])).tolist()
    alone = set(large.tolist())
    return [(begin, end) for begin, end in itertools.pairwise(at) if begin not in alone], sorted(alone)


def as_matrix(array: Array) -> Array:
    """All axes but the first joined: a view where memory allows it."""
    return array.reshape(len(array), math.prod(array.shape[1:]))


class _Call:
    """One function of all segments of x, into `out`; all arrays are matrices, of a row an element or a segment."""

    def __init__(
        self, function: str, segments: Segments, x: Array, mask: Array | None, temperature: Array, policy: int,
        computing: np.dtype[Any], out: Array,
    ):  # fmt: skip
        self.function, self.segments, self.x, self.mask, self.out = function, segments, x, mask, out
        self.temperature, self.policy, self.computing = temperature, policy, computing
        self.reduces = function == "logsumexp"
        # the dtype of the native results
        self.computed = np.dtype(np.float32) if self.reduces and computing.itemsize == 2 else computing

    def run(self, name: str) -> None:
        threads = get_num_threads()
        blocks, large = _cut(self.segments, self.x.shape[1], threads)
        invalid = any(_blocks.run(name, blocks, self._block, threads))

        def note(kind: str, flag: int) -> None:
            nonlocal invalid
            invalid = True

        with np.errstate(invalid="call", call=note):
            for segment in large:
                self._alone(segment)
        if invalid:
            _native.raise_invalid(name)

    def _block(self, block: tuple[int, int]) -> bool:
        begin, end = block
        rows = self.segments.rows(begin, end)
        order = None if isinstance(rows, slice) else rows
        x_is_plain = self.x.dtype == self.computing and self.x.flags.aligned
        out_is_plain = self.out.dtype == self.computed and self.out.flags.aligned
        if order is not None and not (x_is_plain and (self.reduces or out_is_plain)):
            order = None  # what has to be copied in any case is copied in order
        index = rows if order is None else slice(None)
        x = self.x[index]
        if not x_is_plain:
            x = np.require(cast(x, self.computing), requirements="A")
        mask = None if self.mask is None else self.mask[index]
        target = slice(begin, end) if self.reduces else index
        direct = out_is_plain and isinstance(target, slice)
        y = self.out[target] if direct else np.empty((end - begin if self.reduces else len(x), x.shape[1]), self.computed)
        invalid = _native.segment_rows(
            _FUNCTIONS[self.function], patterns(x), mask, patterns(y), self.segments.offsets[begin : end + 1], order,
            self.temperature[begin:end], self.policy, is_bfloat16(self.computing),
        )  # fmt: skip
        if not direct:
            self.out[target] = cast(y, self.out.dtype)
        return invalid

    def _alone(self, segment: int) -> None:
        rows = self.segments.rows(segment, segment + 1)
        x, mask = self.x[rows], None if self.mask is None else self.mask[rows]
        if self.reduces:
            reduction(self.function, x, (0,), mask, self.computing, self.out[segment])
            return
        y = self.out[rows] if isinstance(rows, slice) else np.empty(x.shape, self.out.dtype)
        elementwise(self.function, x, (0,), mask, self.temperature[segment], np.array(self.policy, np.uint8), self.computing, y)
        if not isinstance(rows, slice):
            self.out[rows] = y


def over_segments(
    name: str, function: str, segments: Segments, x: Array, mask: Array | None, temperature: Array, policy: int,
    computing: np.dtype[Any], out: Array,
) -> None:  # fmt: skip
    """The function of every segment of x into `out`. `temperature` has the shape of a reduction; `name` is what messages quote."""
    if out.size == 0:
        return
    reduces = function == "logsumexp"  # whose results are written over elements of other segments
    x = (x.copy() if np.may_share_memory(x, out) else x) if reduces else apart(x, out)
    mask = None if mask is None else apart(mask, out)
    temperature = temperature.copy() if np.may_share_memory(temperature, out) else temperature
    results, masks = as_matrix(out), None if mask is None else as_matrix(mask)
    _Call(function, segments, as_matrix(x), masks, as_matrix(temperature), policy, computing, results).run(name)
    if not np.may_share_memory(results, out):
        out[...] = results.reshape(out.shape)


def refuse_all_neginf(name: str, what: str, segments: Segments, x: Array, mask: Array | None, computing: np.dtype[Any]) -> None:
    """all_neginf="raise": the first segment that holds nothing above -inf although something in it takes part."""
    shape = (segments.count, *x.shape[1:])
    ones = np.broadcast_to(np.ones(()), shape)
    sums = np.empty(shape, np.float64)
    over_segments(name, "logsumexp", segments, x, mask, ones, 0, computing, sums)
    bad = sums == -np.inf
    if mask is None:
        bad &= (np.diff(segments.offsets) > 0).reshape(-1, *[1] * (x.ndim - 1))
    else:  # a segment of zeros has a sum unless all of it is masked
        zeros = np.broadcast_to(np.zeros((), np.float32), x.shape)
        over_segments(name, "logsumexp", segments, zeros, mask, ones, 0, np.dtype(np.float32), sums)
        bad &= sums > -np.inf
    found = np.argwhere(bad)
    if len(found):
        at = tuple(int(i) for i in found[0])
        column = f", column {at[1:]}," if at[1:] else ""
        raise ValueError(
            f"{name}: every element of {what} {at[0]}{column} is -inf, which has no softmax; mask it, or use "
            'all_neginf="zero" or "uniform"'
        )
