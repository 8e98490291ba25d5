"""Comma-separated numbers: one row of an array per line.

Accepted: UTF-8 text; values separated by commas, as Python writes floats (`-1.5e3`, `inf`, `nan`);
the same number of values on every line; one header line, which is skipped (every value on it begins
with a letter, a quote, "_" or "#", and none is a number); empty lines at the end. Nothing else: no
other comments, no quoted numbers, other separators, missing values or empty lines in between, since
guessing at any of these moves numbers.

A single column is a vector, anything else a matrix of lines by columns; writing follows the same
rule, so that a vector of logsumexps is one number per line.
"""

from __future__ import annotations

import io
import math
import os
from array import array as flat_array
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stablesoftmax._boxes import pieces
from stablesoftmax._stored import Source
from stablesoftmax.io.errors import ArrayFileError
from stablesoftmax.io.flat import FlatArray

__all__ = ["check_table", "open_csv", "pack_csv"]

LONGEST_SHOWN_VALUE = 40
# A line is taken into memory, its values as Python objects: some 30 bytes a character where they are short.
LONGEST_LINE = 1 << 23
WRITTEN_AT_ONCE = 1 << 16


def open_csv(stream: IO[bytes], path: str, room: IO[bytes]) -> FlatArray:
    """Read a table of numbers into a file of float64.

    Parameters
    ----------
    stream : binary file
        The text.
    path : str
        The name used in errors.
    room : binary file
        Where the numbers go; it must stay open.

    Returns
    -------
    FlatArray
        Shape (lines,) for a single column, otherwise (lines, columns).

    Raises
    ------
    ArrayFileError
        With the line and the value that is not accepted.
    """
    shape = _read_text(stream, path, room.write)
    room.flush()
    return FlatArray(room.fileno(), path, 0, shape, np.dtype(np.float64))


def pack_csv(stream: IO[bytes], array: Source) -> None:
    """Write a table, each number with the fewest digits that read back as the same number.

    Parameters
    ----------
    stream : binary file
        Where the text goes.
    array : Source
        At most two dimensions, not empty: see `check_table`.
    """
    if len(array.shape) < 2:
        for piece in pieces(math.prod(array.shape), WRITTEN_AT_ONCE):
            numbers = array.read((piece,) if array.shape else ())
            stream.write("".join(f"{text}\n" for text in _written(numbers.reshape(-1))).encode("ascii"))
        return
    rows, columns = array.shape
    for some in pieces(rows, max(1, WRITTEN_AT_ONCE // columns)):
        for piece in pieces(columns, WRITTEN_AT_ONCE):  # one, unless a single row is longer
            end = b"\n" if piece.stop == columns else b","
            for row in array.read((some, piece)):
                stream.write(",".join(_written(row)).encode("ascii") + end)


def check_table(shape: tuple[int, ...], path: str) -> None:
    """Refuse what no table can hold.

    Parameters
    ----------
    shape : tuple of int
        Of the array to be written.
    path : str
        The name used in errors.
    """
    if len(shape) > 2 or 0 in shape:
        suffix = os.path.splitext(path)[1]
        raise ArrayFileError(path, f"a {suffix} table cannot hold an array of shape {shape}; write an .npy file")


def _read_text(stream: IO[bytes], path: str, keep: Callable[[flat_array[float]], object]) -> tuple[int, ...]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig")
    try:
        return _read_lines(_lines(text, path), path, keep)
    except UnicodeDecodeError:
        raise ArrayFileError(path, "not a table of numbers: it is not UTF-8 text") from None
    finally:
        text.detach()  # the stream stays the caller's, open


def _lines(text: io.TextIOWrapper, path: str) -> Iterator[str]:
    position = 0
    while line := text.readline(LONGEST_LINE):
        position += 1
        if len(line) == LONGEST_LINE:
            raise ArrayFileError(path, f"line {position} is longer than {LONGEST_LINE} characters; store such rows as .npy")
        yield line


def _read_lines(lines: Iterable[str], path: str, keep: Callable[[flat_array[float]], object]) -> tuple[int, ...]:
    """Hand over the numbers, some at a time, and return their shape."""
    numbers, kept = flat_array("d"), 0
    columns = 0
    empty_line = None
    for position, line in enumerate(lines, start=1):
        if not line.strip():
            empty_line = empty_line or position
            continue
        if empty_line is not None:
            raise ArrayFileError(path, f"line {empty_line} is empty")
        values = line.split(",")
        if position == 1 and _is_header(values):
            continue
        columns = columns or len(values)
        if len(values) != columns:
            raise ArrayFileError(path, f"line {position} has {len(values)} values where the first has {columns}")
        try:
            # Python reads 1_000 as a thousand; in a table it is more likely a slip.
            numbers.extend(map(float, values if "_" not in line else map(_strict, values)))
        except ValueError:
            _refuse_value(path, position, values)
        if len(numbers) >= WRITTEN_AT_ONCE:
            keep(numbers)
            kept += len(numbers)
            numbers = flat_array("d")
    keep(numbers)
    kept += len(numbers)
    if not kept:
        raise ArrayFileError(path, "holds no numbers")
    return (kept,) if columns == 1 else (kept // columns, columns)


def _is_header(values: list[str]) -> bool:
    return all(value[:1].isalpha() or value[:1] in tuple("\"'_#") for value in map(str.strip, values)) and not any(
        map(_is_number, values)
    )


def _written(row: NDArray[Any]) -> Iterable[str]:
    # Python's float is a float64; a float32 has a shorter text of its own, known to its scalar.
    return map(repr, row.tolist()) if row.dtype == np.float64 else map(str, row)


def _strict(text: str) -> str:
    if "_" in text:
        raise ValueError
    return text


def _is_number(text: str) -> bool:
    try:
        float(_strict(text))
    except ValueError:
        return False
    return True


def _refuse_value(path: str, position: int, values: list[str]) -> None:
    wrong = next(value.strip() for value in values if not _is_number(value))
    if not wrong:
        raise ArrayFileError(path, f"line {position} has an empty value")
    shown = wrong if len(wrong) <= LONGEST_SHOWN_VALUE else wrong[:LONGEST_SHOWN_VALUE] + "..."
    raise ArrayFileError(path, f"line {position}: {shown!r} is not a number")
