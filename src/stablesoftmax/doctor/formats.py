"""What each floating-point format can hold, and what it makes of float64 numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from stablesoftmax._arguments import is_bfloat16

__all__ = ["FORMATS", "Format", "format_of"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Format:
    """A floating-point format.

    Attributes
    ----------
    name : str
        As NumPy, ml_dtypes and torch call it.
    digits : int
        Bits of the significand, the hidden one included.
    lowest : int
        The exponent of the smallest normal number.
    highest : int
        The largest number is (2 - 2**(1 - digits)) * 2**highest.
    """

    name: str
    digits: int
    lowest: int
    highest: int

    @property
    def largest(self) -> float:
        """The largest number."""
        return math.ldexp(2 - 2.0 ** (1 - self.digits), self.highest)

    @property
    def exp_limit(self) -> float:
        """Beyond this logit e^x is inf."""
        return math.log(self.largest)

    @property
    def exp_floor(self) -> float:
        """Below this logit e^x is 0: it rounds to less than half of the smallest subnormal."""
        return (self.lowest - self.digits) * math.log(2)

    @property
    def collapse(self) -> float:
        """A loss up to this is lost in 1 + loss."""
        return 2.0**-self.digits

    def rounded(self, wide: Array) -> Array:
        """float64 numbers rounded to this format, as float64."""
        if self.name == "bfloat16":
            bits = wide.astype(np.float32).view(np.uint32).astype(np.uint64)
            bits = (bits + 0x7FFF + ((bits >> np.uint64(16)) & np.uint64(1))) >> np.uint64(16) << np.uint64(16)
            wide = bits.astype(np.uint32).view(np.float32)
        else:
            wide = wide.astype(self.name)
        return np.asarray(wide, np.float64)

    def ulp(self, exact: Array) -> Array:
        """The unit in the last place at each number."""
        return np.asarray(np.ldexp(1.0, np.maximum(np.frexp(exact)[1] - 1, self.lowest) - (self.digits - 1)))


FORMATS = {
    format.name: format
    for format in (
        Format("float16", 11, -14, 15),
        Format("bfloat16", 8, -126, 127),
        Format("float32", 24, -126, 127),
        Format("float64", 53, -1022, 1023),
    )
}


def format_of(dtype: np.dtype[Any]) -> Format:
    """The format of logits of this dtype; integers and bool are seen as float64."""
    return FORMATS["bfloat16" if is_bfloat16(dtype) else dtype.name if dtype.kind == "f" else "float64"]
