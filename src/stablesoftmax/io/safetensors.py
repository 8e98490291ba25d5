"""The safetensors format: the length of a header, the header as JSON, and the elements of every array, in C order.

The package `safetensors` writes arrays that are all in memory, so the format, which is small, is read and written here. Of its
rules all are kept: little-endian, names once, the arrays side by side without gaps or overlaps to the end of the file, and no
code anywhere. bfloat16 needs the dtype of `ml_dtypes`.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from stablesoftmax.io.errors import ArrayFileError, MissingPackageError, check_name
from stablesoftmax.io.flat import FlatArray

__all__ = ["open_safetensors", "safetensors_header"]

# The format allows 100 MB; as Python objects they would take gigabytes.
LONGEST_HEADER = 1 << 24
LENGTH_BYTES = 8
METADATA = "__metadata__"
MOST_DIMENSIONS = 64
DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1", "U64": "<u8", "U32": "<u4",
    "U16": "<u2", "U8": "|u1", "BOOL": "|b1",
}  # fmt: skip


def open_safetensors(stream: IO[bytes], path: str, size: int) -> dict[str, FlatArray]:
    """Find the arrays of a file without reading them.

    Parameters
    ----------
    stream : binary file
        At its beginning; it must stay open.
    path : str
        The name used in errors.
    size : int
        Bytes of the whole file.

    Returns
    -------
    dict
        The arrays under their names, in the order of the file.

    Raises
    ------
    ArrayFileError
        If the file breaks a rule of the format, or holds what is not a number this library knows.
    """
    length = int.from_bytes(stream.read(LENGTH_BYTES), "little")
    if size < LENGTH_BYTES or length > min(size - LENGTH_BYTES, LONGEST_HEADER):
        raise ArrayFileError(path, f"its header of {length} bytes is longer than the file or than {LONGEST_HEADER}")
    try:
        entries = json.loads(stream.read(length).decode("utf-8"), object_pairs_hook=_once)
        metadata = entries.pop(METADATA, {})
        if not all(isinstance(text, str) for pair in metadata.items() for text in pair):
            raise ValueError
    except Exception:  # of the decoder, of the parser, of a header that is no object
        raise ArrayFileError(path, "its header is damaged: it is no JSON object of arrays, each named once") from None
    if not entries:
        raise ArrayFileError(path, "the file holds no array")
    arrays, begin = {}, LENGTH_BYTES + length
    end = 0
    for name, fields in sorted(entries.items(), key=lambda entry: _start(entry[1])):
        check_name(name, path)
        dtype, shape, offsets = _fields(fields, f"array {name!r}", path)
        if offsets[0] != end or offsets[1] - offsets[0] != math.prod(shape) * dtype.itemsize:
            raise ArrayFileError(path, f"array {name!r} of shape {shape} and dtype {dtype} does not lie in bytes {list(offsets)}")
        end = offsets[1]
        arrays[name] = FlatArray(stream.fileno(), path, begin + offsets[0], shape, dtype)
    if begin + end != size:
        raise ArrayFileError(path, f"its header announces {end} bytes of data, but {size - begin} are there")
    return arrays


def safetensors_header(arrays: Mapping[str, tuple[tuple[int, ...], np.dtype[Any]]]) -> tuple[bytes, dict[str, int]]:
    """The bytes before the elements, and where those of each array begin.

    Parameters
    ----------
    arrays : mapping
        The shape and dtype of each array.

    Returns
    -------
    bytes
        Padded, so that elements are aligned.
    dict
        The place of each array in the file.
    """
    codes = {np.dtype(text): code for code, text in DTYPES.items()}
    fields, places, end = {}, {}, 0
    for name, (shape, dtype) in arrays.items():
        code = "BF16" if dtype.name == "bfloat16" else codes[dtype.newbyteorder("<")]
        places[name], end = end, end + math.prod(shape) * dtype.itemsize
        fields[name] = {"dtype": code, "shape": list(shape), "data_offsets": [places[name], end]}
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    first = LENGTH_BYTES + len(text)
    return len(text).to_bytes(LENGTH_BYTES, "little") + text, {name: first + place for name, place in places.items()}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


def _start(fields: Any) -> int:
    try:
        return int(fields["data_offsets"][0])
    except Exception:
        return -1  # refused in its turn


def _fields(fields: Any, whose: str, path: str) -> tuple[np.dtype[Any], tuple[int, ...], tuple[int, int]]:
    try:
        code, shape, offsets = fields["dtype"], fields["shape"], fields["data_offsets"]
        numbers = [*shape, *offsets]
        if len(fields) > 3 or len(offsets) != 2 or len(shape) > MOST_DIMENSIONS:
            raise ValueError
        if not all(type(number) is int and 0 <= number < 1 << 62 for number in numbers) or not isinstance(code, str):
            raise ValueError
    except Exception:
        raise ArrayFileError(path, f"{whose}: its entry in the header is damaged") from None
    if code == "BF16":
        return _bfloat16(path), tuple(shape), tuple(offsets)
    if code not in DTYPES:
        raise ArrayFileError(path, f"{whose} has dtype {code!r}; known are BF16, {', '.join(DTYPES)}")
    return np.dtype(DTYPES[code]), tuple(shape), tuple(offsets)


def _bfloat16(path: str) -> np.dtype[Any]:
    try:
        dtype: np.dtype[Any] = np.dtype(importlib.import_module("ml_dtypes").bfloat16)
    except ImportError:
        raise MissingPackageError("ml_dtypes", path) from None
    return dtype
