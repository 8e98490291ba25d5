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
from array import array as flat_array
from collections.abc import Iterable
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stablesoftmax.io.errors import ArrayFileError

__all__ = ["read_csv", "write_csv"]

LONGEST_SHOWN_VALUE = 40


def read_csv(stream: IO[bytes], path: str) -> NDArray[Any]:
    """Read a table of numbers as float64.

    Parameters
    ----------
    stream : binary file
        The text.
    path : str
        The name used in errors.

    Returns
    -------
    numpy.ndarray
        Shape (lines,) for a single column, otherwise (lines, columns).

    Raises
    ------
    ArrayFileError
        With the line and the value that is not accepted.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig")
    try:
        return _read_lines(text, path)
    except UnicodeDecodeError:
        raise ArrayFileError(path, "not a table of numbers: it is not UTF-8 text") from None
    finally:
        text.detach()  # the stream stays the caller's, open


def write_csv(stream: IO[bytes], array: NDArray[Any], path: str) -> None:
    """Write a table, each number with the fewest digits that read back as the same number.

    Parameters
    ----------
    stream : binary file
        Where the text goes.
    array : numpy.ndarray
        At most two dimensions, not empty.
    path : str
        The name used in errors.

    Raises
    ------
    ArrayFileError
        If a table cannot hold the array.
    """
    array = np.asarray(array)
    if array.ndim > 2 or array.size == 0:
        raise ArrayFileError(path, f"a .csv table cannot hold an array of shape {array.shape}; write an .npy file")
    for row in array.reshape(-1, array.shape[-1]) if array.ndim == 2 else array.reshape(-1, 1):
        stream.write(",".join(_written(row)).encode("ascii") + b"\n")


def _read_lines(lines: Iterable[str], path: str) -> NDArray[Any]:
    numbers = flat_array("d")
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
    if not numbers:
        raise ArrayFileError(path, "holds no numbers")
    table = np.frombuffer(numbers, np.float64)
    return table if columns == 1 else table.reshape(-1, columns)


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
