"""Write a file so that its name holds the old content or the new one, never half of either.

The new content goes to a temporary file in the same folder, reaches the disk, and takes the name in
one step. Whatever ends the writing early, Ctrl-C included, removes the temporary file; only a crash
or `kill -9` leaves one behind, to be recognised by its name: `.stablesoftmax-*.tmp`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import io
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

__all__ = ["PREFIX", "SUFFIX", "atomic_writer", "replace_folder", "sync_folder"]

PREFIX, SUFFIX = ".stablesoftmax-", ".tmp"


@contextlib.contextmanager
def atomic_writer(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a file for writing; it takes its name when the block ends without an exception.

    A symbolic link stays one, and the file that it points to is replaced. A replaced file keeps its
    permissions and, where the system allows it, its owner; other hard links keep the old content.
    What is not a file (a pipe, a device such as /dev/null) cannot be replaced and is written
    directly.

    Parameters
    ----------
    path : str or path-like
        The file to create or replace.

    Yields
    ------
    binary file
        Where to write.

    Raises
    ------
    OSError
        As the system reports it; the file of that name is then untouched.
    """
    target = Path(os.path.realpath(path))
    replaced = _status(target)
    if replaced is not None and not stat.S_ISREG(replaced.st_mode):
        with io.BufferedWriter(_Device(target, "wb")) as stream:  # a folder raises IsADirectoryError here
            yield stream
        return
    if replaced is not None and not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        # The folder alone would allow the replacement; whoever made the file read-only meant it.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    temporary = target.with_name(f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}")
    try:
        with open(temporary, "xb", opener=_opener(replaced)) as stream:
            if replaced is not None:
                _take_over(temporary, replaced)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    sync_folder(target.parent)


class _Device(io.FileIO):
    """A device or a pipe: what was written has no position, though /dev/null claims to be at 0 for ever."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise io.UnsupportedOperation("a device has no position")


def _status(target: Path) -> os.stat_result | None:
    try:
        return target.stat()
    except FileNotFoundError:
        return None


def _opener(replaced: os.stat_result | None) -> Callable[[str, int], int]:
    """Create a new file as any program would, but the successor of a file unreadable to others.

    The old file may be private: its permissions are set before any content is written.
    """
    mode = 0o666 if replaced is None else 0o600
    return lambda name, flags: os.open(name, flags, mode)


def _take_over(temporary: Path, replaced: os.stat_result) -> None:
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):  # only root may give a file away
            os.chown(temporary, replaced.st_uid, replaced.st_gid)
    # After chown, which takes some of these bits away.
    temporary.chmod(stat.S_IMODE(replaced.st_mode))


def replace_folder(temporary: str, target: str) -> None:
    """Give a folder its name; a folder that has it is exchanged in one step where the system can do that (Linux), then removed.

    Elsewhere there is a moment in which the name is that of no folder, and the old one is beside it, under a temporary name.

    Parameters
    ----------
    temporary : str
        The new folder.
    target : str
        Its name, in the same folder.
    """
    parent = Path(target).parent
    if not os.path.lexists(target):
        os.rename(temporary, target)
    elif _exchange(temporary, target):
        sync_folder(parent)
        shutil.rmtree(temporary)
    else:
        aside = parent / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
        os.rename(target, aside)
        os.rename(temporary, target)
        shutil.rmtree(aside)
    sync_folder(parent)


def _exchange(first: str, second: str) -> bool:
    """Exchange two names by renameat2; False where there is no such operation."""
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return bool(rename(here, os.fsencode(first), here, os.fsencode(second), exchange) == 0)


def sync_folder(folder: str | os.PathLike[str]) -> None:
    """Make a new name survive a power cut as well; only POSIX can open a folder for that.

    Parameters
    ----------
    folder : str or path-like
        The one that holds the name.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems have no such operation.
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
