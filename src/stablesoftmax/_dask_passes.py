"""Rows that lie in several chunks of a Dask array: three passes over the chunks, and a tree of what they find after the first two.

Pass 1 finds a summary of each part of a row, pass 2 a total of its terms, pass 3 writes (_parts.py). Summaries and totals add up in
any order and any grouping, so the bits are those of the row in memory, for any chunking, scheduler and number of workers. What goes
through the trees is some fifty bytes a row.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import dask.array as da
import numpy as np
from dask.graph_manipulation import clone

from stablesoftmax import _parts
from stablesoftmax._arguments import cast, reduced_shape
from stablesoftmax._layout import Array, Layout, assign, flat
from stablesoftmax._logsumexp import logsumexp

Lazy = Any  # a dask.array.Array
DType = np.dtype[Any]

SPLIT_EVERY = 8  # what a node of a tree joins: 40 parts are two levels

_SUMMARY = np.dtype(
    [("max", "f8"), ("second", "f8"), ("above", "i8"), ("present", "i8"), ("nan", "?"), ("estimate", "f8"), ("logit", "f8")]
)
TOTAL = np.dtype([("low", "u8"), ("high", "u8")])
_TOTALS = np.dtype([("total", TOTAL), ("near_zero", TOTAL)])
_NEAR = 2.0  # a logsumexp that cancels lies within 1 of zero; what decides here is an estimate


class Rows(NamedTuple):
    """How the rows of an array lie in it, and the dtype they are computed in."""

    axes: tuple[int, ...]
    computing: DType


def summary_of_records(records: Array) -> _parts.Summary:
    """The fields that belong to a summary."""
    return _parts.Summary(*(records[name] for name in _parts.Summary._fields))


def words(totals: Array) -> Array:
    """Totals as the native functions take them: two uint64 each, on an axis of their own."""
    return np.ascontiguousarray(totals).view(np.uint64).reshape(*totals.shape, 2)


def records_of_words(pairs: Array, dtype: DType = TOTAL) -> Array:
    """Totals as records."""
    return np.ascontiguousarray(pairs).view(dtype)[..., 0]


class Part:
    """The part of rows that a chunk holds, their elements last; what is found of it has the axes of the rows with length 1."""

    def __init__(self, rows: Rows, x: Array, mask: Array | None) -> None:
        self._layout = Layout(x, rows.axes)
        self.rank, self.shape = self._layout.outer_rank, reduced_shape(x.shape, rows.axes, keepdims=True)
        last = flat(cast(self._layout.rows_last(x), rows.computing), self.rank)
        self.x = np.require(last, requirements="A")
        self.mask = None if mask is None else flat(self._layout.rows_last(np.broadcast_to(mask, x.shape)), self.rank)
        self._axes = rows.axes

    def per_row(self, values: Array) -> Array:
        """One value a row, without the axes of the rows; or one for all."""
        values = np.asarray(values)
        return values.reshape(self._layout.outer_shape) if values.ndim else values

    def target(self, y: Array) -> Array:
        """The results of the chunk, the elements of the rows last."""
        return self._layout.rows_last(y)


def summary_part(x: Array, mask: Array | None, *, rows: Rows, estimated: bool) -> Array:
    part = Part(rows, x, mask)
    found = np.zeros(part.shape, _SUMMARY)
    summary = _parts.summary_of(part.x, part.mask)
    for name, values in summary._asdict().items():
        found[name] = values.reshape(part.shape)
    if estimated and bool((summary.max < 0).any()):
        where = True if part.mask is None else part.mask
        found["estimate"] = logsumexp(part.x, -1, where=where, dtype=np.float64).reshape(part.shape)
    return found


def join_summaries(a: Array, b: Array) -> Array:
    """Of rows of which both are parts."""
    joined = np.zeros(a.shape, _SUMMARY)
    for name, values in summary_of_records(a).join(summary_of_records(b))._asdict().items():
        joined[name] = values
    with np.errstate(all="ignore"):
        joined["estimate"] = np.logaddexp(a["estimate"], b["estimate"])
    joined["logit"] = np.maximum(a["logit"], b["logit"])
    return joined


def _totals(
    x: Array, records: Array, temperature: Array, mask: Array | None, *, rows: Rows, of_rest: bool, near_zero: bool
) -> Array:
    part = Part(rows, x, mask)
    summary = summary_of_records(part.per_row(records))
    total = _parts.total_of(part.x, part.mask, part.per_row(temperature), of_rest, summary)
    found = np.zeros(part.shape, _TOTALS)
    found["total"] = records_of_words(total).reshape(part.shape)
    if near_zero:
        estimate = part.per_row(records)["estimate"]
        rows_near = (summary.max < 0) & (np.abs(estimate) < _NEAR)
        if rows_near.any():
            mask_near = None if part.mask is None else part.mask[rows_near]
            sums = np.zeros((*rows_near.shape, 2), np.uint64)
            sums[rows_near] = _parts.near_zero(part.x[rows_near], mask_near)
            found["near_zero"] = records_of_words(sums).reshape(part.shape)
    return found


def join_totals(a: Array, b: Array) -> Array:
    """The sums of all totals in two records, which may have several."""
    joined = np.empty_like(a)
    for name in a.dtype.names or ():
        joined[name] = records_of_words(_parts.add(words(a[name]), words(b[name])))
    return joined


def _write(
    x: Array, records: Array, totals: Array, temperature: Array, mask: Array | None, *, rows: Rows, called: str, policy: Any,
    result: DType,
) -> Array:  # fmt: skip
    part = Part(rows, x, mask)
    y = np.empty(x.shape, result)
    summary = summary_of_records(part.per_row(records))
    total = words(part.per_row(totals)["total"])
    results = _parts.write(called, part.x, part.mask, part.per_row(temperature), policy, summary, total)
    assign(part.target(y), results, rows.computing)
    return y


def _logsumexp(records: Array, totals: Array, *, rows: Rows, result: DType) -> Array:
    values, cancelled = _parts.logsumexp(rows.computing, summary_of_records(records), words(totals["total"]))
    values = np.atleast_1d(values)
    near = np.atleast_1d(cancelled)
    if near.any():
        values[near] = _parts.log_near_zero(rows.computing, words(np.atleast_1d(totals)[near]["near_zero"]))
    return cast(values.reshape(records.shape), result)


def blocks(
    function: Callable[..., Array], *arrays: Lazy, dtype: DType, like: Lazy, kept: tuple[int, ...] = (), **options: Any
) -> Lazy:
    """function(chunks of the arrays) for all chunks; results have the chunks of `like`, but length 1 along the axes `kept`."""
    chunks = tuple((1,) * len(c) if axis in kept else c for axis, c in enumerate(like.chunks))
    meta = np.empty((0,) * like.ndim, dtype)
    return da.map_blocks(function, *arrays, dtype=dtype, chunks=chunks, meta=meta, **options)


def _same(parts: Array, axis: Any, keepdims: bool) -> Array:
    return parts


def _joined(parts: Array, axis: Any, keepdims: bool, join: Callable[[Array, Array], Array]) -> Array:
    """What was found of several parts, which lie along the axes, as one."""
    for along in axis if isinstance(axis, tuple) else (axis,):
        pieces = [np.take(parts, [i], axis=along) for i in range(parts.shape[along])]
        parts = functools.reduce(join, pieces)
    return parts


def tree(found: Lazy, axes: tuple[int, ...], join: Callable[[Array, Array], Array]) -> Lazy:
    """What was found of all chunks along the axes, joined in a tree."""
    joined = functools.partial(_joined, join=join)
    return da.reduction(
        found, _same, joined, combine=joined, axis=axes, keepdims=True, dtype=found.dtype, split_every=SPLIT_EVERY ** len(axes),
        meta=np.empty((0,) * found.ndim, found.dtype),
    )  # fmt: skip


class Passes:
    """The passes over an array, each of which reads it anew unless its chunks are to be kept.

    `x` and `mask` have the same chunks; `temperature` has the chunks of x, and length 1 along the axes of the rows, or is one
    number.
    """

    def __init__(self, x: Lazy, mask: Lazy | None, temperature: Lazy, rows: Rows, read_again: bool) -> None:
        self.x, self.mask, self.temperature, self.rows = x, mask, temperature, rows
        self._read_again, self._pass = read_again, 0

    def _read(self) -> tuple[Lazy, Lazy | None]:
        """The operands of the next pass. A chunk that two passes share would wait in memory for the second."""
        self._pass += 1
        if self._pass == 1 or not self._read_again:
            return self.x, self.mask
        again = [clone(a, seed=self._pass, assume_layers=True) for a in (self.x, self.mask) if a is not None]
        return again[0], again[1] if self.mask is not None else None

    def summaries(self, estimated: bool = False, *more: Lazy, function: Callable[..., Array] = summary_part) -> Lazy:
        """Pass 1."""
        x, mask = self._read()
        found = blocks(function, x, *more, mask, dtype=_SUMMARY, like=x, kept=self.rows.axes, rows=self.rows, estimated=estimated)
        return tree(found, self.rows.axes, join_summaries)

    def totals(self, records: Lazy, of_rest: bool, near_zero: bool = False) -> Lazy:
        """Pass 2."""
        x, mask = self._read()
        found = blocks(
            _totals, x, records, self.temperature, mask, dtype=_TOTALS, like=x, kept=self.rows.axes, rows=self.rows,
            of_rest=of_rest, near_zero=near_zero,
        )  # fmt: skip
        return tree(found, self.rows.axes, join_totals)

    def results(self, name: str, records: Lazy, totals: Lazy, policy: Any, result: DType) -> Lazy:
        """Pass 3 of softmax and log_softmax."""
        x, mask = self._read()
        return blocks(
            _write, x, records, totals, self.temperature, mask, dtype=result, like=x, rows=self.rows, called=name, policy=policy,
            result=result,
        )  # fmt: skip

    def logsumexp(self, result: DType) -> Lazy:
        """All passes of logsumexp, the axes of the rows kept."""
        records = self.summaries(estimated=True)
        totals = self.totals(records, of_rest=True, near_zero=True)
        return blocks(_logsumexp, records, totals, dtype=result, like=records, rows=self.rows, result=result)
