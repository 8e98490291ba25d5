"""A function over the rows of an array: any axes, masks, dtypes and outputs, one way in and one way out.

Small arrays are one call of a gufunc. Large ones are cut into blocks of rows, and rows that are long by themselves into parts.
Casts, foreign byte orders and joined axes are copied a block at a time, never as a whole.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import cast, is_bfloat16
from stablesoftmax._layout import Layout, apart, assign, before_line, flat, patterns
from stablesoftmax._long_rows import LongRow
from stablesoftmax._threads import get_num_threads

Array = np.ndarray[Any, Any]

# A row beyond this is read in parts even by one thread, so that an interrupt need not wait for it.
_LONGEST_ROW = 1 << 20
# With fewer rows than threads could share, rows beyond this are: their terms are made twice in any case.
_LONGEST_UNSHARED_ROW = 1 << 17

_STRIP = 16  # columns, a cache line of float32


@functools.cache
def _gufunc(name: str, dtype: np.dtype[Any], masked: bool) -> np.ufunc:
    return getattr(_native, name + ("_bfloat16" if is_bfloat16(dtype) else "") + ("_where" if masked else ""))  # type: ignore[no-any-return]


def _at(array: Array, index: Any) -> Array:
    """The block; an array without axes (a scalar, or one temperature for all) stays an array."""
    return array[index] if array.ndim else array


def _plan(
    name: str, x: Array, layout: Layout, first: int | None, by_block: Callable[[Any], Any],
    by_row: Callable[[Any, int], Any] | None = None,
) -> None:  # fmt: skip
    """Calls by_block(index) for blocks of rows, or by_row(index, threads), if there is one, for each row where rows are long.

    `first` is what before_line says of columns, which are cut into whole strips, and none where rows are not columns.
    """
    if x.size <= _blocks.ELEMENTS:
        by_block(())
        return
    threads = get_num_threads()
    rows = x.size // layout.length
    long = layout.length > _LONGEST_ROW or (layout.length > _LONGEST_UNSHARED_ROW and threads > 1 and rows < 4 * threads)
    if long and by_row is not None:
        for index in np.ndindex(layout.outer_shape):
            by_row(index, threads)
        return
    most = max(1 if first is None else _STRIP, _blocks.size(x.size, threads) // layout.length)
    multiple = next((strips for strips in (4 * _STRIP, 2 * _STRIP, _STRIP) if strips <= most), 1)
    _blocks.run(name, _blocks.cut(layout.outer_shape, most, multiple, first or 0), by_block, threads)


def _write(kernel: np.ufunc, operands: list[Array], target: Array, rank: int, computing: np.dtype[Any]) -> None:
    """The results of a kernel, straight into their place where that lies in memory as the kernel writes."""
    direct = flat(target, rank) if target.dtype == computing else None
    if direct is not None and (direct is target or np.may_share_memory(direct, target)):
        kernel(*operands, out=patterns(direct))
    else:
        assign(target, kernel(*operands), computing)


def elementwise(
    name: str, x: Array, axes: tuple[int, ...], mask: Array | None, temperature: Array, sink: Array, policy: Array,
    computing: np.dtype[Any], out: Array,
) -> None:  # fmt: skip
    """softmax or log_softmax of every element of x, into `out`."""
    x = apart(x, out)
    mask = None if mask is None else apart(mask, out)
    layout, kernel = Layout(x, axes), _gufunc(name, computing, mask is not None)
    rows, masks, targets = layout.rows_last(x), None if mask is None else layout.rows_last(mask), layout.rows_last(out)
    rank, invalid = layout.outer_rank, False

    def by_block(index: Any) -> None:
        operands = [patterns(flat(cast(_at(rows, index), computing), rank))]
        if masks is not None:
            operands.append(flat(_at(masks, index), rank))
        operands += [_at(temperature, index), _at(sink, index), policy]
        _write(kernel, operands, _at(targets, index), rank, computing)

    def by_row(index: Any, threads: int) -> None:
        nonlocal invalid
        row = LongRow(name, rows[index], None if masks is None else masks[index], computing, threads, float(_at(sink, index)))
        t = float(_at(temperature, index))
        invalid |= row.write(name == "log_softmax", t, int(policy), targets[index])

    _plan(name, x, layout, before_line(targets, rank), by_block, by_row)
    if invalid:
        _native.raise_invalid(name)


def reduction(name: str, x: Array, axes: tuple[int, ...], mask: Array | None, computing: np.dtype[Any], out: Array) -> None:
    """logsumexp of every row of x, into `out`, which has the axes of x without those of a row."""
    layout, kernel = Layout(x, axes), _gufunc(name, computing, mask is not None)
    x = apart(x, out)
    mask = None if mask is None else apart(mask, out)
    rows, masks = layout.rows_last(x), None if mask is None else layout.rows_last(mask)
    rank = layout.outer_rank

    def by_block(index: Any) -> None:
        operands = [patterns(flat(cast(_at(rows, index), computing), rank))]
        if masks is not None:
            operands.append(flat(_at(masks, index), rank))
        out[index] = cast(np.asarray(kernel(*operands)), out.dtype)

    def by_row(index: Any, threads: int) -> None:
        value = LongRow(name, rows[index], None if masks is None else masks[index], computing, threads).logsumexp()
        own = np.float64 if computing == np.float64 else np.float32
        out[index] = cast(np.array(value, own), out.dtype)

    _plan(name, x, layout, before_line(rows, rank), by_block, by_row)


def several(
    name: str, axes: tuple[int, ...], rows: list[Array], of_each: list[Array], computing: np.dtype[Any],
    to_each: Array | None, to_rows: Array | None,
) -> None:  # fmt: skip
    """A function of several operands: arrays of one shape seen as rows (the second a mask, if it is boolean), then one value a row.

    Results are one value a row, or rows, or both, in that order. `to_rows` must not overlap the operands.
    """
    layout = Layout(rows[0], axes)
    masked = len(rows) > 1 and rows[1].dtype == np.bool_
    kernel, rank = _gufunc(name, computing, masked), layout.outer_rank
    views = [layout.rows_last(row) for row in rows]
    target = None if to_rows is None else layout.rows_last(to_rows)

    def by_block(index: Any) -> None:
        operands = [flat(_at(view, index), rank) for view in views]
        operands = [a if a.dtype == np.bool_ else patterns(cast(a, computing)) for a in operands]
        out: list[Array | None] = [] if to_each is None else [_at(to_each, index)]
        place = None if target is None else _at(target, index)
        direct = None
        if place is not None:
            view = flat(place, rank) if place.dtype == computing else None
            direct = view if view is not None and (view is place or np.may_share_memory(view, place)) else None
            out.append(None if direct is None else patterns(direct))
        results = kernel(*operands, *(_at(value, index) for value in of_each), out=tuple(out))
        if place is not None and direct is None:
            assign(place, np.asarray(results[-1] if isinstance(results, tuple) else results), computing)

    threads = get_num_threads() if rows[0].size > _blocks.ELEMENTS else 1
    most = max(1, _blocks.size(rows[0].size, threads) // max(1, layout.length))
    blocks = _blocks.cut(layout.outer_shape, most) if rows[0].size > _blocks.ELEMENTS else [()]
    _blocks.run(name, blocks, by_block, threads)


def rowwise(
    name: str, arrays: tuple[Array, ...], axes: tuple[int, ...], mask: Array | None, parameter: Array, computing: np.dtype[Any],
    out: Array, *, reduces: bool = False,
) -> None:  # fmt: skip
    """A gufunc of several arrays of one shape and a parameter of each row, into `out`: of that shape, or a value a row.

    The rows of these kernels are never read in parts.
    """
    arrays = tuple(apart(array, out) for array in arrays)
    mask = None if mask is None else apart(mask, out)
    layout, kernel = Layout(arrays[0], axes), _gufunc(name, computing, mask is not None)
    rank = layout.outer_rank
    rows, masks = [layout.rows_last(array) for array in arrays], None if mask is None else layout.rows_last(mask)
    targets = out if reduces else layout.rows_last(out)

    def by_block(index: Any) -> None:
        operands = [patterns(flat(cast(_at(array, index), computing), rank)) for array in rows]
        if masks is not None:
            operands.append(flat(_at(masks, index), rank))
        operands.append(_at(parameter, index))
        if reduces:
            targets[index] = cast(np.asarray(kernel(*operands)), out.dtype)
        else:
            _write(kernel, operands, _at(targets, index), rank, computing)

    _plan(name, arrays[0], layout, before_line(rows[0] if reduces else targets, rank), by_block)
