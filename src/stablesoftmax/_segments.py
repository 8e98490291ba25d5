"""A function over segments: rows of varying length, one after the other along the first axis of an array.

Segments are cut into blocks for threads and interrupts; one that outgrows a block goes the way of any other row (_rows.py). Casts
and foreign byte orders are copied a block at a time.
"""

import itertools
import math
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import NO_SINK, cast, is_bfloat16
from stablesoftmax._layout import apart, patterns
from stablesoftmax._rows import elementwise, reduction
from stablesoftmax._threads import get_num_threads

Array = np.ndarray[Any, Any]

_FUNCTIONS = {"softmax": 0, "log_softmax": 1, "logsumexp": 2}


class Work(NamedTuple):
    """A function of rows and what it is given beside them: the arrays are matrices.

    x, mask and the results of softmax and log_softmax have a row an element; temperature and the results of logsumexp have a row a
    segment.
    """

    name: str  # what messages quote
    function: str
    x: Array
    mask: Array | None
    temperature: Array
    policy: int
    computing: np.dtype[Any]
    out: Array

    @property
    def reduces(self) -> bool:
        return self.function == "logsumexp"

    def part(self, rows: slice, segments: slice) -> "Work":
        """The same for some segments, which are made of some rows."""
        mask, out = None if self.mask is None else self.mask[rows], self.out[segments if self.reduces else rows]
        return self._replace(x=self.x[rows], mask=mask, temperature=self.temperature[segments], out=out)


def in_one_call(work: Work, native: Callable[..., bool], *segments: Any) -> bool:
    """A call of the native code, for what is small enough to be cast, and copied where it is not aligned."""
    computing = work.computing
    computed = np.dtype(np.float32) if work.reduces and computing.itemsize == 2 else computing
    x = cast(work.x, computing)
    if x is not work.x or not x.flags.aligned:
        x = np.require(x, requirements=["A", "C"])
    direct = work.out.dtype == computed and work.out.flags.aligned
    y = work.out if direct else np.empty(work.out.shape, computed)
    function, bfloat16 = _FUNCTIONS[work.function], is_bfloat16(computing)
    invalid = native(function, patterns(x), work.mask, patterns(y), work.temperature, work.policy, bfloat16, *segments)
    if not direct:
        work.out[...] = cast(y, work.out.dtype)
    return invalid


def cut(ends: Array, threads: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Blocks (begin, end) of items that end at ends[1:] (in elements), and the items too large to be in a block."""
    count, elements = len(ends) - 1, int(ends[-1])
    if elements + count <= _blocks.ELEMENTS:
        return [(0, count)], []
    large = np.flatnonzero(np.diff(ends) > _blocks.ELEMENTS)
    work = ends + np.arange(count + 1)  # an empty item is some work too
    most = _blocks.size(elements + count, threads)
    at = np.unique(np.concatenate([np.searchsorted(work, np.arange(0, work[-1], most)), large, large + 1, [0, count]])).tolist()
    alone = large.tolist()
    return [(begin, end) for begin, end in itertools.pairwise(at) if begin not in alone], alone


class Grouping(Protocol):
    """Which rows make up each of so many segments."""

    count: int

    def compute(self, work: Work) -> bool:
        """Results into work.out; true where a nan was made out of none."""


class Segments:
    """Segment s is made of the rows offsets[s] to offsets[s + 1] of an array."""

    def __init__(self, offsets: Array):
        self.offsets, self.count = offsets, len(offsets) - 1

    def compute(self, work: Work) -> bool:
        threads = get_num_threads()
        blocks, large = cut(self.offsets * work.x.shape[1], threads)
        invalid = any(_blocks.run(work.name, blocks, lambda block: self._block(work, *block), threads))

        def note(kind: str, flag: int) -> None:
            nonlocal invalid
            invalid = True

        with np.errstate(invalid="call", call=note):
            for segment in large:
                self._alone(work, segment)
        return invalid

    def _block(self, work: Work, begin: int, end: int) -> bool:
        """The segments from begin to end in one call of the native code."""
        part = work.part(self._rows(begin, end), slice(begin, end))
        return in_one_call(part, _native.segment_rows, self.offsets[begin : end + 1])

    def _rows(self, begin: int, end: int) -> slice:
        return slice(int(self.offsets[begin]), int(self.offsets[end]))

    def _alone(self, work: Work, segment: int) -> None:
        rows = self._rows(segment, segment + 1)
        x, mask = work.x[rows], None if work.mask is None else work.mask[rows]
        if work.reduces:
            reduction(work.function, x, (0,), mask, work.computing, work.out[segment])
        else:
            policy = np.array(work.policy, np.uint8)
            elementwise(work.function, x, (0,), mask, work.temperature[segment], NO_SINK, policy, work.computing, work.out[rows])


def as_matrix(array: Array) -> Array:
    """All axes but the first joined: a view where memory allows it."""
    return array.reshape(len(array), math.prod(array.shape[1:]))


def over_segments(
    name: str, function: str, segments: Grouping, x: Array, mask: Array | None, temperature: Array, policy: int,
    computing: np.dtype[Any], out: Array,
) -> None:  # fmt: skip
    """The function of every segment of x into `out`, arrays of any shape. `temperature` has the shape of a reduction."""
    if out.size == 0:
        return
    reduces = function == "logsumexp"  # whose results are written over elements of other segments
    x = (x.copy() if np.may_share_memory(x, out) else x) if reduces else apart(x, out)
    mask = None if mask is None else as_matrix(apart(mask, out))
    temperature = temperature.copy() if np.may_share_memory(temperature, out) else temperature
    results = as_matrix(out)
    if segments.compute(Work(name, function, as_matrix(x), mask, as_matrix(temperature), policy, computing, results)):
        _native.raise_invalid(name)
    if not np.may_share_memory(results, out):
        out[...] = results.reshape(out.shape)


def refuse_all_neginf(name: str, what: str, segments: Grouping, x: Array, mask: Array | None, computing: np.dtype[Any]) -> None:
    """all_neginf="raise": the first segment that holds nothing above -inf although something in it takes part."""
    shape = (segments.count, *x.shape[1:])
    ones = np.broadcast_to(np.ones(()), shape)

    def sums(x: Array, computing: np.dtype[Any]) -> Array:
        result = np.empty(shape, np.float64)
        over_segments(name, "logsumexp", segments, x, mask, ones, 0, computing, result)
        return result

    zeros = np.broadcast_to(np.zeros((), np.float32), x.shape)  # have a sum unless nothing takes part
    found = np.argwhere((sums(x, computing) == -np.inf) & (sums(zeros, np.dtype(np.float32)) > -np.inf))
    if len(found):
        at = tuple(int(i) for i in found[0])
        column = f", column {at[1:]}," if at[1:] else ""
        raise ValueError(
            f"{name}: every element of {what} {at[0]}{column} is -inf, which has no softmax; mask it, or use "
            'all_neginf="zero" or "uniform"'
        )
