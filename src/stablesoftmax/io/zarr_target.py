"""Writing a zarr array so that its name holds the old store or the new one, and so that a killed work goes on where it was.

The new store grows in a folder beside it, whose name is made of what is being done: the input as it is, the function, its options.
Which chunks are on the disk is recorded there. The same command finds the folder again, and only the same command does. Chunks are
recorded some seconds at a time, after they have reached the disk, so a record never says more than there is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stablesoftmax._boxes import Index, Lengths
from stablesoftmax.io.atomic import PREFIX, SUFFIX, replace_folder, sync_folder
from stablesoftmax.io.errors import ArrayFileError, of_file
from stablesoftmax.io.zarr_source import METADATA, boxes_of, import_zarr

__all__ = ["ZarrTarget", "create_zarr", "layout_like"]

RECORD = "-record.tmp"
FINISHED = b"finished"
SECONDS_BETWEEN_RECORDS = 2.0


class ZarrTarget:
    """The array that is being written.

    Parameters
    ----------
    path : str
        The store that it will be, for errors.
    folder : str
        Where it grows.
    record : binary file
        The record of chunks, open for appending.
    done : set of str
        The chunks that were recorded before.
    array : zarr.Array
        The array in `folder`.
    """

    def __init__(self, path: str, folder: str, record: IO[bytes], done: set[str], array: Any) -> None:
        self._path, self._folder, self._record, self._done, self._array = path, folder, record, done, array
        self.grain: Lengths = tuple(array.shards or array.chunks)
        self._waiting: list[str] = []
        self._recorded = time.monotonic()
        self._lock = threading.Lock()

    def is_done(self, at: Index) -> bool:
        """Whether all chunks of a box were recorded by an earlier run."""
        return all(key in self._done for key in self._keys(at))

    def write(self, at: Index, values: NDArray[Any]) -> None:
        """Put a box of whole chunks in its place."""
        with of_file(self._path):
            self._array[at] = values
            with self._lock:
                self._waiting += self._keys(at)
                if time.monotonic() - self._recorded > SECONDS_BETWEEN_RECORDS:
                    self.record()

    def record(self) -> None:
        """Bring the chunks that were written to the disk, then into the record."""
        for key in self._waiting:
            descriptor = os.open(os.path.join(self._folder, key), os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        for folder in {parent for key in self._waiting for parent in PurePosixPath(key).parents}:
            sync_folder(os.path.join(self._folder, folder))
        self._record.write("".join(f"{key}\n" for key in self._waiting).encode())
        self._record.flush()
        os.fsync(self._record.fileno())
        self._waiting, self._recorded = [], time.monotonic()

    def _keys(self, at: Index) -> list[str]:
        return [self._array.metadata.encode_chunk_key(place) for place in boxes_of(at, self.grain)]


@contextlib.contextmanager
def create_zarr(path: str, shape: Lengths, dtype: np.dtype[Any], layout: Mapping[str, Any], work: str) -> Iterator[ZarrTarget]:
    """Create a store; it takes its name when the block ends without an exception.

    Parameters
    ----------
    path : str
        The folder of the store; a store of that name is replaced, anything else is not.
    shape : tuple of int
        Of the array.
    dtype : numpy.dtype
        Of its elements.
    layout : mapping
        Chunks, shards, compressors and names of dimensions, as `zarr.create_array` takes them: see `layout_like`.
    work : str
        What is being done: an earlier work of the same text is continued.

    Yields
    ------
    ZarrTarget
        Where the array is to be written.
    """
    zarr = import_zarr(path)
    if dtype.name not in ("float16", "float32", "float64"):
        raise ArrayFileError(path, f"a .zarr store cannot hold {dtype}; use .safetensors, or --dtype float32")
    target = os.path.realpath(path)
    if os.path.lexists(target) and not os.path.isfile(os.path.join(target, METADATA)):
        raise ArrayFileError(path, f"is there and no zarr store (it holds no {METADATA}); it is not replaced")
    name = hashlib.sha256(f"{target}\n{shape} {dtype} {layout}\n{work}".encode()).hexdigest()[:16]
    beside = os.path.join(os.path.dirname(target), f"{PREFIX}{name}")
    folder, record_name = beside + SUFFIX, beside + RECORD
    with contextlib.ExitStack() as stack:
        with of_file(path):
            record = stack.enter_context(open(record_name, "a+b"))
        _lock(record, path)
        written = None
        try:
            with of_file(path):
                written = ZarrTarget(path, folder, record, *_begun(zarr, folder, record, shape, dtype, layout))
            yield written
            with of_file(path):
                written.record()
                for inside, _, _ in os.walk(folder):
                    sync_folder(inside)
                # From here on the folder may hold the old store.
                record.write(FINISHED + b"\n")
                record.flush()
                os.fsync(record.fileno())
                replace_folder(folder, target)
        except KeyboardInterrupt:
            if written is None:
                raise
            with of_file(path):
                written.record()
            raise KeyboardInterrupt(f"{path}: interrupted; the same command goes on from here") from None
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            os.unlink(record_name)
            raise
        os.unlink(record_name)


def layout_like(array: Any, axes: Lengths, keepdims: bool) -> dict[str, Any]:
    """The layout of an array that is there.

    Parameters
    ----------
    array : zarr.Array
        The array.
    axes : tuple of int
        Of it, that are gone in the new one.
    keepdims : bool
        Whether they are kept there with length 1.

    Returns
    -------
    dict
        As `create_zarr` takes it.
    """

    def kept(of_axes: Any, reduced: Any) -> Any:
        if of_axes is None:
            return None
        return tuple(reduced if axis in axes else n for axis, n in enumerate(of_axes) if keepdims or axis not in axes)

    names = array.metadata.dimension_names
    return {
        "chunks": kept(array.chunks, 1), "shards": kept(array.shards, 1) or None, "compressors": array.compressors,
        "dimension_names": kept(names, None),
    }  # fmt: skip


def _begun(
    zarr: Any, folder: str, record: IO[bytes], shape: Lengths, dtype: np.dtype[Any], layout: Mapping[str, Any]
) -> tuple[set[str], Any]:
    """The chunks that are done, and the array in its folder: that of an earlier run, or a new one."""
    store = zarr.storage.LocalStore(folder)
    done = _recorded(record)
    if done and os.path.exists(os.path.join(folder, METADATA)):
        return done, zarr.open_array(store=store, mode="r+", zarr_format=3, config={"write_empty_chunks": True})
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    record.truncate(0)
    options = {"shape": shape, "dtype": dtype, "fill_value": np.nan, "config": {"write_empty_chunks": True}, **layout}
    return set(), zarr.create_array(store=store, **options)


def _lock(record: IO[bytes], path: str) -> None:
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ArrayFileError(path, "the same work is being done by another process") from None


def _recorded(record: IO[bytes]) -> set[str]:
    """The lines of the record that have an end: the last may have been cut off."""
    record.seek(0)
    *whole, _ = record.read().split(b"\n")
    return set() if FINISHED in whole else {line.decode() for line in whole}
