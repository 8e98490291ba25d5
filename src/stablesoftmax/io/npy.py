"""The .npy format: one array, its header read here with nothing taken on trust.

`numpy.load` believes the header: a few forged bytes make it ask for all the memory there is, or end
in an error of half a dozen kinds. The header is a small literal, so it is parsed and checked here,
compared with the size of the file, and only then is memory asked for. Python objects (pickles) are
refused by their dtype, before any of their bytes is looked at.
"""

from __future__ import annotations

import ast
import io
import math
import re
import sys
import warnings
from typing import IO, Any, NamedTuple

import numpy as np

from stablesoftmax.io.errors import ArrayFileError
from stablesoftmax.io.flat import FlatArray, Transposed
from stablesoftmax.io.spool import pour

__all__ = ["npy_header", "open_npy"]

MAGIC = b"\x93NUMPY"
# Bytes of the field that holds the length of the header, by major version of the format.
LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
# Far more than any plain array needs; parsing a literal of many megabytes could exhaust the stack.
LONGEST_HEADER = 10_000
NUMBER_KINDS = "biufc"
# What NumPy can make: more is a forgery, and its product may be too long to print.
MOST_DIMENSIONS = 64
LONGEST_DIMENSION = sys.maxsize


class Header(NamedTuple):
    """What the header says about the bytes that follow it."""

    dtype: np.dtype[Any]
    fortran_order: bool
    shape: tuple[int, ...]

    @property
    def data_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def open_npy(stream: IO[bytes], path: str, size: int, room: IO[bytes] | None = None) -> FlatArray | Transposed:
    """Find the array of an .npy file without taking it into memory.

    Parameters
    ----------
    stream : binary file
        At its beginning; it must stay open.
    path : str
        The name used in errors.
    size : int
        Bytes of the whole file from there on.
    room : binary file, optional
        Where the elements are copied, if the stream is no file in which they have a place; that must stay open instead.

    Returns
    -------
    FlatArray or Transposed
        Where its elements are.

    Raises
    ------
    ArrayFileError
        If the file is not exactly one array of numbers.
    """
    header, header_bytes = read_header(stream, path)
    if size - header_bytes != header.data_bytes:
        refuse_size(path, header, size - header_bytes)
    if room is None:
        place = stream.fileno(), path, header_bytes
    else:
        pour(stream, room)
        room.flush()
        place = room.fileno(), path, 0
    if header.fortran_order:
        return Transposed(FlatArray(*place, header.shape[::-1], header.dtype))
    return FlatArray(*place, header.shape, header.dtype)


def npy_header(shape: tuple[int, ...], dtype: np.dtype[Any], fortran_order: bool) -> bytes:
    """The bytes before the elements.

    Parameters
    ----------
    shape : tuple of int
        Of the array.
    dtype : numpy.dtype
        Of its elements.
    fortran_order : bool
        Whether the first index changes fastest.

    Returns
    -------
    bytes
        As `numpy.save` writes them.
    """
    stream = io.BytesIO()
    fields = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": fortran_order, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, fields)
    return stream.getvalue()


def read_header(stream: IO[bytes], path: str) -> tuple[Header, int]:
    """Return the header and the number of bytes it took."""
    start = _take(stream, len(MAGIC) + 2, path)
    if not start.startswith(MAGIC):
        raise ArrayFileError(path, "not an .npy file: its first bytes are not those of the format")
    major, minor = start[len(MAGIC) :]
    if major not in LENGTH_BYTES or minor != 0:
        raise ArrayFileError(path, f"version {major}.{minor} of the .npy format is not known")
    length_field = _take(stream, LENGTH_BYTES[major], path)
    length = int.from_bytes(length_field, "little")
    if length > LONGEST_HEADER:
        raise ArrayFileError(path, f"its header of {length} bytes is longer than {LONGEST_HEADER}")
    text = _take(stream, length, path)
    return _parse_header(text, path), len(start) + len(length_field) + length


def _take(stream: IO[bytes], count: int, path: str) -> bytes:
    taken = b""
    while len(taken) < count:
        piece = stream.read(count - len(taken))
        if not piece:
            what = "the file ends inside its header" if taken else "the file is empty or ends early"
            raise ArrayFileError(path, what)
        taken += piece
    return taken


def _parse_header(text: bytes, path: str) -> Header:
    try:
        dtype, fortran_order, shape = _fields(text)
    except Exception:
        # A forged literal fails in the decoder, the parser or the dtype, each in its own way.
        raise ArrayFileError(path, "its header is damaged: it describes no array") from None
    if dtype.hasobject:
        raise ArrayFileError(path, "holds Python objects (a pickle), which are never loaded; store numbers")
    if dtype.names is not None:
        raise ArrayFileError(path, "holds records with fields; store one array per file")
    if dtype.kind not in NUMBER_KINDS:
        raise ArrayFileError(path, f"holds values of dtype {dtype}, which are not numbers")
    return Header(dtype, fortran_order, shape)


def _fields(text: bytes) -> Header:
    # Python 2 wrote the lengths of a shape as 3L.
    literal = re.sub(r"(?<=\d)L\b", "", text.decode("utf-8"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the parser's remarks on the style of a forgery
        fields = ast.literal_eval(literal.strip())
    if set(fields) != {"descr", "fortran_order", "shape"}:
        raise ValueError
    fortran_order, shape = fields["fortran_order"], fields["shape"]
    if not isinstance(fortran_order, bool) or not isinstance(shape, tuple):
        raise ValueError
    if len(shape) > MOST_DIMENSIONS:
        raise ValueError
    if not all(type(length) is int and 0 <= length <= LONGEST_DIMENSION for length in shape):
        raise ValueError
    return Header(np.lib.format.descr_to_dtype(fields["descr"]), fortran_order, shape)


def refuse_size(path: str, header: Header, found: int) -> None:
    raise ArrayFileError(
        path,
        f"its header announces {header.data_bytes} bytes of data"
        f" (shape {header.shape}, dtype {header.dtype}), but {found} are there",
    )
