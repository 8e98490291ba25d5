"""Files without a name, for what can only be read or written from beginning to end; they vanish with the process."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from typing import IO

__all__ = ["is_regular", "pour", "spool", "spooled"]

PIECE = 1 << 20


@contextlib.contextmanager
def spool(folder: str | None = None) -> Iterator[IO[bytes]]:
    """Open a file without a name.

    Parameters
    ----------
    folder : str or None
        Where its bytes are kept; None for the system's folder of temporary files.

    Yields
    ------
    binary file
        For reading and writing.
    """
    with tempfile.TemporaryFile(dir=folder) as stream:
        yield stream


def pour(source: IO[bytes], target: IO[bytes]) -> int:
    """Copy to the end.

    Parameters
    ----------
    source, target : binary file
        From where it stands, to where it stands.

    Returns
    -------
    int
        The bytes copied.
    """
    copied = 0
    while piece := source.read(PIECE):
        target.write(piece)
        copied += len(piece)
    return copied


def is_regular(stream: IO[bytes]) -> bool:
    """Whether a stream has a size and places, as a pipe or a device has not."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode) and stream.seekable()
    except OSError:
        return False


@contextlib.contextmanager
def spooled(stream: IO[bytes], folder: str | None = None) -> Iterator[IO[bytes]]:
    """The stream itself, or its content in a file without a name where it is a pipe.

    Parameters
    ----------
    stream : binary file
        At its beginning.
    folder : str or None
        As for `spool`.

    Yields
    ------
    binary file
        At its beginning, with places.
    """
    if is_regular(stream):
        yield stream
        return
    with spool(folder) as copy:
        pour(stream, copy)
        copy.flush()
        copy.seek(0)
        yield copy
