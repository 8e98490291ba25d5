"""How an array is seen as rows, and how results find their way back."""

import functools
import math
from typing import Any

import numpy as np

from stablesoftmax import _native
from stablesoftmax._arguments import cast, is_bfloat16

Array = np.ndarray[Any, Any]

_LINE = 64  # bytes of a cache line


class Layout:
    """The axes of an array, those of its rows last.

    Several axes of a row are ordered as they lie in memory, so that they can be joined without a copy: the order of the
    elements of a row does not matter.
    """

    def __init__(self, x: Array, axes: tuple[int, ...]):
        outer = [axis for axis in range(x.ndim) if axis not in axes]
        inner = sorted(axes, key=lambda axis: -abs(x.strides[axis])) if len(axes) > 1 else list(axes)
        self.outer_rank = len(outer)
        self._order = None if outer + inner == list(range(x.ndim)) else outer + inner
        self.outer_shape = tuple(x.shape[axis] for axis in outer)
        self.length = math.prod(x.shape[axis] for axis in axes)

    def rows_last(self, array: Array) -> Array:
        """A view with the axes of the rows last."""
        return array if self._order is None else array.transpose(self._order)


def row_last(array: Array, axis: int) -> Array:
    """A view with the one axis of a row last."""
    return array if axis == array.ndim - 1 else np.moveaxis(array, axis, -1)


def flat(array: Array, outer_rank: int) -> Array:
    """The array with all axes from `outer_rank` on joined into one: a view where its memory allows one."""
    if array.ndim == outer_rank + 1:
        return array
    return array.reshape((*array.shape[:outer_rank], math.prod(array.shape[outer_rank:])))


def before_line(array: Array, outer_rank: int) -> int | None:
    """How many columns come before the first that begins a cache line; None where rows are not columns side by side."""
    if not 0 < outer_rank < array.ndim or array.strides[outer_rank - 1] != array.itemsize:
        return None
    return -array.ctypes.data % _LINE // array.itemsize


@functools.cache
def gufunc(name: str, dtype: np.dtype[Any], masked: bool) -> np.ufunc:
    """The native function of this name for logits of a dtype."""
    return getattr(_native, name + ("_bfloat16" if is_bfloat16(dtype) else "") + ("_where" if masked else ""))  # type: ignore[no-any-return]


def patterns(array: Array) -> Array:
    """bfloat16 as the uint16 that the native code takes; anything else as it is."""
    return array.view(np.uint16) if is_bfloat16(array.dtype) else array


def assign(target: Array, results: Array, computed: np.dtype[Any]) -> None:
    """Writes what the native code returned for the dtype `computed` where it belongs, in the dtype and shape of that place."""
    if is_bfloat16(computed):
        results = results.view(computed)
    target[...] = cast(results, target.dtype).reshape(target.shape)


def apart(array: Array, out: Array) -> Array:
    """The array, or a copy if writing blocks of `out` would change blocks of it that are yet to be read."""
    if not np.may_share_memory(array, out):
        return array
    same = array.ctypes.data == out.ctypes.data and (array.shape, array.strides, array.dtype) == (out.shape, out.strides, out.dtype)
    if same:
        return array
    try:
        overlap = np.shares_memory(array, out, max_work=10_000)  # type: ignore[arg-type]
        return array.copy() if overlap else array
    except np.exceptions.TooHardError:
        return array.copy()
