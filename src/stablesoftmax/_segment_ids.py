"""From segment ids to the elements of each segment.

Rising ids need offsets only, and elements stay where they are. Others are sorted by counting, which is stable and linear. Elements
of a large array are dealt into buckets of neighbouring segments first, and those are sorted in turn: what lies anywhere in a large
array would be read and written a cache line an element. Beside the result that takes a copy of x (and of the mask) and 4 bytes an
id, in any case up to 25 bytes a segment, and 8 bytes an id more where ids are not int64.
"""

import math
import operator
from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._segments import Grouping, Segments, Work, cut, in_one_call
from stablesoftmax._threads import get_num_threads

Array = np.ndarray[Any, Any]

# Elements of a bucket: with their ids and their order they fit a core's own cache.
_BUCKET = 1 << 15
# More streams than this outgrow the innermost cache and the address translation of a core.
_MOST_BUCKETS = 1024
# Ids between two looks at signals.
_STRETCH = 1 << 22


def _in_one_call(work: Work, ids: Array, starts: Array, shift: int) -> bool:
    """The native code sorts the elements of each bucket itself, where their rows are whole."""
    if work.reduces or _has_whole_rows(work.out):
        return in_one_call(_with_whole_rows(work), _native.segment_buckets, ids, starts, shift)
    y = np.empty(work.out.shape, work.out.dtype)
    invalid = in_one_call(_with_whole_rows(work)._replace(out=y), _native.segment_buckets, ids, starts, shift)
    work.out[...] = y
    return invalid


class Buckets:
    """Buckets of 2^shift neighbouring segments, elements in their order: with a shift of 0 the segments themselves."""

    def __init__(self, ids: Array, count: int, shift: int):
        self._ids, self.count, self._shift = ids, count, shift
        self.starts = np.zeros(max(count - 1, 0) // 2**shift + 2, np.int64)
        self.complete = all(_native.segment_count(ids[at], shift, self.starts[1:], count) for at in self._stretches())
        np.cumsum(self.starts, out=self.starts)

    def compute(self, work: Work) -> bool:
        if len(self.starts) == 2 and work.x.size <= _blocks.ELEMENTS:
            return _in_one_call(work, self._ids, self.starts, self._shift)
        return self._each_sorted(work) if self._shift else self._all_sorted(work)

    def _all_sorted(self, work: Work) -> bool:
        """Every bucket is a segment."""
        moved = self._dealt(work)
        invalid = Segments(self.starts).compute(moved)
        self._collect(moved, work)
        return invalid

    def _each_sorted(self, work: Work) -> bool:
        """Every bucket is to be sorted."""
        ids = np.empty(len(work.x), np.uint32)
        moved, threads = self._dealt(work, ids), get_num_threads()

        def of_buckets(begin: int, end: int) -> tuple[Work, Array]:
            rows = slice(int(self.starts[begin]), int(self.starts[end]))
            segments = slice(begin << self._shift, min(end << self._shift, self.count))
            return moved.part(rows, segments), ids[rows]

        def on_block(block: tuple[int, int]) -> bool:
            begin, end = block
            return _in_one_call(*of_buckets(begin, end), self.starts[begin : end + 1], self._shift)

        blocks, large = cut(self.starts * work.x.shape[1], threads)
        invalid = any(_blocks.run(work.name, blocks, on_block, threads))
        for bucket in large:
            part, some = of_buckets(bucket, bucket + 1)
            invalid |= Buckets(some, len(part.temperature), 0).compute(part)
        self._collect(moved, work)
        return invalid

    def _stretches(self) -> list[slice]:
        return [slice(i, i + _STRETCH) for i in range(0, len(self._ids), _STRETCH)]

    def _dealt(self, work: Work, ids: Array | None = None) -> Work:
        """The work with its elements moved into the buckets, and the ids within each into `ids`."""
        x, mask = self._deal(work.x, ids), None if work.mask is None else self._deal(work.mask)
        out = work.out if work.reduces else x if work.out.dtype == x.dtype else np.empty(x.shape, work.out.dtype)
        return work._replace(x=x, mask=mask, out=out)

    def _deal(self, rows: Array, ids: Array | None = None) -> Array:
        if not _has_whole_rows(rows):
            rows = np.ascontiguousarray(rows)
        dealt, cursors = np.empty(rows.shape, rows.dtype), self.starts[:-1].copy()
        for at in self._stretches():
            _native.segment_deal(self._ids[at], self._shift, cursors, rows[at], dealt, ids)
        return dealt

    def _collect(self, moved: Work, work: Work) -> None:
        """The results of elements back to where these came from."""
        if work.reduces:
            return
        out, cursors = work.out, self.starts[:-1].copy()
        if not _has_whole_rows(out):
            out = np.empty(out.shape, out.dtype)
        for at in self._stretches():
            _native.segment_collect(self._ids[at], self._shift, cursors, moved.out, out[at])
        if out is not work.out:
            work.out[...] = out


def _with_whole_rows(work: Work) -> Work:
    if _has_whole_rows(work.x) and (work.mask is None or _has_whole_rows(work.mask)):
        return work
    return work._replace(x=np.ascontiguousarray(work.x), mask=None if work.mask is None else np.ascontiguousarray(work.mask))


def _has_whole_rows(matrix: Array) -> bool:
    return matrix.shape[1] == 1 or matrix.strides[1] == matrix.itemsize


def _grouped(ids: Array, count: int, columns: int) -> Grouping | None:
    """None where an id is out of range."""
    if _native.segment_rising(ids):
        offsets = np.empty(count + 1, np.int64)
        return Segments(offsets) if _native.segment_offsets(ids, offsets) else None
    number = min(len(ids) * columns // _BUCKET, _MOST_BUCKETS)
    if number < 2:
        shift = 31  # all segments that a small array is likely to have in one bucket
    elif count <= _MOST_BUCKETS:
        shift = 0
    else:
        shift = (math.ceil(count / number) - 1).bit_length()
    buckets = Buckets(ids, count, shift)
    return buckets if buckets.complete else None


def segment_ids_of(name: str, ids: Any, x: Array, num_segments: Any) -> Grouping:
    """The segments of the rows of x, from the ids that a caller gives."""
    array = np.asarray(ids)
    if array.size == 0 and not isinstance(ids, np.ndarray):
        array = array.astype(np.int64)  # the dtype of an empty list says nothing
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: segment_ids have dtype {array.dtype}; they must be integers")
    if array.shape != (len(x),):
        raise ValueError(f"{name}: segment_ids have shape {array.shape}; x has {len(x)} rows, so it must be ({len(x)},)")
    plain = np.require(array, np.int64, ["C", "A"])
    if num_segments is None:
        count, way_out = int(plain.max(initial=-1)) + 1, "ids count from 0"
    else:
        try:
            count = operator.index(num_segments)
        except TypeError:
            raise TypeError(f"{name}: num_segments must be an int or None, not {num_segments!r}") from None
        if count < 0:
            raise ValueError(f"{name}: num_segments is {count}; it must not be negative")
        way_out = f"use 0 to {count - 1}, or a larger num_segments" if count else "with num_segments=0 there can be no element"
    segments = _grouped(plain, count, math.prod(x.shape[1:]))
    if segments is None:
        at = int(np.argmax((plain < 0) | (plain >= count)))
        raise ValueError(f"{name}: segment_ids[{at}] is {array[at]}; {way_out}")
    return segments
