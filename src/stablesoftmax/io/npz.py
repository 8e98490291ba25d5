"""The .npz format: a zip archive of .npy members, each an array with a name."""

from __future__ import annotations

import errno
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from typing import IO

from stablesoftmax.io.errors import ArrayFileError, check_name
from stablesoftmax.io.flat import FlatArray, Transposed
from stablesoftmax.io.npy import open_npy
from stablesoftmax.io.spool import pour

__all__ = ["open_npz", "pack_npz"]

# No deflate stream expands further; bzip2 and lzma can, and numpy writes neither.
LARGEST_EXPANSION = 1032
SMALLEST_STREAM = 64
SUFFIX = ".npy"


def open_npz(stream: IO[bytes], path: str, room: Callable[[], IO[bytes]]) -> dict[str, FlatArray | Transposed]:
    """Unpack every array of an .npz file, checksums compared, to a file of its own.

    Parameters
    ----------
    stream : binary file
        A file that can be sought.
    path : str
        The name used in errors.
    room : callable
        Opens a file without a name, which stays open.

    Returns
    -------
    dict
        The arrays under their names, in the order of the archive.

    Raises
    ------
    ArrayFileError
        If the archive is damaged, empty, encrypted, holds a name twice or one that leads out of its folder, or anything but
        arrays of numbers.
    """
    try:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            # The entry of a folder is empty; one with content is an array whose name lost its last letter.
            members = [m for m in archive.infolist() if not (m.is_dir() and m.file_size == 0)]
            _check_members(members, path, size)
            return {_name(member): _unpacked(archive, member, path, room()) for member in members}
    except (ArrayFileError, MemoryError):
        raise
    except Exception as error:
        # zipfile has a dozen ways to fail on a damaged archive: its own BadZipFile, the errors of
        # the decompressors, struct.error, NotImplementedError, RuntimeError for a password, and
        # OSError for an offset before the beginning, unlike a disk that fails.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        reason = str(error) or type(error).__name__
        raise ArrayFileError(path, f"not a readable .npz archive: {reason}") from None


def pack_npz(stream: IO[bytes], arrays: Mapping[str, tuple[bytes, IO[bytes]]]) -> None:
    """Write arrays under their names, uncompressed, from files of their elements.

    Parameters
    ----------
    stream : binary file
        Where the archive goes.
    arrays : mapping
        The .npy header of each array, and a file of its elements, at its beginning.
    """
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        # ZipInfo carries a fixed date: the same arrays give the same bytes.
        for name, (header, elements) in arrays.items():
            with archive.open(zipfile.ZipInfo(name + SUFFIX), "w", force_zip64=True) as member:
                member.write(header)
                pour(elements, member)


def _check_members(members: list[zipfile.ZipInfo], path: str, size: int) -> None:
    """Refuse what no honest archive says, before anything is unpacked."""
    if not members:
        raise ArrayFileError(path, "the archive holds no array")
    name, count = Counter(_name(member) for member in members).most_common(1)[0]
    if count > 1:
        raise ArrayFileError(path, f"the archive holds {count} arrays named {name!r}")
    if sum(member.compress_size for member in members) > size:
        raise ArrayFileError(path, "the archive's members overlap or are larger than the file")
    for member in members:
        check_name(_name(member), path)
        if member.comment:
            # NumPy writes none. One wrong bit in its length swallows the next entry of the directory: an array would be missing.
            raise ArrayFileError(path, f"the archive's directory is damaged at array {_name(member)!r}")
        if member.file_size > LARGEST_EXPANSION * member.compress_size + SMALLEST_STREAM:
            raise ArrayFileError(
                path,
                f"array {_name(member)!r} announces {member.file_size} bytes,"
                f" more than its {member.compress_size} compressed ones can hold",
            )


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(SUFFIX)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: str, room: IO[bytes]) -> FlatArray | Transposed:
    with archive.open(member) as content:
        try:
            return open_npy(content, path, member.file_size, room)
        except ArrayFileError as error:
            reason = f"array {_name(member)!r}: {error.reason}"
            raise ArrayFileError(path, reason) from None
