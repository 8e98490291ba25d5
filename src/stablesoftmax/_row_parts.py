"""Many rows side by side, read in parts: what `_long_rows` does for one row, a part of each of them at a time.

Three passes, with the bits of rows read whole: maxima, sums of terms as integers, results. Between the passes a row is two
records; parts may come in any order and from several threads.
"""

import threading
from typing import Any

import numpy as np

from stablesoftmax import _native
from stablesoftmax._arguments import is_bfloat16
from stablesoftmax._layout import patterns

Array = np.ndarray[Any, Any]

# part_rows.cpp has the same records
_SUMMARY = np.dtype([("max", "f8"), ("second", "f8"), ("above", "i8"), ("present", "i8"), ("nan", "?")], align=True)
_TOTAL = np.dtype([("high", "i8"), ("low", "u8")])

_SHARED_OR_NOTHING, _LIMIT = 3, 4  # bits of a policy: what a row of -inf becomes, what a row with +inf becomes


class RowParts:
    """`count` rows. A part of each is a matrix of `count` rows, in the dtype of the computation; so is its mask."""

    def __init__(self, log: bool, of_rest: bool, computing: np.dtype[Any], temperatures: Array, policy: int) -> None:
        self._log, self._of_rest, self._policy = log, of_rest, policy
        self._bfloat16, self._is_float64 = is_bfloat16(computing), computing == np.float64
        self._temperatures = np.ascontiguousarray(temperatures, np.float64)
        self._summaries = np.zeros(len(temperatures), _SUMMARY)
        self._summaries["max"] = self._summaries["second"] = -np.inf
        self._totals = np.zeros(len(temperatures), _TOTAL)
        self._near_zero = np.zeros(len(temperatures), _TOTAL)
        self._lock = threading.Lock()  # merging is all that threads do to the records

    def summarise(self, x: Array, mask: Array | None) -> None:
        """Pass 1."""
        found = np.empty_like(self._summaries)
        _native.rows_summary(patterns(x), mask, self._bfloat16, self._of_rest, found)
        with self._lock:
            known = self._summaries
            lesser = np.minimum(known["max"], found["max"])
            known["second"] = np.maximum(lesser, np.maximum(known["second"], found["second"]))
            known["max"] = np.maximum(known["max"], found["max"])
            known["above"] += found["above"]
            known["present"] += found["present"]
            known["nan"] |= found["nan"]

    def add(self, x: Array, mask: Array | None) -> None:
        """Pass 2."""
        found = np.empty_like(self._totals)
        _native.rows_sum(patterns(x), mask, self._bfloat16, self._temperatures, self._of_rest, self._policy, self._summaries, found)
        self._join(self._totals, found)

    def with_sinks(self, sinks: Array, add: bool) -> None:
        """One more logit of each row, a part of its own in the precision of the computation, in pass 1 or 2."""
        wide = np.float64 if self._is_float64 else np.float32
        x, bfloat16 = sinks.reshape(-1, 1).astype(wide), self._bfloat16
        self._bfloat16 = False
        try:
            (self.add if add else self.summarise)(x, None)
        finally:
            self._bfloat16 = bfloat16

    def results(self, x: Array, mask: Array | None) -> Array:
        """Pass 3: softmax or log_softmax of a part."""
        y = np.empty_like(x)
        _native.rows_write(
            self._log,
            patterns(x),
            mask,
            patterns(y),
            self._bfloat16,
            self._temperatures,
            self._policy,
            self._summaries,
            self._totals,
        )
        return y

    def made_nan(self) -> bool:
        """Whether a row becomes nan without holding one."""
        known = self._summaries
        special = known["nan"] | np.isinf(known["max"])
        accepted = known["nan"] | np.where(known["max"] > 0, self._policy & _LIMIT, self._policy & _SHARED_OR_NOTHING).astype(bool)
        return bool((special & ~accepted & (known["present"] > 0)).any())

    def logsumexp(self) -> tuple[Array, Array]:
        """Instead of pass 3: the values as float64, and which of them have cancelled and need `add_near_zero`."""
        records: Any = zip(self._summaries.tolist(), self._totals.tolist(), strict=True)
        pairs = [_native.parts_logsumexp(self._is_float64, summary, total) for summary, total in records]
        return np.array([value for value, _ in pairs]), np.array([cancelled for _, cancelled in pairs])

    def add_near_zero(self, x: Array, mask: Array | None) -> None:
        """A pass for rows whose logsumexp has cancelled."""
        found = np.empty_like(self._near_zero)
        _native.rows_sum_near_zero(patterns(x), mask, self._bfloat16, found)
        self._join(self._near_zero, found)

    def logsumexp_near_zero(self, at: int) -> float:
        """Of one of those rows."""
        high, low = self._near_zero[at].tolist()
        return _native.parts_logsumexp_near_zero(self._is_float64, (high, low))

    def _join(self, known: Array, found: Array) -> None:
        with self._lock:
            known["low"] += found["low"]
            known["high"] += found["high"] + (known["low"] < found["low"])
