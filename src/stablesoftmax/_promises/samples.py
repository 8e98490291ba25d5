"""Inputs for `verify`: from integer arithmetic alone, so that a seed means the same numbers everywhere and for ever."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import math
from typing import Any

import numpy as np

__all__ = ["Array", "Source", "formats"]

Array = np.ndarray[Any, Any]

# How far the logits of the widest rows reach: some of their probabilities are subnormal.
WIDEST = {"float16": 4.0, "bfloat16": 25.0, "float32": 25.0, "float64": 190.0}


def formats() -> dict[str, np.dtype[Any]]:
    """The dtypes that can be had here, by name: bfloat16 where ml_dtypes is installed."""
    found = {name: np.dtype(name) for name in ("float16", "float32", "float64")}
    if importlib.util.find_spec("ml_dtypes") is not None:
        found["bfloat16"] = np.dtype(importlib.import_module("ml_dtypes").bfloat16)
    return found


class Source:
    """A stream of numbers named by what they are for: the finaliser of splitmix64 over a counter.

    Parameters
    ----------
    *name : object
        What tells this stream from all others.
    """

    def __init__(self, *name: object) -> None:
        key = hashlib.sha256(" ".join(map(str, name)).encode()).digest()
        self._start = int.from_bytes(key[:8], "little")
        self._taken = 0

    def integers(self, *shape: int) -> Array:
        """64-bit integers, well mixed."""
        count = math.prod(shape)
        counter = np.arange(self._taken + 1, self._taken + count + 1, dtype=np.uint64)
        self._taken += count
        z = np.uint64(self._start) + counter * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31))).reshape(shape)

    def normal(self, *shape: int) -> Array:
        """Nearly normal: the four 16-bit parts of an integer, added and centred, in units of 2^-15."""
        z = self.integers(*shape)
        total = np.zeros(shape, np.int64)
        for part in range(4):
            total += ((z >> np.uint64(16 * part)) & np.uint64(0xFFFF)).astype(np.int64)
        fine = (self.integers(*shape) >> np.uint64(32)).astype(np.float64) * 2.0**-32  # the bits that float64 has besides
        return np.asarray(((total - 131_070) + fine) * 2.0**-15)

    def uniform(self, *shape: int) -> Array:
        """Between 0 and 1, never one of them."""
        return np.asarray((self.integers(*shape) >> np.uint64(12)).astype(np.float64) * 2.0**-52 + 2.0**-53)

    def order(self, count: int) -> Array:
        """A permutation."""
        return np.argsort(self.integers(count), kind="stable")

    def logits(self, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
        """Rows that are nearly uniform, ordinary, confident, very wide, and far from 0, one after the other."""
        x = self.normal(*shape)
        spread = np.array([0.125, 1.0, 8.0, WIDEST[dtype.name], 1.0])
        offset = np.array([0.0, 0.0, -3.0, 0.0, 300.0])
        kind = np.arange(math.prod(shape[:-1])).reshape(shape[:-1])[..., np.newaxis] % len(spread)
        return np.asarray(x * spread[kind] + offset[kind], dtype)
