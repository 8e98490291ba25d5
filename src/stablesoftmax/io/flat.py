"""Arrays that lie in a file as plain bytes in C order: read and written at their places, from any thread, never mapped.

A mapped file that is truncated while it is read ends the process (SIGBUS); a read that comes back short is an error with a line.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stablesoftmax._boxes import Index, Lengths, run_grain
from stablesoftmax.io.errors import ArrayFileError, of_file

__all__ = ["FlatArray", "Transposed"]

# Bytes of a run that are worth a call of the system.
RUN = 1 << 14
# Bytes of one call that writes: 4 MB at once took five times as long as 1 MB four times (Linux 6.18, ext4).
MOST_WRITTEN = 1 << 20


class FlatArray:
    """A source and a target: elements of `shape` and `dtype` from `offset` on.

    Parameters
    ----------
    descriptor : int
        Of the open file, which the caller keeps open.
    path : str
        The name used in errors.
    offset : int
        Of the first element, in bytes.
    shape : tuple of int
        Of the array.
    dtype : numpy.dtype
        Of its elements, in the byte order of the file.
    """

    def __init__(self, descriptor: int, path: str, offset: int, shape: Lengths, dtype: np.dtype[Any]) -> None:
        try:
            np.broadcast_to(np.empty((), dtype), shape)
        except ValueError:  # a zero hides the size of all other lengths
            raise ArrayFileError(path, f"no array of NumPy has shape {shape} and dtype {dtype}") from None
        self._descriptor, self._path, self._offset = descriptor, path, offset
        self.shape, self.dtype = shape, dtype
        self.order = tuple(range(len(shape)))
        self.grain = run_grain(shape, self.order, RUN // dtype.itemsize)
        self._strides = [math.prod(shape[axis + 1 :]) * dtype.itemsize for axis in range(len(shape))]

    def read(self, at: Index) -> NDArray[Any]:
        """The elements of a box."""
        box = np.empty([piece.stop - piece.start for piece in at], self.dtype)
        with of_file(self._path):
            for offset, run in self._runs(at, box):
                while len(run):
                    came = os.preadv(self._descriptor, [run], offset)
                    if not came:
                        raise ArrayFileError(self._path, f"the file ends at byte {offset}: it was cut off while it was read")
                    run, offset = run[came:], offset + came
        return box

    def write(self, at: Index, values: NDArray[Any]) -> None:
        """Put the elements of a box in their places."""
        # not ascontiguousarray, which makes a vector of a scalar
        with of_file(self._path):
            for offset, run in self._runs(at, np.asarray(values, self.dtype, order="C")):
                while len(run):
                    written = os.pwritev(self._descriptor, [run[:MOST_WRITTEN]], offset)
                    run, offset = run[written:], offset + written

    def _runs(self, at: Index, box: NDArray[Any]) -> Iterator[tuple[int, memoryview]]:
        """Where each run of bytes lies in the file, and the same bytes in the box."""
        if not box.size:
            return
        axis = len(at)  # the first from which on the axes are whole
        while axis and at[axis - 1] == slice(0, self.shape[axis - 1]):
            axis -= 1
        axis = max(0, axis - 1)  # and one axis more, of which a run is a piece
        start = self._offset + sum(piece.start * stride for piece, stride in zip(at, self._strides, strict=True))
        for lead in np.ndindex(box.shape[:axis]):
            offset = start + sum(i * stride for i, stride in zip(lead, self._strides, strict=False))
            yield offset, box[(*lead, ...)].reshape(-1).view(np.uint8).data  # with ..., a view of a scalar too


class Transposed:
    """An array in Fortran order: the file holds the one with its axes in reverse.

    Parameters
    ----------
    inside : FlatArray
        What the file holds.
    """

    def __init__(self, inside: FlatArray) -> None:
        self._inside = inside
        self.shape, self.dtype, self.grain = inside.shape[::-1], inside.dtype, inside.grain[::-1]
        self.order = inside.order[::-1]

    def read(self, at: Index) -> NDArray[Any]:
        """The elements of a box."""
        return self._inside.read(at[::-1]).T

    def write(self, at: Index, values: NDArray[Any]) -> None:
        """Put the elements of a box in their places."""
        self._inside.write(at[::-1], values.T)
