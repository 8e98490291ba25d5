"""What a compressed chunk would take in memory, found out before it is decompressed as a whole.

A few kilobytes can announce gigabytes. zstd and blosc say in their header what they hold; gzip says it at its end and need not
tell the truth, so its bytes are counted, some at a time. A zstd frame may leave its size out; then nothing is known.
"""

from __future__ import annotations

import zlib
from typing import IO

__all__ = ["decoded_bytes"]

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
PIECE = 1 << 16


def decoded_bytes(codec: str, chunk: IO[bytes], most: int) -> int | None:
    """How many bytes a chunk holds.

    Parameters
    ----------
    codec : str
        The name of the outermost codec in the metadata of the array.
    chunk : binary file
        At its beginning.
    most : int
        Beyond this, any larger number may be returned.

    Returns
    -------
    int or None
        None where it cannot be told.
    """
    if codec == "zstd":
        return _of_zstd(chunk.read(18))
    if codec == "blosc":
        header = chunk.read(16)
        return int.from_bytes(header[4:8], "little") if len(header) == 16 else None
    if codec == "gzip":
        return _of_gzip(chunk, most)
    return None


def _of_zstd(header: bytes) -> int | None:
    """RFC 8878, section 3.1.1: a descriptor says how long the fields that follow are."""
    if len(header) < 6 or header[:4] != ZSTD_MAGIC:
        return None
    descriptor = header[4]
    single_segment = bool(descriptor & 0x20)
    begin = 5 + (not single_segment) + (0, 1, 2, 4)[descriptor & 3]
    length = (int(single_segment), 2, 4, 8)[descriptor >> 6]
    if not length:
        return None
    return int.from_bytes(header[begin : begin + length], "little") + (256 if length == 2 else 0)


def _of_gzip(chunk: IO[bytes], most: int) -> int | None:
    found = 0
    unpacker = zlib.decompressobj(wbits=31)
    try:
        while found <= most and not unpacker.eof:
            given = unpacker.unconsumed_tail or chunk.read(PIECE)
            if not given:
                return None
            found += len(unpacker.decompress(given, PIECE))
    except zlib.error:
        return None  # the package says what is wrong
    return found
