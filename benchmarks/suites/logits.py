"""Logits to measure with, and memory for results."""

import ml_dtypes
import numpy as np

CACHE_LINE = 64  # bytes
PIECE = 1 << 18  # elements: the doubles that logits are made from never exist all at once


def dtype_of(name: str) -> np.dtype:
    """The dtype of a name; NumPy itself does not know bfloat16."""
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def aligned(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array that begins with a cache line: where the allocator happens to put one must not decide who is faster."""
    size = int(np.prod(shape)) * dtype.itemsize
    memory = np.empty(size + CACHE_LINE, np.uint8)
    begin = -memory.ctypes.data % CACHE_LINE
    array = memory[begin : begin + size].view(dtype).reshape(shape)
    array[...] = 0  # the first touch maps the pages: no timed call pays for that
    return array


def make(shape: tuple[int, ...], dtype: str = "float32", deviation: float = 3.0) -> np.ndarray:
    """Normally distributed logits, the same ones every time."""
    logits = aligned(shape, dtype_of(dtype))
    flat, random = logits.reshape(-1), np.random.default_rng(1)
    for begin in range(0, flat.size, PIECE):
        piece = flat[begin : begin + PIECE]
        piece[...] = random.standard_normal(piece.size) * deviation
    return logits
