"""Parquet tables of numbers, with the package `pyarrow`: the columns are axis 1 of an array.

A table is read from its beginning to its end into a file of plain elements, and written from one, some rows at a time. All columns
must be numbers without missing values; columns of several dtypes become the one that holds them all. A single column is a vector,
as in a .csv file.
"""

from __future__ import annotations

import importlib
import math
from typing import IO, Any

import numpy as np

from stablesoftmax._boxes import pieces
from stablesoftmax._stored import Source
from stablesoftmax.io.errors import ArrayFileError, MissingPackageError, first_line
from stablesoftmax.io.flat import FlatArray

__all__ = ["Table", "open_parquet", "pack_parquet"]

# Bytes of rows that are decoded at a time, and of a row group that is written.
BATCH = 1 << 22
ROW_GROUP = 1 << 24
# What the header of a table may take: a forged one asks for more than there is.
LONGEST_STRING, MOST_ENTRIES = 1 << 24, 1 << 20


class Table(FlatArray):
    """The elements of a table, and the names of its columns."""

    columns: tuple[str, ...] = ()


def open_parquet(stream: IO[bytes], path: str, room: IO[bytes]) -> Table:
    """Read a table of numbers into a file of elements.

    Parameters
    ----------
    stream : binary file
        At its beginning.
    path : str
        The name used in errors.
    room : binary file
        Where the elements go; it must stay open.

    Returns
    -------
    Table
        Shape (rows,) for a single column, otherwise (rows, columns).

    Raises
    ------
    ArrayFileError
        If the table is damaged, empty, or holds anything but numbers.
    """
    parquet = _packages(path)[1]
    try:
        table = parquet.ParquetFile(
            stream, pre_buffer=False, buffer_size=1 << 20, page_checksum_verification=True,
            thrift_string_size_limit=LONGEST_STRING, thrift_container_size_limit=MOST_ENTRIES,
        )  # fmt: skip
        schema = table.schema_arrow
        dtype = _dtype(schema, path)
        names = tuple(schema.names)
        rows = 0
        at_once = max(1, BATCH // (len(names) * dtype.itemsize))
        for batch in table.iter_batches(batch_size=at_once, use_threads=False):
            room.write(_elements(batch, dtype, rows, path))
            rows += batch.num_rows
        announced = table.metadata.num_rows
    except (ArrayFileError, MemoryError):
        raise
    except Exception as error:
        # arrow has a dozen kinds of errors, and OSError without a number for a damaged page
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ArrayFileError(path, f"not a readable .parquet table: {first_line(error)}") from None
    if rows != announced or not rows:
        raise ArrayFileError(path, f"its header announces {announced} rows, and {rows} are there" if rows else "holds no numbers")
    room.flush()
    shape = (rows,) if len(names) == 1 else (rows, len(names))
    found = Table(room.fileno(), path, 0, shape, dtype)
    found.columns = names
    return found


def pack_parquet(stream: IO[bytes], array: Source, columns: tuple[str, ...], path: str) -> None:
    """Write a table from an array of at most two dimensions that is not empty.

    Parameters
    ----------
    stream : binary file
        Where the table goes.
    array : Source
        The elements.
    columns : tuple of str
        The names of the columns, if there are as many; otherwise they are called 0, 1, 2, ...
    path : str
        The name used in errors.
    """
    arrow, parquet = _packages(path)
    rows = array.shape[0] if array.shape else 1
    width = math.prod(array.shape[1:])
    names = columns if len(columns) == width else tuple(map(str, range(width)))
    schema = arrow.schema([(name, arrow.from_numpy_dtype(array.dtype)) for name in names])
    row_group = max(1, ROW_GROUP // (width * array.dtype.itemsize))
    options = {"use_dictionary": False, "write_page_checksum": True}
    with parquet.ParquetWriter(stream, schema, **options) as writer:
        for piece in pieces(rows, row_group):
            at = (piece, slice(0, width))[: len(array.shape)]
            elements = array.read(at).reshape(-1, width)
            batch = [arrow.array(np.ascontiguousarray(elements[:, column])) for column in range(width)]
            writer.write_table(arrow.Table.from_arrays(batch, schema=schema), row_group_size=row_group)


def _packages(path: str) -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise MissingPackageError("pyarrow", path) from None


def _dtype(schema: Any, path: str) -> np.dtype[Any]:
    dtypes = []
    for field in schema:
        try:
            dtype = np.dtype(field.type.to_pandas_dtype())
        except Exception:
            dtype = np.dtype(object)
        if dtype.kind not in "biuf":
            raise ArrayFileError(path, f"column {field.name!r} holds {str(field.type)[:80]}; a table of numbers is needed")
        dtypes.append(dtype)
    if not dtypes:
        raise ArrayFileError(path, "the table has no columns")
    return np.result_type(*dtypes)


def _elements(batch: Any, dtype: np.dtype[Any], before: int, path: str) -> memoryview:
    elements = np.empty((batch.num_rows, batch.num_columns), dtype)
    for column, values in enumerate(batch.columns):
        if values.null_count:
            row = before + int(np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))[0])
            raise ArrayFileError(path, f"column {batch.schema.names[column]!r} has no value in row {row}")
        elements[:, column] = values.to_numpy(zero_copy_only=False)
    return elements.reshape(-1).view(np.uint8).data
