"""The state of a row as a monoid, one element at a time: the definition that LogSumExp and the kernels are tested against.

A state holds the maximum, the number n of elements above -inf, and the integer sums of all elements but one occurrence of the
maximum, in every window at which they are not yet zero (docs/design/numerics.md). Sums of integers know no order, so `merge`
is associative and commutative bit for bit, with the empty state as identity. The kernels are `finalise` of this state; the
native code lends the integer of an element in a window and the last step, so there is one definition of each.
"""

import math
import struct
from typing import Any, Self

import numpy as np

from stablesoftmax import _native

# Layouts of sums, by their bits. A float32 row sums in 45 up to 2^16 elements (2^14 with a temperature), in 52 up to 2^23 (2^21)
# and in 92 beyond; float64 always in 92.
NARROW, MIDDLE, WIDE = 45, 52, 92
# An element so large that only ties with the maximum count has a window of its own, far from all others: its bits decide.
TIES_ORIGIN, TIES_UNIT, TIES_SPACING = 2**70, 2**20, 2**12

Sums = dict[tuple[int, int], int]  # (bits, exponent of the window) -> sum


class RowState:
    """The mergeable state of one row of float32 or float64 elements.

    Parameters
    ----------
    dtype : {numpy.float32, numpy.float64}
        Of the elements.
    temperature : float, default 1.0
        T > 0: terms are e^(x/T).

    Examples
    --------
    >>> import numpy as np
    >>> a, b = RowState.of(0.0, np.float32), RowState.of(-20.0, np.float32)
    >>> b.merge(a) == a.merge(b) and b.merge(a).log_softmax(0.0)
    np.float32(-2.0611537e-09)
    """

    def __init__(self, dtype: Any, temperature: float = 1.0, *, max: float = -math.inf, n: int = 0, sums: Sums | None = None):
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise TypeError(f"RowState: dtype={self.dtype}; use float32 or float64")
        if not 0 < temperature < math.inf:
            raise ValueError(f"RowState: temperature is {temperature}; it must be positive and finite")
        self.temperature = float(temperature)
        self.max = max
        self.n = n
        self.sums = sums or {}

    @classmethod
    def of(cls, x: float, dtype: Any, temperature: float = 1.0) -> Self:
        """The state of a row of one element, which must not be nan or +inf (such rows follow a rule, not a sum)."""
        state = cls(dtype, temperature)
        value = float(state.dtype.type(x))
        if math.isnan(value) or value == math.inf:
            raise ValueError(f"RowState: {x} has no term; rows with nan or +inf follow the rules for special rows")
        state.max, state.n = value, int(value > -math.inf)
        return state

    def merge(self, other: Self) -> Self:
        """The state of both rows together."""
        for what in ("dtype", "temperature"):
            mine, theirs = getattr(self, what), getattr(other, what)
            if mine != theirs:
                raise ValueError(f"RowState.merge: states of {what} {mine} and {theirs} do not add up; use one {what}")
        high, low = (self, other) if self.max >= other.max else (other, self)
        sums = _added(high.sums, low._with(low.max))
        return type(self)(self.dtype, self.temperature, max=high.max, n=self.n + other.n, sums=sums)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowState) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((self.dtype, self.temperature, self.max, self.n))

    def __repr__(self) -> str:
        return f"RowState({self.dtype}, temperature={self.temperature}, max={self.max}, n={self.n})"

    def softmax(self, x: float) -> Any:
        """The probability of an element x of the row."""
        exponent, bits = self._window(self.max), self._bits()
        total = self.sums.get((bits, exponent), 0) + self._deposit(self.max, exponent, bits)
        return self._finalise(0, x, total, exponent)

    def log_softmax(self, x: float) -> Any:
        """The log-probability of an element x of the row."""
        return self._log(1, x)

    def logsumexp(self) -> Any:
        """The logarithm of the sum of the terms; near zero less accurate than with the data at hand, which is then read again."""
        if self.max == -math.inf:
            return self.dtype.type(-math.inf)
        return self._log(2, self.max)

    def _key(self) -> tuple[str, float, float, int, Sums]:
        return self.dtype.name, self.temperature, self.max, self.n, self.sums

    @property
    def _is_float64(self) -> bool:
        return bool(self.dtype == np.float64)

    def _layouts(self) -> tuple[int, ...]:
        return (WIDE,) if self._is_float64 else (NARROW, MIDDLE, WIDE)

    def _bits(self) -> int:
        narrow, middle = (2**16, 2**23) if self.temperature == 1 else (2**14, 2**21)
        if self._is_float64 or self.n > middle:
            return WIDE
        return MIDDLE if self.n > narrow else NARROW

    def _ties(self) -> bool:
        return _native.window(self.max, self._is_float64, self.temperature) is None

    def _window(self, x: float) -> int:
        exponent = _native.window(x, self._is_float64, self.temperature)
        if exponent is not None:
            return _joined(exponent)
        pattern: int = struct.unpack("<q", struct.pack("<d", abs(x)))[0]
        return int(math.copysign(1, x)) * (TIES_ORIGIN + pattern * TIES_SPACING)

    def _deposit(self, x: float, exponent: int, bits: int) -> int:
        """The integer of x in a window at or above its own."""
        own = self._window(x)
        if abs(own) >= TIES_ORIGIN or abs(exponent) >= TIES_ORIGIN:
            return TIES_UNIT if own == exponent else 0
        return _joined(_native.deposit(x, self._is_float64, self.temperature, _split(exponent), bits))

    def _with(self, x: float) -> Sums:
        """The sums after x, no longer the maximum, has joined the rest."""
        if x == -math.inf:
            return self.sums
        own = self._window(x)
        joined = {}
        for bits in self._layouts():
            for exponent in range(own, own + bits + 2):
                digits = self._deposit(x, exponent, bits)
                if digits:
                    joined[bits, exponent] = digits
        return _added(self.sums, joined)

    def _log(self, which: int, x: float) -> Any:
        bits = self._bits()
        exponents = [exponent for layout, exponent in self.sums if layout == bits]
        lowest = min(exponents, default=None)
        apart = lowest != self._window(self.max) and (self._ties() or abs(lowest or 0) >= TIES_ORIGIN)
        if lowest is None or apart:  # nothing but the maximum counts
            return self._finalise(which, x, 0, 0)
        return self._finalise(which, x, self.sums[bits, lowest], lowest)

    def _finalise(self, which: int, x: float, total: int, exponent: int) -> Any:
        bits = self._bits()
        if self._ties():  # as the kernels: terms of half a window, in the window 0
            total, exponent = total // TIES_UNIT << (bits - 1), 0
        state = self._is_float64, self.temperature, self.max, _split(total), _split(exponent), bits
        return self.dtype.type(_native.finalise(which, float(x), *state))


def _split(value: int) -> tuple[int, int]:
    """As the native code takes a 128-bit integer: the signed high and the unsigned low 64 bits."""
    return value >> 64, value & (2**64 - 1)


def _joined(pair: tuple[int, int]) -> int:
    return (pair[0] << 64) + pair[1]


def _added(a: Sums, b: Sums) -> Sums:
    """Window by window; the higher lowest window decides, finer ones of the other side vanish."""
    if not a or not b:
        return dict(a or b)
    layouts = {bits for bits, _ in a} & {bits for bits, _ in b}
    lowest = {bits: max(min(e for layout, e in s if layout == bits) for s in (a, b)) for bits in layouts}
    return {key: a.get(key, 0) + b.get(key, 0) for key in a.keys() | b.keys() if key[0] not in lowest or key[1] >= lowest[key[0]]}
