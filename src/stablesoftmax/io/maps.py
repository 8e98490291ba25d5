"""An .npy file as a memory map: its header is read as `npy` reads it, its data only where somebody looks."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stablesoftmax.io.arrays import read_arrays
from stablesoftmax.io.errors import ArrayFileError
from stablesoftmax.io.npy import read_header, refuse_size

__all__ = ["map_npy"]


def map_npy(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Return the array of an .npy file without reading its data.

    Parameters
    ----------
    path : str or path-like
        The file. It must not become shorter while the map is in use.

    Returns
    -------
    numpy.ndarray
        A read-only map; a new array where there is nothing to map (no elements, a pipe).

    Raises
    ------
    ArrayFileError
        If the file is not exactly one array of numbers.
    OSError
        If it cannot be opened or mapped.
    """
    path = os.fspath(path)
    with open(path, "rb") as stream:
        if not stream.seekable():
            return read_arrays(path, "npy")[None]
        size = os.fstat(stream.fileno()).st_size
        header, header_bytes = read_header(stream, path)
        if size - header_bytes != header.data_bytes:
            refuse_size(path, header, size - header_bytes)
        if header.data_bytes == 0 or header.shape == ():
            return read_arrays(path, "npy")[None]
        order = "F" if header.fortran_order else "C"
        try:
            return np.memmap(stream, header.dtype, "r", header_bytes, header.shape, order)  # type: ignore[call-overload, no-any-return]
        except (ValueError, OverflowError):
            reason = f"an array of shape {header.shape} and dtype {header.dtype} cannot be mapped"
            raise ArrayFileError(path, reason) from None
