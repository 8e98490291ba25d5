"""Rows of float64 for log-space algebra: its kernels know no other dtype, so blocks are cast on the way in and out."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from stablesoftmax import _blocks
from stablesoftmax._arguments import Axis, cast, floating, normalise_axis
from stablesoftmax._layout import Layout, apart, assign, flat
from stablesoftmax._threads import get_num_threads

Array = np.ndarray[Any, Any]
FLOAT64 = np.dtype(np.float64)

# Elements of a block where several passes of NumPy follow each other: its intermediate results stay in the caches.
_SEVERAL_PASSES = 1 << 15


def one_axis(name: str, axis: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axis of a function for which the order of a row matters, as a tuple: empty for a scalar."""
    if axis is None or isinstance(axis, (tuple, list)):
        raise TypeError(f"{name}: axis must be one int, not {axis!r}, since the order of a row matters; use x.ravel() or a reshape")
    return normalise_axis(name, axis, shape)


def without(shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool) -> tuple[int, ...]:
    """The shape of a reduction over these axes."""
    if keepdims:
        return tuple(1 if i in axes else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axes)


def reduced_dtype(x: Array) -> np.dtype[Any]:
    """The dtype of a reduction of x: float32 for half precision, which sums outgrow."""
    own = floating(x.dtype)
    return np.dtype(np.float32) if own.itemsize == 2 else own


def each_block(
    name: str, outer_shape: tuple[int, ...], length: int, work: Callable[[Any], Any], elements: int = _blocks.ELEMENTS
) -> None:
    """Calls work(index) for blocks of rows of this length, of at most so many elements where that is possible."""
    threads = get_num_threads()
    total = math.prod(outer_shape) * length
    if total > _blocks.ELEMENTS:
        elements = min(elements, _blocks.size(total, threads))
    _blocks.run(name, _blocks.cut(outer_shape, max(1, elements // max(1, length))), work, threads)


class Rows:
    """Arrays of one shape, or that broadcast to it, as blocks of float64 rows."""

    def __init__(self, name: str, shape: tuple[int, ...], axes: tuple[int, ...]):
        self._name = name
        self._layout = Layout(np.broadcast_to(np.float64(0), shape), axes)
        self._axes = axes

    def run(
        self,
        work: Callable[..., tuple[Array, ...]],
        operands: list[Array | None],
        results: list[Array],
        reduced: bool,
        elements: int = _blocks.ELEMENTS,
    ) -> None:
        """results = work(*operands) a block at a time; a result has the axes of the operands, those of a row but for `reduced`."""
        layout, rank = self._layout, self._layout.outer_rank
        rows = [None if a is None else layout.rows_last(a) for a in operands]
        targets = results if reduced else [layout.rows_last(a) for a in results]

        def block(array: Array, index: Any) -> Array:
            part = flat(array[*index, ...], rank)  # the ellipsis: a view, of a scalar too
            return part if part.dtype == np.bool_ else cast(part, FLOAT64)

        def by_block(index: Any) -> None:
            for target, result in zip(targets, work(*(None if a is None else block(a, index) for a in rows)), strict=True):
                assign(target[*index, ...], result, FLOAT64)

        each_block(self._name, layout.outer_shape, layout.length, by_block, elements)


def reduce_rows(
    name: str,
    work: Callable[..., Array],
    operands: list[Array | None],
    shape: tuple[int, ...],
    axis: Axis,
    keepdims: bool,
    result: np.dtype[Any],
    out: Array | None = None,
) -> Any:
    """work(*blocks), which returns a value a row, over all rows; a scalar where nothing is left."""
    axes = normalise_axis(name, axis, shape)
    y = np.empty(without(shape, axes, keepdims), result) if out is None else out
    operands = [None if a is None else apart(a, y) for a in operands] if out is not None else operands
    results = [y.squeeze(axes) if keepdims else y]
    Rows(name, shape, axes).run(lambda *blocks: (work(*blocks),), operands, results, reduced=True, elements=_SEVERAL_PASSES)
    return y if out is not None or y.ndim else y[()]
