"""Files of arrays: opened without being read, created box by box, whatever their format.

A file is a mapping of names to arrays. `.npz` and `.safetensors` hold any number of named arrays; the others hold one, without a
name, under the key None. What lies in a file as plain bytes (.npy, .safetensors) is read and written in its place; the rest goes
through files without a name, so that memory never holds more than some boxes.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray

from stablesoftmax._stored import Source, Target
from stablesoftmax.io.atomic import atomic_writer
from stablesoftmax.io.csv import check_table, open_csv, pack_csv
from stablesoftmax.io.errors import ArrayFileError, of_file
from stablesoftmax.io.flat import FlatArray, Transposed
from stablesoftmax.io.npy import npy_header, open_npy
from stablesoftmax.io.npz import open_npz, pack_npz
from stablesoftmax.io.parquet import open_parquet, pack_parquet
from stablesoftmax.io.safetensors import open_safetensors, safetensors_header
from stablesoftmax.io.spool import is_regular, pour, spool, spooled
from stablesoftmax.io.zarr_source import ZarrSource
from stablesoftmax.io.zarr_target import create_zarr

__all__ = [
    "FORMATS",
    "STANDARD_STREAM",
    "ArraySpec",
    "OpenArrays",
    "create_arrays",
    "format_of",
    "open_arrays",
    "read_arrays",
    "write_arrays",
]

STANDARD_STREAM = "-"
FORMATS = ("npy", "npz", "csv", "parquet", "zarr", "safetensors")
OF_MANY = ("npz", "safetensors")
TABLES = ("csv", "parquet")
# The name that numpy.savez gives to an array that has none.
UNNAMED = "arr_0"


class ArraySpec(NamedTuple):
    """What an array will be."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran_order: bool = False  # of .npy and .npz: whether the first index changes fastest
    columns: tuple[str, ...] = ()  # of .parquet: their names
    layout: Mapping[str, Any] | None = None  # of .zarr: as `create_zarr` takes it


class OpenArrays(dict[str | None, Source]):
    """The arrays of an open file under their names."""

    def __init__(self, arrays: Mapping[Any, Source], identity: str, check_unchanged: Callable[[], None]) -> None:
        super().__init__(arrays)
        self.identity = identity  # another text for another content
        self.check_unchanged = check_unchanged


def format_of(path: str, given: str | None = None) -> str:
    """The format of a file: the one that is given, else by its suffix.

    Parameters
    ----------
    path : str
        A file name or "-".
    given : str, optional
        One of FORMATS.

    Returns
    -------
    str
        One of FORMATS.
    """
    if given is not None:
        return given
    if path == STANDARD_STREAM:
        return "npy"
    suffix = Path(path).suffix.lower()
    if suffix[1:] not in FORMATS:
        named = f"suffix {suffix!r} is not known" if suffix else "the name has no suffix"
        known = ", ".join(f".{name}" for name in FORMATS)
        raise ArrayFileError(path, f"{named}; use {known}, or - for .npy on a pipe")
    return suffix[1:]


@contextlib.contextmanager
def open_arrays(
    path: str | os.PathLike[str], format: str | None = None, *, scratch: str | None = None, fill_missing: bool = False
) -> Iterator[OpenArrays]:
    """Open a file of arrays.

    Parameters
    ----------
    path : str or path-like
        The file, or "-" for standard input.
    format : str, optional
        One of FORMATS; by default the suffix decides, and "-" is npy.
    scratch : str, optional
        The folder that takes what has to be unpacked first; by default the system's folder of temporary files.
    fill_missing : bool, default False
        Whether missing chunks of a .zarr store are read as its fill value, instead of being an error.

    Yields
    ------
    OpenArrays
        The arrays under their names. Its `check_unchanged()` raises if the file is no longer what it was.

    Raises
    ------
    ArrayFileError
        If the content is damaged, hostile, not numbers, or of an unknown format.
    OSError
        If the file cannot be opened or read.
    """
    path = os.fspath(path)
    format = format_of(path, format)
    if format == "zarr":
        store = ZarrSource(path, fill_missing)
        yield OpenArrays({None: store}, store.identity, store.check_unchanged)
        return
    with contextlib.ExitStack() as stack:
        given = _standard(sys.stdin) if path == STANDARD_STREAM else stack.enter_context(open(path, "rb"))
        before = _identity(given)
        stream = stack.enter_context(spooled(given, scratch))

        def check_unchanged() -> None:
            if _identity(given) != before:
                raise ArrayFileError(path, "the file was changed while it was read")

        arrays = _opened(stream, path, format, lambda: stack.enter_context(spool(scratch)))
        yield OpenArrays(arrays, str(before), check_unchanged)


