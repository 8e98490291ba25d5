"""States of rows that are read once: arrays of them, and rows taken in block by block, by several threads."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import cast, is_bfloat16
from stablesoftmax._layout import Array, Layout, flat, patterns
from stablesoftmax._threads import get_num_threads

_PIECE = 1 << 14  # elements between two looks at signals: 25 ns each, at the slowest level a hundred times that
_STATES = 1 << 12  # states between two looks: some microseconds each
_MOST = 1 << 34  # elements of a row above -inf: each adds at most 2^92 to sums of 127 bits and a sign


@functools.cache
def dtype_of_states(is_float64: bool) -> np.dtype[Any]:
    """Of the native StreamState."""
    fields: list[Any] = [("max", np.float64), ("second", np.float64), ("above", np.int64), ("present", np.int64), ("nan", np.int64)]
    fields.append(("wide", np.uint64, (_native.stream_wide_windows,)))
    if not is_float64:
        fields.append(("narrow", np.uint32, (_native.stream_narrow_windows,)))
    return np.dtype(fields)


def empty_states(count: int, is_float64: bool) -> Array:
    """States of rows of which nothing has been seen."""
    states = np.zeros(count, dtype_of_states(is_float64))
    states["max"] = states["second"] = -np.inf
    return states


def within_reach(name: str, states: Array) -> Array:
    """The states, none of which is of more elements than their sums can hold."""
    if states.size and (most := states["above"].max()) > _MOST:
        raise OverflowError(f"{name}: a row of {most} elements; the sums of a state hold {_MOST}")
    return states


def over_states(name: str, count: int, work: Callable[[slice], None]) -> None:
    """Calls work(slice) for blocks of states, on several threads where there are many."""
    slices = [slice(start, min(start + _STATES, count)) for start in range(0, count, _STATES)]
    _blocks.run(name, slices, work, get_num_threads() if len(slices) > 1 else 1)


def merge_into(name: str, states: Array, others: Array, is_float64: bool, temperature: float) -> None:
    """Joins each state with the one at its place among the others."""
    over_states(name, len(states), lambda at: _native.stream_merge(states[at], others[at], is_float64, temperature))


def totals_of(name: str, states: Array, is_float64: bool, temperature: float, of_rest: bool) -> Array:
    """What _parts.total_of gives of whole rows."""
    totals = np.empty((len(states), 2), np.uint64)
    over_states(
        name, len(states), lambda at: _native.stream_totals(states[at], is_float64, temperature, of_rest, totals[at])
    )  # fmt: skip
    return totals


def logsumexp_of(name: str, states: Array, is_float64: bool, temperature: float) -> Array:
    """The logarithms of the sums of the rows, as float64."""
    values = np.empty(len(states))
    over_states(name, len(states), lambda at: _native.stream_logsumexp(states[at], is_float64, temperature, values[at]))
    return values


def absorbed(
    name: str, before: Array, x: Array, mask: Array | None, layout: Layout, dtype: np.dtype[Any], temperature: float
) -> Array:  # fmt: skip
    """The states after their rows have gone on by x. Those before are left alone, so an interrupt spoils nothing."""
    rank, is_float64, after = layout.outer_rank, dtype == np.float64, before.copy()
    rows, masks = layout.rows_last(x), None if mask is None else layout.rows_last(mask)

    def of(states: Array, outer: _blocks.Index) -> Array:
        return states.reshape(layout.outer_shape)[outer].reshape(-1)  # a view: blocks keep their trailing axes whole

    def absorb(states: Array, at: _blocks.Index) -> None:
        part = np.require(patterns(flat(cast(rows[at], dtype), rank)), requirements="A").reshape(states.size, -1)
        taking_part = None if masks is None else flat(masks[at], rank).reshape(part.shape)
        _native.stream_absorb(states, is_float64, temperature, part, taking_part, is_bfloat16(dtype))

    threads = get_num_threads()
    if layout.length > _PIECE and before.size < 4 * threads:  # few long rows: threads share each of them

        def of_piece(at: _blocks.Index) -> tuple[_blocks.Index, Array]:
            found = empty_states(of(after, at[:rank]).size, is_float64)
            absorb(found, at)
            return at[:rank], found

        for outer, found in _blocks.run(name, _blocks.cut(rows.shape, _PIECE), of_piece, threads):
            merge_into(name, of(after, outer), found, is_float64, temperature)
        return after

    pieces = _blocks.cut(rows.shape[rank:], _PIECE) if layout.length else []

    def of_rows(outer: _blocks.Index) -> None:
        for piece in pieces:
            absorb(of(after, outer), (*outer, *piece))

    _blocks.run(name, _blocks.cut(layout.outer_shape, max(1, _PIECE // max(1, layout.length))), of_rows, threads)
    return after
