"""The four floating-point formats the library accepts, and what it takes to look at their bits."""

from dataclasses import dataclass

import ml_dtypes
import numpy as np

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


@dataclass(frozen=True)
class Format:
    """A binary format: `precision` counts the hidden bit, `lowest` is the exponent of the smallest subnormal."""

    dtype: np.dtype
    precision: int
    lowest: int
    highest: int
    nan: int

    @property
    def max(self):
        return float((2 - 2.0 ** (1 - self.precision)) * 2.0**self.highest)

    @property
    def tiny(self):
        """The smallest subnormal number."""
        return 2.0**self.lowest


FORMATS = {
    "float16": Format(np.dtype(np.float16), 11, -24, 15, 0x7E00),
    "bfloat16": Format(BFLOAT16, 8, -133, 127, 0x7FC0),
    "float32": Format(np.dtype(np.float32), 24, -149, 127, 0x7FC00000),
    "float64": Format(np.dtype(np.float64), 53, -1074, 1023, 0x7FF8000000000000),
}
DTYPES = tuple(FORMATS)
WIDE = ("float32", "float64")
UNSIGNED = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def format_of(dtype):
    return FORMATS[np.dtype(dtype).name]


def reduced(dtype):
    """The dtype of a reduction: half precision would overflow, so it returns float32."""
    fmt = format_of(dtype)
    return fmt.dtype if fmt.precision >= 24 else np.dtype(np.float32)


def cast(values, dtype):
    """`values` as an array of the format called `dtype`."""
    return np.asarray(values, np.float64).astype(FORMATS[dtype].dtype)


def bits(array):
    """The bit patterns of an array of any layout, as unsigned integers of native byte order."""
    array = np.asarray(array)
    native = np.empty(array.shape, array.dtype.newbyteorder("="))  # a new array: any shape, 0-d included, can be viewed
    native[...] = array
    return native.view(UNSIGNED[native.dtype.itemsize])


def is_nan(array):
    """By pattern: np.isnan of a signalling bfloat16 NaN raises "invalid value"."""
    fmt = format_of(np.asarray(array).dtype)
    magnitude = bits(array) & ((1 << (8 * fmt.dtype.itemsize - 1)) - 1)
    return magnitude > fmt.nan - (1 << (fmt.precision - 2))  # the canonical NaN without its quiet bit is infinity


def same_bits(a, b):
    """True when shape, dtype and every bit agree: -0 is not +0, and NaN payloads count."""
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and a.dtype == b.dtype and bool((bits(a) == bits(b)).all())


def assert_same_bits(got, expected, context=""):
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, f"{context}: shape {got.shape}, expected {expected.shape}"
    assert got.dtype == expected.dtype, f"{context}: dtype {got.dtype}, expected {expected.dtype}"
    different = np.flatnonzero((bits(got) != bits(expected)).ravel())
    if different.size:
        i = different[0]
        a, b = got.ravel()[i], expected.ravel()[i]
        raise AssertionError(
            f"{context}: {different.size} of {got.size} elements differ, first at {i}: "
            f"{a!r} ({bits(got).ravel()[i]:#x}), expected {b!r} ({bits(expected).ravel()[i]:#x})"
        )
