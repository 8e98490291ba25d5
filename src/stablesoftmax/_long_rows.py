"""Rows so long that they are read in parts: three passes, each over blocks of the row, with the bits of the row read whole.

Pass 1 finds the maximum, pass 2 sums terms as integers, pass 3 writes; passes 1 and 2 know no order. Nothing but numbers is
kept between the passes, so a row may be of any length.
"""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import cast, is_bfloat16
from stablesoftmax._layout import assign, flat, patterns

Array = np.ndarray[Any, Any]
Pair = tuple[int, int]
Summary = tuple[float, float, int, int, bool]  # maximum, second largest, number above -inf, number taking part, nan?
Result = TypeVar("Result")
Part = tuple[_blocks.Index, Array, Array | None]  # where it lies in the row, its elements, its mask

_SHARED_OR_NOTHING, _LIMIT = 3, 4  # bits of a policy: what a row of -inf becomes, what a row with +inf becomes


class LongRow:
    """One row: an array of any rank, all of whose elements are the row, and its mask."""

    def __init__(
        self, name: str, x: Array, mask: Array | None, computing: np.dtype[Any], threads: int, sink: float = -math.inf
    ) -> None:
        self._name, self._x, self._mask, self._computing, self._threads = name, x, mask, computing, threads
        self._bfloat16 = is_bfloat16(computing)
        # a part of its own, in the precision of the computation, which is float32 for half precision
        self._sink = None if sink == -math.inf else np.array([sink], np.float64 if computing == np.float64 else np.float32)
        self._blocks = _blocks.cut(x.shape, _blocks.size(x.size, threads))

    def write(self, log: bool, temperature: float, policy: int, y: Array) -> bool:
        """softmax, or log_softmax, of the row into y, of its shape; true where a nan was made out of none."""
        summary = self._summary(with_second=log)
        maximum, _, _, present, nan = summary
        special = nan or math.isinf(maximum)
        accepted = nan or bool(policy & (_LIMIT if maximum > 0 else _SHARED_OR_NOTHING))
        if not special:
            total = self._total(temperature, summary, of_rest=log)
        elif accepted and not nan:
            total = self._added(lambda _, x, mask: _native.part_ties(x, mask, self._bfloat16, maximum))
        else:
            total = 0, 0

        def write(at: _blocks.Index, x: Array, mask: Array | None) -> None:
            target = y[at]
            results = patterns(flat(target, 0))
            in_place = target.dtype == self._computing and results.flags.behaved and np.may_share_memory(results, target)
            if not in_place:
                results = np.empty_like(x)
            _native.part_write(log, x, mask, results, self._bfloat16, temperature, policy, summary, total)
            if not in_place:
                assign(target, results, self._computing)

        self._run(write)
        return special and not accepted and present > 0

    def logsumexp(self) -> float:
        """In the precision of float32, or float64 for float64."""
        is_float64 = self._computing == np.float64
        summary = self._summary(with_second=True)
        special = summary[4] or math.isinf(summary[0])
        total = (0, 0) if special else self._total(1.0, summary, of_rest=True)
        result, cancelled = _native.parts_logsumexp(is_float64, summary, total)
        if not cancelled:
            return result
        near_zero = self._added(lambda _, x, mask: _native.part_sum_near_zero(x, mask, self._bfloat16))
        return _native.parts_logsumexp_near_zero(is_float64, near_zero)

    def _summary(self, with_second: bool) -> Summary:
        found = self._run(lambda _, x, mask: _native.part_summary(x, mask, self._bfloat16, with_second))
        if self._sink is not None:
            found.append(_native.part_summary(self._sink, None, False, with_second))
        largest = sorted(value for summary in found for value in summary[:2])
        above, present = sum(summary[2] for summary in found), sum(summary[3] for summary in found)
        return largest[-1], largest[-2], above, present, any(summary[4] for summary in found)

    def _total(self, temperature: float, summary: Summary, of_rest: bool) -> Pair:
        total = self._added(lambda _, x, mask: _native.part_sum(x, mask, self._bfloat16, temperature, summary, of_rest))
        if self._sink is None:
            return total
        return _sum_of_pairs([total, _native.part_sum(self._sink, None, False, temperature, summary, of_rest)])

    def _added(self, work: Callable[[_blocks.Index, Array, Array | None], Pair]) -> Pair:
        return _sum_of_pairs(self._run(work))

    def _run(self, work: Callable[[_blocks.Index, Array, Array | None], Result]) -> list[Result]:
        def on_block(at: _blocks.Index) -> Result:
            x = patterns(flat(cast(self._x[at], self._computing), 0))
            return work(at, np.require(x, requirements="A"), None if self._mask is None else flat(self._mask[at], 0))

        return _blocks.run(self._name, self._blocks, on_block, self._threads)


def _sum_of_pairs(pairs: list[Pair]) -> Pair:
    """The sum of 128-bit integers that come as pairs."""
    total = sum((high << 64) + low for high, low in pairs)
    return total >> 64, total & (2**64 - 1)
