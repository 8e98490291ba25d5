"""The bits that this version gives on every machine: whoever has them has ours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from stablesoftmax._promises.golden_bits import GOLDEN
from stablesoftmax._promises.samples import Array, Source
from stablesoftmax._promises.subject import Subject, outcome

__all__ = ["compared", "digest", "golden"]

SHAPES = ((10, 19), (3, 130))


def digest(results: Iterable[Array]) -> str:
    """Sixteen hexadecimal digits of the SHA-256 of results, as little-endian numbers."""
    found = hashlib.sha256()
    for array in results:
        bits = np.ascontiguousarray(array).view(f"u{array.dtype.itemsize}")
        found.update(bits.astype(bits.dtype.newbyteorder("<")).tobytes())
    return found.hexdigest()[:16]


def of_subject(subject: Subject, dtype: np.dtype[Any]) -> str:
    """The digest of the results for fixed operands, whatever the seed of a run."""
    operands = [subject.operands(Source("golden", subject.name, dtype.name, shape), dtype, shape) for shape in SHAPES]
    return digest(subject.results(-1, each) for each in operands)


def compared(name: str, dtype: str, found: str) -> list[dict[str, Any]]:
    """The row of the table."""
    expected = GOLDEN.get(f"{name} {dtype}", "")
    worst = "" if found == expected else f"{found}, here {expected or 'none'} is written"
    return [outcome(name, dtype, "golden bits", 1, int(found != expected), bound=expected, source="golden_bits.py", worst=worst)]


def golden(subject: Subject, dtype: np.dtype[Any], seed: int) -> list[dict[str, Any]]:
    """Whether this machine gives the bits of ours."""
    return compared(subject.name, dtype.name, of_subject(subject, dtype))
