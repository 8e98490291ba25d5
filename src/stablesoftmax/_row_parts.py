"""Many rows side by side, read in parts: what is known of them between the passes.

Three passes (_parts.py), with the bits of rows read whole: maxima, sums of terms as integers, results. Parts may come in any order
and from several threads.
"""

import threading
from typing import Any

import numpy as np

from stablesoftmax import _parts
from stablesoftmax._layout import patterns

Array = np.ndarray[Any, Any]


class RowParts:
    """`count` rows. A part of each is a matrix of `count` rows, in the dtype of the computation; so is its mask."""

    def __init__(self, log: bool, of_rest: bool, computing: np.dtype[Any], temperatures: Array, policy: int) -> None:
        self._name, self._of_rest, self._policy = "log_softmax" if log else "softmax", of_rest, policy
        self._computing, self._temperatures = computing, temperatures
        count = len(temperatures)
        nothing, low = np.zeros(count, np.int64), np.full(count, -np.inf)
        self._summary = _parts.Summary(low, low, nothing, nothing, np.zeros(count, bool))
        self._total = np.zeros((count, 2), np.uint64)
        self._near_zero = np.zeros((count, 2), np.uint64)
        self._lock = threading.Lock()  # joining is all that threads do to what is known

    def summarise(self, x: Array, mask: Array | None) -> None:
        """Pass 1."""
        found = _parts.summary_of(x, mask)
        with self._lock:
            self._summary = self._summary.join(found)

    def add(self, x: Array, mask: Array | None) -> None:
        """Pass 2."""
        found = _parts.total_of(x, mask, self._temperatures, self._of_rest, self._summary)
        with self._lock:
            self._total = _parts.add(self._total, found)

    def with_sinks(self, sinks: Array, add: bool) -> None:
        """One more logit of each row, a part of its own in the precision of the computation, in pass 1 or 2."""
        x = sinks.reshape(-1, 1).astype(np.float64 if self._computing == np.float64 else np.float32)
        (self.add if add else self.summarise)(x, None)

    def results(self, x: Array, mask: Array | None) -> Array:
        """Pass 3: softmax or log_softmax of a part."""
        y = np.empty_like(x)
        with np.errstate(invalid="ignore"):  # said once, of whole rows: see made_nan
            _parts.write(self._name, x, mask, self._temperatures, self._policy, self._summary, self._total, patterns(y))
        return y

    def made_nan(self) -> bool:
        """Whether a row becomes nan without holding one."""
        return bool(_parts.made_nan(self._summary, self._policy).any())

    def logsumexp(self) -> tuple[Array, Array]:
        """Instead of pass 3: the values as float64, and which of them have cancelled and need `add_near_zero`."""
        values, cancelled = _parts.logsumexp(self._computing, self._summary, self._total)
        return values, cancelled

    def add_near_zero(self, x: Array, mask: Array | None) -> None:
        """A pass for rows whose logsumexp has cancelled."""
        found = _parts.near_zero(x, mask)
        with self._lock:
            self._near_zero = _parts.add(self._near_zero, found)

    def logsumexp_near_zero(self, at: Array) -> Array:
        """Of those rows."""
        return _parts.log_near_zero(self._computing, self._near_zero[at])