def _opened(stream: IO[bytes], path: str, format: str, room: Callable[[], IO[bytes]]) -> Mapping[Any, Source]:
    size = os.fstat(stream.fileno()).st_size
    if format == "npz":
        return open_npz(stream, path, room)
    if format == "safetensors":
        return open_safetensors(stream, path, size)
    if format == "csv":
        return {None: open_csv(stream, path, room())}
    if format == "parquet":
        return {None: open_parquet(stream, path, room())}
    return {None: open_npy(stream, path, size)}


def _identity(stream: IO[bytes]) -> tuple[int, ...]:
    if not is_regular(stream):
        return ()
    status = os.fstat(stream.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


@contextlib.contextmanager
def create_arrays(
    path: str | os.PathLike[str], specs: Mapping[str | None, ArraySpec], format: str | None = None, *, work: str = ""
) -> Iterator[dict[str | None, Target]]:
    """Create a file of arrays; it takes its name when the block ends without an exception.

    Parameters
    ----------
    path : str or path-like
        The file, or "-" for standard output.
    specs : mapping
        What the arrays will be, by name; one named None is called "arr_0" in a file of many.
    format : str, optional
        One of FORMATS; by default the suffix decides, and "-" is npy.
    work : str, optional
        What the arrays are made of and how: a .zarr store goes on where a process with the same text was killed.

    Yields
    ------
    dict
        Where each array is to be written.

    Raises
    ------
    ArrayFileError
        If the format cannot hold these arrays; the file of that name is then untouched.
    OSError
        If the file cannot be written; it is then untouched as well.
    """
    path = os.fspath(path)
    format = format_of(path, format)
    _check_specs(path, format, specs)
    specs = {name: _as_kept(spec, format) for name, spec in specs.items()}
    if format == "zarr":
        ((name, spec),) = specs.items()
        with create_zarr(path, spec.shape, spec.dtype, spec.layout or {}, work) as target:
            yield {name: target}
        return
    with contextlib.ExitStack() as stack:
        if path == STANDARD_STREAM:
            stream = _standard(sys.stdout)
            if stream.isatty():
                raise ArrayFileError(path, "standard output is a terminal; redirect it to a file")
        else:
            stream = stack.enter_context(atomic_writer(path))
        if is_regular(stream) and format in ("npy", "safetensors") and path != STANDARD_STREAM:
            yield _in_place(stream, path, format, specs)
            return
        folder = None if path == STANDARD_STREAM or not is_regular(stream) else os.path.dirname(os.path.realpath(path))
        spools = {name: stack.enter_context(spool(folder)) for name in specs}
        arrays = {name: _flat(spools[name].fileno(), path, 0, spec) for name, spec in specs.items()}
        yield dict(arrays)
        _pack(stream, path, format, specs, spools, arrays)
        stream.flush()


def _check_specs(path: str, format: str, specs: Mapping[str | None, ArraySpec]) -> None:
    if format not in OF_MANY and len(specs) != 1:
        names = ", ".join(str(name) for name in specs) or "none"
        raise ArrayFileError(path, f"holds one array, but {len(specs)} are to be written ({names}); use .npz")
    for spec in specs.values():
        if format in TABLES:
            check_table(spec.shape, path)
        if spec.dtype.kind not in "biufc" and format != "safetensors":
            raise ArrayFileError(path, f"a .{format} file cannot hold {spec.dtype}; use .safetensors, or --dtype float32")


def _as_kept(spec: ArraySpec, format: str) -> ArraySpec:
    """Any byte order and order of the axes in .npy and .npz; little-endian in C order in the others."""
    if format in ("npy", "npz"):
        return spec
    dtype = spec.dtype.newbyteorder("<") if spec.dtype.kind in "biufc" else spec.dtype
    return spec._replace(dtype=dtype, fortran_order=False)


def _in_place(stream: IO[bytes], path: str, format: str, specs: Mapping[str | None, ArraySpec]) -> dict[str | None, Target]:
    """Write what comes before the elements, and make room for those: a full disk shows before the work, not after it."""
    if format == "npy":
        ((name, spec),) = specs.items()
        header = npy_header(*spec[:3])
        begins = {name: len(header)}
    else:
        named = {_name(name): (spec.shape, spec.dtype) for name, spec in specs.items()}
        header, places = safetensors_header(named)
        begins = {name: places[_name(name)] for name in specs}
    arrays = {name: _flat(stream.fileno(), path, begins[name], spec) for name, spec in specs.items()}
    stream.write(header)
    stream.flush()
    end = len(header) + sum(math.prod(spec.shape) * spec.dtype.itemsize for spec in specs.values())
    if hasattr(os, "posix_fallocate"):
        with of_file(path):
            os.posix_fallocate(stream.fileno(), 0, end)
    return dict(arrays)


def _flat(descriptor: int, path: str, offset: int, spec: ArraySpec) -> FlatArray | Transposed:
    dtype = spec.dtype
    if spec.fortran_order:
        return Transposed(FlatArray(descriptor, path, offset, spec.shape[::-1], dtype))
    return FlatArray(descriptor, path, offset, spec.shape, dtype)


def _pack(
    stream: IO[bytes], path: str, format: str, specs: Mapping[str | None, ArraySpec], spools: Mapping[str | None, IO[bytes]],
    arrays: Mapping[str | None, FlatArray | Transposed],
) -> None:  # fmt: skip
    """From files of elements to the file that was asked for, from its beginning to its end."""
    if format == "npz":
        pack_npz(stream, {_name(name): (npy_header(*spec[:3]), spools[name]) for name, spec in specs.items()})
        return
    if format == "safetensors":
        stream.write(safetensors_header({_name(name): (spec.shape, spec.dtype) for name, spec in specs.items()})[0])
        for elements in spools.values():
            pour(elements, stream)
        return
    (name,) = specs
    if format == "csv":
        pack_csv(stream, arrays[name])
    elif format == "parquet":
        pack_parquet(stream, arrays[name], specs[name].columns, path)
    else:
        stream.write(npy_header(*specs[name][:3]))
        pour(spools[name], stream)


def _name(name: str | None) -> str:
    return UNNAMED if name is None else name


def _standard(stream: TextIO | None) -> IO[bytes]:
    """Return the binary side of a standard stream; a process may have been started without it."""
    if stream is None:
        raise ArrayFileError(STANDARD_STREAM, "the standard stream is closed")
    binary: IO[bytes] = stream.buffer
    return binary


def read_arrays(path: str | os.PathLike[str], format: str | None = None) -> dict[str | None, NDArray[Any]]:
    """Read all arrays of a file into memory.

    Parameters
    ----------
    path : str or path-like
        The file, or "-" for standard input.
    format : str, optional
        One of FORMATS; by default the suffix decides, and "-" is npy.

    Returns
    -------
    dict
        The arrays under their names; the one array of a file without names under None.

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
    with open_arrays(path, format) as arrays:
        everything = {name: array.read(tuple(slice(0, n) for n in array.shape)) for name, array in arrays.items()}
        arrays.check_unchanged()
        return everything


def write_arrays(path: str | os.PathLike[str], arrays: Mapping[str | None, NDArray[Any]], format: str | None = None) -> None:
    """Write arrays to a file, atomically.

    Parameters
    ----------
    path : str or path-like
        The file, or "-" for standard output.
    arrays : mapping of str or None to numpy.ndarray
        The arrays; one named None is called "arr_0" in a file of many.
    format : str, optional
        One of FORMATS; by default the suffix decides, and "-" is npy.

    Raises
    ------
    ArrayFileError
        If the format cannot hold these arrays; the file of that name is then untouched.
    OSError
        If the file cannot be written; it is then untouched as well.
    """
    specs = {name: ArraySpec(array.shape, array.dtype, array.flags.fnc) for name, array in arrays.items()}
    with create_arrays(path, specs, format) as targets:
        for name, target in targets.items():
            target.write(tuple(slice(0, n) for n in arrays[name].shape), arrays[name])
