"""Numbers made of integers alone: no random stream of NumPy, which may change, and no libm. The same on every machine."""

import numpy as np
from formats import cast


def mixed(count, seed):
    """`count` well mixed 64-bit integers: the finaliser of splitmix64 over a counter."""
    z = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed << 32)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def logits(count, seed, spread, dtype):
    """Nearly normal: the sum of the four 16-bit parts of an integer, centred, times a power of two."""
    z = mixed(count, seed)
    total = sum(((z >> np.uint64(16 * k)) & np.uint64(0xFFFF)).astype(np.int64) for k in range(4)) - 131_070
    return cast(total * (spread * 2.0**-15), dtype)


def like(x, seed, spread=1.0):
    """Such numbers in the shape and dtype of x."""
    return logits(x.size, seed, spread, x.dtype.name).reshape(x.shape)


def some_of(x, seed):
    """A mask in which three of four elements of a row take part, and the first of all."""
    mask = (mixed(x.size, seed) & np.uint64(3) > 0).reshape(x.shape)
    mask[:, 0] = True
    return mask


def below(count, seed, limit):
    """`count` integers from 0 to limit - 1."""
    return (mixed(count, seed) % np.uint64(max(limit, 1))).astype(np.int64)
