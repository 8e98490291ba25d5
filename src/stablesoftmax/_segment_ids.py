"""From segment ids to the elements of each segment.

Rising ids need offsets only, and elements stay where they are. Of a small array the order of others is found by counting. The
elements of a large one are dealt into buckets of neighbouring segments first: what lies anywhere in a large array would be read and
written a cache line an element. Beside the result that takes a copy of x (and of the mask), 4 bytes an id, and 8 more where ids are
not int64, all of it linear in time.
"""

import math
import operator
from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._segments import Segments, Work
from stablesoftmax._threads import get_num_threads

Array = np.ndarray[Any, Any]

# Elements of a bucket: with their ids and their order they fit a core's own cache.
_BUCKET = 1 << 15
# More streams than this outgrow the innermost cache and the address translation of a core.
_MOST_BUCKETS = 1024
# Ids between two looks at signals.
_STRETCH = 1 << 22


class SegmentIds:
    """The segment of each row."""

    def __init__(self, ids: Array, count: int, rising: bool):
        self.ids, self.count, self.rising = ids, count, rising

    def compute(self, work: Work) -> bool:
        buckets = min(work.x.size // _BUCKET, _MOST_BUCKETS)
        if self.rising or buckets < 2:
            return self._segments(self.ids, self.count).compute(work)
        shift = 0 if self.count <= _MOST_BUCKETS else (math.ceil(self.count / buckets) - 1).bit_length()
        return _Buckets(self.ids, self.count, shift).compute(work)

    @staticmethod
    def _segments(ids: Array, count: int) -> Segments:
        offsets, order = _native.segment_order(ids, count)
        return Segments(offsets[:-1], order)


class _Buckets:
    """Buckets of 2^shift segments each."""

    def __init__(self, ids: Array, count: int, shift: int):
        self.ids, self.count, self.shift = ids, count, shift
        counts = np.zeros(((count - 1) >> shift) + 1, np.int64)
        for at in self._stretches():
            _native.segment_count(ids[at], shift, counts)
        self.starts = np.concatenate([[0], np.cumsum(counts)])

    def compute(self, work: Work) -> bool:
        x, mask = self._dealt(work.x), None if work.mask is None else self._dealt(work.mask)
        out = work.out if work.reduces else x if work.out.dtype == x.dtype else np.empty(x.shape, work.out.dtype)
        if self.shift:
            invalid = self._each_bucket(work, x, mask, out)
        else:  # a segment a bucket
            invalid = Segments(self.starts).compute(work.part(slice(None), slice(None), x, mask, out))
        if not work.reduces:
            self._collect(out, work.out)
        return invalid

    def _each_bucket(self, work: Work, x: Array, mask: Array | None, out: Array) -> bool:
        ids = np.empty(len(x), np.uint32)
        self._deal(None, ids)
        large: list[tuple[Segments, Work]] = []

        def on_bucket(bucket: int) -> bool:
            rows = slice(int(self.starts[bucket]), int(self.starts[bucket + 1]))
            named = slice(bucket << self.shift, min((bucket + 1) << self.shift, self.count))
            segments = SegmentIds._segments(ids[rows], named.stop - named.start)
            part = work.part(rows, named, x, mask, out)
            if part.x.size <= _blocks.ELEMENTS:
                return segments.block(part, 0, segments.count)
            large.append((segments, part))
            return False

        invalid = any(_blocks.run(work.name, list(range(len(self.starts) - 1)), on_bucket, get_num_threads()))
        later = [segments.compute(part) for segments, part in large]
        return invalid or any(later)

    def _stretches(self) -> list[slice]:
        return [slice(i, i + _STRETCH) for i in range(0, len(self.ids), _STRETCH)]

    def _deal(self, rows: Array | None, to: Array) -> None:
        cursors = self.starts[:-1].copy()
        for at in self._stretches():
            _native.segment_deal(self.ids[at], self.shift, cursors, None if rows is None else rows[at], to)

    def _dealt(self, rows: Array) -> Array:
        dealt = np.empty(rows.shape, rows.dtype)
        self._deal(rows if _has_whole_rows(rows) else np.ascontiguousarray(rows), dealt)
        return dealt

    def _collect(self, rows: Array, out: Array) -> None:
        target = out if _has_whole_rows(out) else np.empty(out.shape, out.dtype)
        cursors = self.starts[:-1].copy()
        for at in self._stretches():
            _native.segment_collect(self.ids[at], self.shift, cursors, rows, target[at])
        if target is not out:
            out[...] = target


def _has_whole_rows(matrix: Array) -> bool:
    return matrix.shape[1] == 1 or matrix.strides[1] == matrix.itemsize


def segment_ids_of(name: str, ids: Any, length: int, num_segments: Any) -> SegmentIds:
    """The ids that a caller gives, all of them in range."""
    array = np.asarray(ids)
    if array.size == 0 and not isinstance(ids, np.ndarray):
        array = array.astype(np.int64)  # the dtype of an empty list says nothing
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: segment_ids have dtype {array.dtype}; they must be integers")
    if array.shape != (length,):
        raise ValueError(f"{name}: segment_ids have shape {array.shape}; x has {length} rows, so it must be ({length},)")
    plain = np.require(array, np.int64, ["C", "A"])
    rising = _native.segment_rising(plain)
    ends = (plain[:1], plain[-1:]) if rising else (plain, plain)
    least, most = int(ends[0].min(initial=0)), int(ends[1].max(initial=-1))
    if num_segments is None:
        count, way_out = most + 1, "ids count from 0"
    else:
        try:
            count = operator.index(num_segments)
        except TypeError:
            raise TypeError(f"{name}: num_segments must be an int or None, not {num_segments!r}") from None
        if count < 0:
            raise ValueError(f"{name}: num_segments is {count}; it must not be negative")
        way_out = f"use 0 to {count - 1}, or a larger num_segments" if count else "with num_segments=0 there can be no element"
    if least < 0 or most >= count:
        at = int(np.argmax((plain < 0) | (plain >= count)))
        raise ValueError(f"{name}: segment_ids[{at}] is {array[at]}; {way_out}")
    return SegmentIds(plain, count, rising)
