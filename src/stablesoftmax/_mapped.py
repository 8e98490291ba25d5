"""Memory maps of files: arrays whose pages are let go as soon as a box has been read or written.

A page that was touched counts as memory of this process until the system takes it back, which it does late. `madvise(DONTNEED)`
takes it out of the process at once; the file's own cache keeps it, changed or not, so nothing is lost (of a shared map: a
private one, mode "c", keeps its changes nowhere else and is left alone).
"""

import mmap
from collections.abc import Iterator
from typing import Any

import numpy as np

from stablesoftmax._boxes import Index, Lengths, run_grain

Array = np.ndarray[Any, Any]

# Arrays below this are not worth the trouble.
LEAST = 16 << 20
# What boxes and everything made of them may take, of 64 MiB that are promised; the rest is for records, threads and malloc.
MEMORY = 24 << 20
# A fault brings pages around it, which count as well: runs are not shorter than that, and a box that is made of runs far from each
# other is copied some at a time.
_RUN = 1 << 16
_SPAN = 1 << 20


def file_map(array: Any) -> "mmap.mmap | None":
    """The shared map of a file that an array is a view of."""
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap) and array.mode in ("r", "r+", "w+") and isinstance(array._mmap, mmap.mmap):  # type: ignore[attr-defined]
            return array._mmap  # type: ignore[attr-defined]
        array = array.base
    return None


class Mapped:
    """An array, mapped or in memory, as source or target of `_stored`."""

    def __init__(self, array: Array) -> None:
        self._array, self._map = array, file_map(array)
        self.shape: Lengths = array.shape
        self.dtype = array.dtype
        self.order = tuple(sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis])))
        self.grain = run_grain(array.shape, self.order, max(1, _RUN // max(1, array.itemsize)))
        if self._map is not None and hasattr(self._map, "madvise"):
            self._begin = np.frombuffer(self._map, np.uint8).ctypes.data
        else:
            self._map = None

    def read(self, at: Index) -> Array:
        """A copy, if there are pages to let go."""
        view = self._array[at] if at else self._array
        if self._map is None:
            return view
        copy = np.empty_like(view, order="K", subok=False)
        for target, source in _in_spans(copy, view, by=view):
            target[...] = source
            self._release(source)
        return copy

    def write(self, at: Index, values: Array) -> None:
        """Into the array; the pages are let go."""
        view = self._array[at] if at else self._array
        if self._map is None:
            view[...] = values
            return
        for target, source in _in_spans(view, values, by=view):
            target[...] = source
            self._release(target)

    def _release(self, view: Array) -> None:
        if self._map is not None:
            low, high = np.lib.array_utils.byte_bounds(view)
            start = (low - self._begin) // mmap.PAGESIZE * mmap.PAGESIZE
            self._map.madvise(mmap.MADV_DONTNEED, start, high - self._begin - start)


def _in_spans(first: Array, second: Array, by: Array) -> Iterator[tuple[Array, Array]]:
    """Two arrays of one shape in pieces, so that those of `by` do not reach over more than _SPAN bytes of memory."""
    if not by.size:
        return
    reach = [abs(stride) * (length - 1) for stride, length in zip(by.strides, by.shape, strict=True)]
    if sum(reach) < _SPAN:
        yield first, second
        return
    axis = max(range(by.ndim), key=reach.__getitem__)
    middle = by.shape[axis] // 2
    for half in slice(0, middle), slice(middle, None):
        piece = (*[slice(None)] * axis, half)
        yield from _in_spans(first[piece], second[piece], by[piece])


def as_source(mask: Array | None) -> Mapped | None:
    """A mask, which may be mapped too."""
    return None if mask is None else Mapped(mask)


def is_streamed(x: Array, y: Array) -> bool:
    """Whether a call from x into y goes box by box: large, mapped, and either in place or apart."""
    if max(x.nbytes, y.nbytes) < LEAST or (file_map(x) is None and file_map(y) is None):
        return False
    in_place = x.ctypes.data == y.ctypes.data and (x.shape, x.strides, x.dtype) == (y.shape, y.strides, y.dtype)
    return in_place or not np.may_share_memory(x, y)
