"""Rows for log-space algebra: most of its kernels know float64 alone, so blocks are cast on the way in and out."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from stablesoftmax import _blocks
from stablesoftmax._arguments import Axis, cast, normalise_axis, reduced_shape
from stablesoftmax._layout import Layout, apart, assign, flat
from stablesoftmax._threads import get_num_threads

Array = np.ndarray[Any, Any]
FLOAT64 = np.dtype(np.float64)

# Elements of a block where several passes of NumPy follow each other: its intermediate results stay in the caches.
_SEVERAL_PASSES = 1 << 14


def one_axis(name: str, axis: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axis of a function for which the order of a row matters, as a tuple: empty for a scalar."""
    if axis is None or isinstance(axis, (tuple, list)):
        raise TypeError(f"{name}: axis must be one int, not {axis!r}, since the order of a row matters; use x.ravel() or a reshape")
    return normalise_axis(name, axis, shape)


def each_block(
    name: str, outer_shape: tuple[int, ...], length: int, work: Callable[[Any], Any], elements: int = _blocks.ELEMENTS
) -> None:
    """Calls work(index) for blocks of rows of this length, of at most so many elements where that is possible."""
    threads = get_num_threads()
    total = math.prod(outer_shape) * length
    if total > _blocks.ELEMENTS:
        elements = min(elements, _blocks.size(total, threads))
    _blocks.run(name, _blocks.cut(outer_shape, max(1, elements // max(1, length))), work, threads)


def values_of_rows(
    name: str,
    work: Callable[..., tuple[Array, ...]],
    operands: list[Array],
    mask: Array | None,
    axes: tuple[int, ...],
    results: list[Array],
    elements: int = _blocks.ELEMENTS,
) -> None:
    """results = work(*operands, mask) a block of float64 rows at a time, a value a row; the operands are of one shape."""
    layout = Layout(operands[0], axes)
    rank = layout.outer_rank
    rows, masks = [layout.rows_last(a) for a in operands], None if mask is None else layout.rows_last(mask)

    def block(array: Array, index: Any) -> Array:
        return flat(array[*index, ...], rank)  # the ellipsis: a view, of a scalar too

    def by_block(index: Any) -> None:
        computed = work(*(cast(block(a, index), FLOAT64) for a in rows), None if masks is None else block(masks, index))
        for target, result in zip(results, computed, strict=True):
            assign(target[*index, ...], result, FLOAT64)

    each_block(name, layout.outer_shape, layout.length, by_block, elements)


def reduce_rows(
    name: str,
    work: Callable[..., Array],
    operands: list[Array],
    mask: Array | None,
    shape: tuple[int, ...],
    axis: Axis,
    keepdims: bool,
    result: np.dtype[Any],
    out: Array | None = None,
) -> Any:
    """work(*blocks, mask), which returns a value a row, over all rows; a scalar where nothing is left."""
    axes = normalise_axis(name, axis, shape)
    y = np.empty(reduced_shape(shape, axes, keepdims), result) if out is None else out
    if out is not None:
        operands, mask = [apart(a, y) for a in operands], None if mask is None else apart(mask, y)
    results = [y.squeeze(axes) if keepdims else y]
    values_of_rows(name, lambda *blocks: (work(*blocks),), operands, mask, axes, results, _SEVERAL_PASSES)
    return y if out is not None or y.ndim else y[()]
