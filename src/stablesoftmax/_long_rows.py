"""Rows so long that they are read in parts: three passes, each over blocks of the row, with the bits of the row read whole.

Pass 1 finds the maximum, pass 2 sums terms as integers, pass 3 writes (_parts.py). Nothing but numbers is kept between the passes,
so a row may be of any length.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from stablesoftmax import _blocks, _parts
from stablesoftmax._arguments import cast
from stablesoftmax._layout import assign, flat, patterns

Array = np.ndarray[Any, Any]
Result = TypeVar("Result")


class LongRow:
    """One row: an array of any rank, all of whose elements are the row, and its mask."""

    def __init__(
        self, name: str, x: Array, mask: Array | None, computing: np.dtype[Any], threads: int, sink: float = -np.inf
    ) -> None:
        self._name, self._x, self._mask, self._computing, self._threads = name, x, mask, computing, threads
        # a part of its own, in the precision of the computation, which is float32 for half precision
        self._sink = None if sink == -np.inf else np.array([sink], np.float64 if computing == np.float64 else np.float32)
        self._blocks = _blocks.cut(x.shape, _blocks.size(x.size, threads))

    def write(self, log: bool, temperature: float, policy: int, y: Array) -> bool:
        """softmax, or log_softmax, of the row into y, of its shape; true where a nan was made out of none."""
        summary = self._summary()
        total = self._total(temperature, log, summary)
        name = "log_softmax" if log else "softmax"

        def write(at: _blocks.Index, x: Array, mask: Array | None) -> None:
            target = y[at]
            results = patterns(flat(target, 0))
            in_place = target.dtype == self._computing and results.flags.behaved and np.may_share_memory(results, target)
            with np.errstate(invalid="ignore"):  # said once, of the whole row
                results = _parts.write(name, x, mask, temperature, policy, summary, total, results if in_place else None)
            if not in_place:
                assign(target, results, self._computing)

        self._run(write)
        return bool(_parts.made_nan(summary, policy))

    def logsumexp(self) -> float:
        """In the precision of float32, or float64 for float64."""
        summary = self._summary()
        value, cancelled = _parts.logsumexp(self._computing, summary, self._total(1.0, True, summary))
        if cancelled:
            value = _parts.log_near_zero(self._computing, self._added(lambda _, x, mask: _parts.near_zero(x, mask)))
        return float(value)

    def _summary(self) -> _parts.Summary:
        found = self._run(lambda _, x, mask: _parts.summary_of(x, mask))
        if self._sink is not None:
            found.append(_parts.summary_of(self._sink, None))
        return functools.reduce(_parts.Summary.join, found)

    def _total(self, temperature: float, of_rest: bool, summary: _parts.Summary) -> Array:
        total = self._added(lambda _, x, mask: _parts.total_of(x, mask, temperature, of_rest, summary))
        return total if self._sink is None else _parts.add(total, _parts.total_of(self._sink, None, temperature, of_rest, summary))

    def _added(self, work: Callable[[_blocks.Index, Array, Array | None], Array]) -> Array:
        return functools.reduce(_parts.add, self._run(work))

    def _run(self, work: Callable[[_blocks.Index, Array, Array | None], Result]) -> list[Result]:
        def on_block(at: _blocks.Index) -> Result:
            x = flat(cast(self._x[at], self._computing), 0)
            return work(at, np.require(x, requirements="A"), None if self._mask is None else flat(self._mask[at], 0))

        return _blocks.run(self._name, self._blocks, on_block, self._threads)
