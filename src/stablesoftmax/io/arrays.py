"""Files of arrays: the format is chosen by the suffix, the standard streams are .npy.

A file is a mapping of names to arrays. `.npy` and `.csv` hold one array without a name, under the
key None; `.npz` holds any number of named ones.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, TextIO

from numpy.typing import NDArray

from stablesoftmax.io.atomic import atomic_writer
from stablesoftmax.io.csv import read_csv, write_csv
from stablesoftmax.io.errors import ArrayFileError
from stablesoftmax.io.npy import read_npy, write_npy
from stablesoftmax.io.npz import read_npz, write_npz

__all__ = ["STANDARD_STREAM", "check_path", "read_arrays", "write_arrays"]

STANDARD_STREAM = "-"
SUFFIXES = (".npy", ".npz", ".csv")
# The name that numpy.savez gives to an array that has none.
UNNAMED = "arr_0"

Arrays = Mapping[str | None, NDArray[Any]]


def read_arrays(path: str | os.PathLike[str]) -> dict[str | None, NDArray[Any]]:
    """Read all arrays of a file.

    Parameters
    ----------
    path : str or path-like
        A `.npy`, `.npz` or `.csv` file, or "-" for standard input in the .npy format.

    Returns
    -------
    dict
        The arrays under their names; the one array of an .npy or .csv file under None.

    Raises
    ------
    ArrayFileError
        If the content is damaged, hostile, not numbers, or of an unknown format.
    OSError
        If the file cannot be opened or read.

    See Also
    --------
    write_arrays : The reverse.

    Examples
    --------
    >>> import os, tempfile
    >>> import numpy as np
    >>> from stablesoftmax.io import read_arrays, write_arrays
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "logits.npz")
    ...     write_arrays(path, {"first": np.array([1.0, 2.0])})
    ...     read_arrays(path)
    {'first': array([1., 2.])}
    """
    path = os.fspath(path)
    suffix = check_path(path)
    if path == STANDARD_STREAM:
        return {None: read_npy(_standard(sys.stdin), path, None)}
    with open(path, "rb") as stream:
        if suffix == ".npz":
            # The directory of a zip archive stands at its end: a pipe is taken in whole.
            named = read_npz(stream if stream.seekable() else io.BytesIO(stream.read()), path)
            return dict(named.items())
        if suffix == ".csv":
            return {None: read_csv(stream, path)}
        status = os.fstat(stream.fileno())
        size = status.st_size if stat.S_ISREG(status.st_mode) else None
        return {None: read_npy(stream, path, size)}


def write_arrays(path: str | os.PathLike[str], arrays: Arrays) -> None:
    """Write arrays to a file, atomically.

    Parameters
    ----------
    path : str or path-like
        A `.npy`, `.npz` or `.csv` file, or "-" for standard output in the .npy format. A `.npz`
        file takes any number of arrays, the others exactly one, whose name is dropped.
    arrays : mapping of str or None to numpy.ndarray
        The arrays; one named None is called "arr_0" in a `.npz` file, as by `numpy.savez`.

    Raises
    ------
    ArrayFileError
        If the format cannot hold these arrays; the file of that name is then untouched.
    OSError
        If the file cannot be written; it is then untouched as well.
    """
    path = os.fspath(path)
    suffix = check_path(path)
    if suffix != ".npz" and len(arrays) != 1:
        names = ", ".join(str(name) for name in arrays) or "none"
        raise ArrayFileError(path, f"holds one array, but {len(arrays)} are to be written ({names}); use .npz")
    if path == STANDARD_STREAM:
        stream = _standard(sys.stdout)
        if stream.isatty():
            raise ArrayFileError(path, "standard output is a terminal; redirect it to a file")
        _write(stream, suffix, arrays, path)
        stream.flush()
        return
    with atomic_writer(path) as stream:
        _write(stream, suffix, arrays, path)


def check_path(path: str) -> str:
    """Return the suffix that decides the format, or refuse the path.

    Parameters
    ----------
    path : str
        A file name or "-".

    Returns
    -------
    str
        ".npy", ".npz" or ".csv".
    """
    if path == STANDARD_STREAM:
        return ".npy"
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        named = f"suffix {suffix!r} is not known" if suffix else "the name has no suffix"
        raise ArrayFileError(path, f"{named}; use {', '.join(SUFFIXES)}, or - for .npy on a pipe")
    return suffix


def _write(stream: IO[bytes], suffix: str, arrays: Arrays, path: str) -> None:
    if suffix == ".npz":
        named = {UNNAMED if name is None else name: array for name, array in arrays.items()}
        write_npz(stream, named)
        return
    (array,) = arrays.values()
    if suffix == ".csv":
        write_csv(stream, array, path)
    else:
        write_npy(stream, array)


def _standard(stream: TextIO | None) -> IO[bytes]:
    """Return the binary side of a standard stream; a process may have been started without it."""
    if stream is None:
        raise ArrayFileError(STANDARD_STREAM, "the standard stream is closed")
    binary: IO[bytes] = stream.buffer
    return binary
