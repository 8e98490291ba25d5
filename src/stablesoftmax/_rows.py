"""A function over the rows of an array: any axes, masks, dtypes and outputs, one way in and one way out.

Small arrays are one call of a gufunc. Large ones are cut into blocks of rows, and rows that are long by themselves into parts.
Casts, foreign byte orders and joined axes are copied a block at a time, never as a whole.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import cast
from stablesoftmax._layout import Layout, apart, assign, before_line, flat, gufunc, patterns
from stablesoftmax._long_rows import LongRow
from stablesoftmax._mapped import Mapped, file_map
from stablesoftmax._threads import get_num_threads

Array = np.ndarray[Any, Any]

# A row beyond this is read in parts even by one thread, so that an interrupt need not wait for it.
_LONGEST_ROW = 1 << 20
# With fewer rows than threads could share, rows beyond this are: their terms are made twice in any case.
_LONGEST_UNSHARED_ROW = 1 << 17

_STRIP = 16  # columns, a cache line of float32
# Columns longer than this do not fit a panel of the kernels (scratch.h). Where they lie, each element is on a page of its own, and
# all of them are in few sets of the caches: 88 ns an element at a stride of 16 KB, 3 so: copied side by side first, as they lie but
# without the gaps, unless they are too long for strips as well (rows/strips.h).
_LONGEST_IN_PANEL, _LONGEST_IN_STRIP = 1 << 13, 1 << 16


def _at(array: Array, index: Any) -> Array:
    """The block; an array without axes (a scalar, or one temperature for all) stays an array."""
    return array[index] if array.ndim else array


def _at_once(array: Array) -> Callable[[Any], Array]:
    return lambda index: _at(array, index)


def _is_far(layout: Layout, first: int | None) -> bool:
    return first is not None and _LONGEST_IN_PANEL < layout.length <= _LONGEST_IN_STRIP


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
    elements = 4 * _blocks.ELEMENTS if _is_far(layout, first) else _blocks.size(x.size, threads)
    most = max(1 if first is None else _STRIP, elements // layout.length)
    multiple = next((strips for strips in (4 * _STRIP, 2 * _STRIP, _STRIP) if strips <= most), 1)
    _blocks.run(name, _blocks.cut(layout.outer_shape, most, multiple, first or 0), by_block, threads)


def _write(
    kernel: np.ufunc, operands: list[Array], target: Array, rank: int, computing: np.dtype[Any], *values: Array, far: bool = False
) -> None:  # fmt: skip
    """The results of a kernel, straight into their place where that lies in memory as the kernel writes; after any `values`."""
    if far:
        operands[0] = operands[0].copy(order="K")
        results = np.empty_like(operands[0])
        kernel(*operands, out=results)
        assign(target, results, computing)
        return
    direct = flat(target, rank) if target.dtype == computing else None
    if direct is not None and (direct is target or np.may_share_memory(direct, target)):
        kernel(*operands, out=(*values, patterns(direct)))
    else:
        results = kernel(*operands, out=(*values, None))
        assign(target, results[-1] if values else results, computing)


def elementwise(
    name: str, x: Array, axes: tuple[int, ...], mask: Array | None, temperature: Array, sink: Array, policy: Array,
    computing: np.dtype[Any], out: Array,
) -> None:  # fmt: skip
    """softmax or log_softmax of every element of x, into `out`."""
    x = apart(x, out)
    mask = None if mask is None else apart(mask, out)
    layout, kernel = Layout(x, axes), gufunc(name, computing, mask is not None)
    rows, masks, targets = layout.rows_last(x), None if mask is None else layout.rows_last(mask), layout.rows_last(out)
    rank, invalid = layout.outer_rank, False
    first = before_line(targets, rank)
    far = _is_far(layout, first)

    def by_block(index: Any) -> None:
        operands = [patterns(flat(cast(_at(rows, index), computing), rank))]
        if masks is not None:
            operands.append(flat(_at(masks, index), rank))
        operands += [_at(temperature, index), _at(sink, index), policy]
        _write(kernel, operands, _at(targets, index), rank, computing, far=far)

    def by_row(index: Any, threads: int) -> None:
        nonlocal invalid
        row = LongRow(name, rows[index], None if masks is None else masks[index], computing, threads, float(_at(sink, index)))
        t = float(_at(temperature, index))
        invalid |= row.write(name == "log_softmax", t, int(policy), targets[index])

    _plan(name, x, layout, first, by_block, by_row)
    if invalid:
        _native.raise_invalid(name)


def reduction(name: str, x: Array, axes: tuple[int, ...], mask: Array | None, computing: np.dtype[Any], out: Array) -> None:
    """logsumexp of every row of x, into `out`, which has the axes of x without those of a row."""
    layout, kernel = Layout(x, axes), gufunc(name, computing, mask is not None)
    x = apart(x, out)
    mask = None if mask is None else apart(mask, out)
    rows, masks = layout.rows_last(x), None if mask is None else layout.rows_last(mask)
    rank = layout.outer_rank
    first = before_line(rows, rank)

    def by_block(index: Any) -> None:
        operands = [patterns(flat(cast(_at(rows, index), computing), rank))]
        if _is_far(layout, first):
            operands[0] = operands[0].copy(order="K")
        if masks is not None:
            operands.append(flat(_at(masks, index), rank))
        out[index] = cast(np.asarray(kernel(*operands)), out.dtype)

    def by_row(index: Any, threads: int) -> None:
        value = LongRow(name, rows[index], None if masks is None else masks[index], computing, threads).logsumexp()
        own = np.float64 if computing == np.float64 else np.float32
        out[index] = cast(np.array(value, own), out.dtype)

    _plan(name, x, layout, first, by_block, by_row)


def rowwise(
    name: str, arrays: tuple[Array, ...], axes: tuple[int, ...], mask: Array | None, of_each: tuple[Array, ...],
    computing: np.dtype[Any], out: Array | None = None, values: Array | None = None,
) -> None:  # fmt: skip
    """A gufunc of several arrays of one shape, a mask and numbers of each row; its results: `values`, one a row, rows, or both.

    The rows of these kernels are never read in parts. Where there are both, `values` has the dtype that the kernel returns.
    """
    places = [place for place in (out, values) if place is not None]
    for place in places:
        arrays = tuple(apart(array, place) for array in arrays)
        mask = None if mask is None else apart(mask, place)
    layout, kernel = Layout(arrays[0], axes), gufunc(name, computing, mask is not None)
    rank = layout.outer_rank
    rows, masks = [layout.rows_last(array) for array in arrays], None if mask is None else layout.rows_last(mask)
    readers = [_at_once(array) if file_map(array) is None else Mapped(array).read for array in rows]
    targets = None if out is None else layout.rows_last(out)

    def by_block(index: Any) -> None:
        operands = [patterns(flat(cast(read(index), computing), rank)) for read in readers]
        if masks is not None:
            operands.append(flat(_at(masks, index), rank))
        operands += [_at(numbers, index) for numbers in of_each]
        if targets is not None:
            _write(kernel, operands, _at(targets, index), rank, computing, *([] if values is None else [_at(values, index)]))
        elif values is not None:
            values[index] = cast(np.asarray(kernel(*operands)), values.dtype)

    _plan(name, arrays[0], layout, before_line(rows[0] if targets is None else targets, rank), by_block)
