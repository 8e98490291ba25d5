"""Reading a zarr array (version 3 of the format) chunk by chunk, with the package `zarr`.

The store is a folder. Its metadata are checked here before the package sees them. A chunk that is missing is refused unless the
caller says otherwise: by the format it reads as the fill value, and a copy that was interrupted would be taken for numbers.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import itertools
import json
import math
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stablesoftmax._boxes import Index, Lengths, pieces
from stablesoftmax.io.errors import ArrayFileError, MissingPackageError, first_line, of_file
from stablesoftmax.io.zarr_chunks import decoded_bytes

__all__ = ["METADATA", "ZarrSource", "boxes_of", "import_zarr"]

METADATA = "zarr.json"
LONGEST_METADATA = 1 << 20
MOST_CHUNKS = 10**8
DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64")
MOST_DIMENSIONS = 64
# A chunk that does not get smaller by compression gets larger by less than this.
LARGEST_OVERHEAD = 1 << 16


def import_zarr(path: str) -> Any:
    """The package, or a line that says how to install it.

    Parameters
    ----------
    path : str
        The name used in errors.

    Returns
    -------
    module
        zarr.
    """
    try:
        zarr: Any = importlib.import_module("zarr")
        importlib.import_module("zarr.storage")
    except ImportError:
        raise MissingPackageError("zarr", path) from None
    return zarr


def _chunk_keys(array: Any, grain: Lengths) -> Iterator[str]:
    """Where in the store each stored chunk of an array lies.

    Parameters
    ----------
    array : zarr.Array
        The array.
    grain : tuple of int
        The shape of a stored chunk.

    Yields
    ------
    str
        The name of its file, below the folder of the store.
    """
    counts = [math.ceil(n / step) for n, step in zip(array.shape, grain, strict=True)]
    for place in itertools.product(*map(range, counts)):
        yield array.metadata.encode_chunk_key(place)


class ZarrSource:
    """An array in a folder.

    Parameters
    ----------
    path : str
        The folder.
    fill_missing : bool
        Whether chunks that are missing are read as the fill value.
    """

    def __init__(self, path: str, fill_missing: bool) -> None:
        zarr = import_zarr(path)
        self._path = path
        text = self._metadata_text()
        _check_metadata(text, path)
        try:
            self.array = zarr.open_array(store=zarr.storage.LocalStore(path, read_only=True), mode="r", zarr_format=3)
            self._outermost: str = self.array.metadata.codecs[-1].to_dict()["name"]
        except Exception as error:  # whatever a forged document makes of the package
            raise ArrayFileError(path, f"its {METADATA} describes no array: {first_line(error)}") from None
        self.shape: Lengths = tuple(self.array.shape)
        self.dtype = np.dtype(self.array.dtype)
        self.grain: Lengths = tuple(self.array.shards or self.array.chunks)
        self.order: Lengths = tuple(range(len(self.shape)))
        self._fill_missing = fill_missing
        self.identity = self._identity(text)

    def read(self, at: Index) -> NDArray[Any]:
        """The elements of a box."""
        self._check_sizes(at)
        try:
            return np.asarray(self.array[at])
        except MemoryError:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                with of_file(self._path):
                    raise
            places = ", ".join(f"{piece.start}:{piece.stop}" for piece in at)
            raise ArrayFileError(self._path, f"a chunk in [{places}] is damaged: {first_line(error)}") from None

    def _check_sizes(self, at: Index) -> None:
        """Refuse chunks that would decompress to more than their elements, a checksum of each codec allowed for."""
        expected = math.prod(self.grain) * self.dtype.itemsize
        for place in boxes_of(at, self.grain):
            key = self.array.metadata.encode_chunk_key(place)
            with contextlib.suppress(FileNotFoundError), of_file(self._path), open(os.path.join(self._path, key), "rb") as chunk:
                found = decoded_bytes(self._outermost, chunk, expected + LARGEST_OVERHEAD)
                if found is not None and found > expected + LARGEST_OVERHEAD:
                    reason = f"chunk {key} would take {found} bytes or more, where its elements take {expected}"
                    raise ArrayFileError(self._path, reason)

    def check_unchanged(self) -> None:
        """Raise if the store is no longer what it was."""
        if self._identity(self._metadata_text()) != self.identity:
            raise ArrayFileError(self._path, "the store was changed while it was read")

    def _metadata_text(self) -> bytes:
        if not os.path.isdir(self._path):
            os.stat(self._path)  # no such file
            raise ArrayFileError(self._path, "is no folder; a .zarr store is one")
        file = os.path.join(self._path, METADATA)
        if not os.path.isfile(file):
            older = os.path.exists(os.path.join(self._path, ".zarray"))
            reason = "is a store of version 2; convert it to version 3" if older else f"holds no {METADATA}"
            raise ArrayFileError(self._path, reason)
        with of_file(self._path), open(file, "rb") as stream:
            text = stream.read(LONGEST_METADATA + 1)
        if len(text) > LONGEST_METADATA:
            raise ArrayFileError(self._path, f"its {METADATA} is longer than {LONGEST_METADATA} bytes")
        return text

    def _identity(self, metadata: bytes) -> str:
        """A digest of the metadata and of the size and time of every chunk."""
        digest = hashlib.sha256(metadata)
        for key in _chunk_keys(self.array, self.grain):
            try:
                status = os.stat(os.path.join(self._path, key))
            except FileNotFoundError:
                if self._fill_missing:
                    continue
                reason = f"chunk {key} is missing; --fill-missing takes it for the fill value {self.array.fill_value}"
                raise ArrayFileError(self._path, reason) from None
            if status.st_size > 2 * math.prod(self.grain) * self.dtype.itemsize + LARGEST_OVERHEAD:
                raise ArrayFileError(self._path, f"chunk {key} has {status.st_size} bytes, more than its elements can take")
            digest.update(f"{key} {status.st_size} {status.st_mtime_ns}\n".encode())
        return digest.hexdigest()


def _check_metadata(text: bytes, path: str) -> None:
    try:
        fields = json.loads(text.decode("utf-8"))
        version, node = fields["zarr_format"], fields["node_type"]
    except Exception:
        raise ArrayFileError(path, f"its {METADATA} is damaged: it is no JSON object of an array") from None
    if version != 3:
        raise ArrayFileError(path, f"is of version {version!r} of the format; version 3 is known")
    if node == "group":
        inside = sorted(name for name in os.listdir(path) if os.path.isfile(os.path.join(path, name, METADATA)))
        named = f": {', '.join(inside[:8])}" if inside else ""
        raise ArrayFileError(path, f"is a group; name one of its arrays{named}")
    try:
        shape, dtype = fields["shape"], fields["data_type"]
        chunk = fields["chunk_grid"]["configuration"]["chunk_shape"]
        whole = all(type(n) is int and 0 <= n < 1 << 62 for n in [*shape, *chunk]) and 0 not in chunk
        if not whole or len(shape) != len(chunk) or len(shape) > MOST_DIMENSIONS or math.prod(shape) >= 1 << 62:
            raise ValueError
    except Exception:
        raise ArrayFileError(path, f"its {METADATA} is damaged: shape and chunks do not fit") from None
    count = math.prod(-(-n // step) for n, step in zip(shape, chunk, strict=True))
    if count > MOST_CHUNKS:
        raise ArrayFileError(path, f"its {METADATA} announces {count} chunks, more than {MOST_CHUNKS}")
    if dtype not in DTYPES:
        raise ArrayFileError(path, f"holds {str(dtype)[:40]!r}; known are {', '.join(DTYPES)}")


def boxes_of(at: Index, grain: Lengths) -> Iterator[Lengths]:
    """The numbers of the chunks that a box of whole chunks is made of.

    Parameters
    ----------
    at : tuple of slice
        The box.
    grain : tuple of int
        The shape of a chunk.

    Yields
    ------
    tuple of int
        The place of a chunk in the grid.
    """
    ranges = (
        [(piece.start + part.start) // step for part in pieces(piece.stop - piece.start, step)]
        for piece, step in zip(at, grain, strict=True)
    )
    yield from itertools.product(*ranges)
