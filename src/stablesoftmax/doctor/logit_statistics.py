"""One pass over an array of logits, block by block: what three ways to write softmax make of them, counted.

The pass holds one block of rows at a time, so that a memory map is never in memory as a whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stablesoftmax import _blocks
from stablesoftmax._arguments import cast, floating
from stablesoftmax._information import entropy_from_logits
from stablesoftmax._reference import softmax as exact_softmax
from stablesoftmax._reference import ulp_error
from stablesoftmax._softmax import log_softmax, softmax
from stablesoftmax.doctor.formats import FORMATS, Format, format_of

__all__ = ["Count", "LogitStatistics", "examine"]

Array = np.ndarray[Any, Any]

ELEMENTS = 1 << 16  # of a block: some ten arrays of that size live at once
SAMPLE = 2000  # rows kept for pictures
LONGEST_EXACT_ROW = 1000  # whose worst error is measured in decimal arithmetic
PROBABILITY_TOLERANCE = {"float16": 1e-2, "bfloat16": 5e-2, "float32": 1e-4, "float64": 1e-6}


@dataclass
class Count:
    """How many rows and elements show something, and the first of them."""

    rows: int = 0
    elements: int = 0
    first: tuple[int, ...] | None = None
    value: float | None = None


@dataclass
class LogitStatistics:
    """Everything that one pass finds. Rows with a nan or +inf, or of -inf alone, take part in the first three counts only.

    Attributes
    ----------
    nan, posinf, neginf_rows : Count
        What the input holds already.
    naive_overflow, naive_underflow : Count
        np.exp(x) / np.sum(np.exp(x)): rows where the sum is inf, or 0.
    textbook_overflow : Count
        The same after subtracting the maximum: only half-precision sums can overflow.
    flushed, textbook_flushed : Count
        Finite logits whose probability is 0 by our softmax and by the textbook's.
    collapsed : dict of str to Count
        Rows whose loss, if they are right, is lost in 1 + loss in a format.
    probabilities, log_probabilities : int
        Rows that are distributions already, or their logarithms.
    textbook_ulp, ours_ulp : float
        The largest error of both formulas; `worst` is where the textbook's is. `exact` tells whether decimal arithmetic confirmed
        it.
    """

    shape: tuple[int, ...]
    axes: tuple[int, ...]
    dtype: str
    format: Format
    rows: int = 0
    length: int = 0
    well: int = 0
    nan: Count = field(default_factory=Count)
    posinf: Count = field(default_factory=Count)
    neginf_rows: Count = field(default_factory=Count)
    naive_overflow: Count = field(default_factory=Count)
    naive_underflow: Count = field(default_factory=Count)
    textbook_overflow: Count = field(default_factory=Count)
    flushed: Count = field(default_factory=Count)
    textbook_flushed: Count = field(default_factory=Count)
    collapsed: dict[str, Count] = field(default_factory=lambda: {"float32": Count(), "float16": Count()})
    probabilities: int = 0
    log_probabilities: int = 0
    largest: float = -math.inf
    lowest: float = math.inf
    widest: float = 0.0
    textbook_ulp: float = 0.0
    worst: tuple[int, ...] | None = None
    exact: bool = False
    entropy: tuple[float, float, float] = (math.nan, math.nan, math.nan)  # least, mean, greatest
    spread: float = math.nan
    rounding: dict[str, float] = field(default_factory=lambda: dict.fromkeys(FORMATS, 0.0))
    sample: dict[str, list[float]] = field(default_factory=lambda: {"logits": [], "distances": [], "errors": [], "entropies": []})

    @property
    def headroom(self) -> float:
        """How much the largest logit may grow before e^x overflows."""
        return self.format.exp_limit - self.largest

    @property
    def smallest_format(self) -> str | None:
        """The narrowest format that holds every logit and changes no probability by more than 1 %."""
        return next((name for name, error in self.rounding.items() if error <= 0.01), None)


class _Pass:
    """The blocks of one array."""

    def __init__(self, x: Array, axes: tuple[int, ...]) -> None:
        outer = [axis for axis in range(x.ndim) if axis not in axes]
        self.ndim, self.axes = x.ndim, axes
        self.rows_last = x.transpose([*outer, *axes])
        self.outer = tuple(x.shape[a] for a in outer)
        self.inner = tuple(x.shape[a] for a in axes)
        self.found = LogitStatistics(x.shape, axes, x.dtype.name, format_of(x.dtype))
        self.found.rows, self.found.length = math.prod(self.outer), math.prod(self.inner)
        self.entropies, self.spreads = [0.0, math.inf, -math.inf], 0.0
        self.worst_row: tuple[Array, Array, int] | None = None
        self.keep = max(1, self.found.rows // SAMPLE)

    def index(self, row: int, position: int | None = None) -> tuple[int, ...]:
        """The index into x of an element of a row, or of the row's first element."""
        outer = [int(i) for i in np.unravel_index(row, self.outer)] if self.outer else []
        inner = [int(i) for i in np.unravel_index(position or 0, self.inner)] if self.inner else []
        where: list[int] = []
        for axis in range(self.ndim):
            where.append(inner.pop(0) if axis in self.axes else outer.pop(0))
        return tuple(where)

    def count(self, into: Count, mask: Array, values: Array, numbers: Array) -> None:
        """Elements of a block, by a mask over its rows."""
        elements = int(np.count_nonzero(mask))
        if not elements:
            return
        if into.first is None:
            row, position = divmod(int(np.flatnonzero(mask)[0]), mask.shape[1])
            into.first, into.value = self.index(int(numbers[row]), position), float(values[row, position])
        into.rows += int(np.count_nonzero(mask.any(axis=1)))
        into.elements += elements

    def look(self, block: Array, first_row: int) -> None:
        """Add the rows of one block."""
        found, wide = self.found, block.astype(np.float64)
        numbers = np.arange(first_row, first_row + len(block))
        nan, posinf = np.isnan(wide), wide == np.inf
        self.count(found.nan, nan, wide, numbers)
        self.count(found.posinf, posinf, wide, numbers)
        low = (wide == -np.inf).all(axis=1)
        self.count(found.neginf_rows, low[:, None] & np.ones_like(nan), wide, numbers)
        well = ~(nan.any(axis=1) | posinf.any(axis=1) | low)
        if well.all():
            self.well_rows(block, wide, numbers)
        elif well.any():
            self.well_rows(block[well], wide[well], numbers[well])

    def well_rows(self, block: Array, wide: Array, numbers: Array) -> None:
        """Rows that have a softmax."""
        found, own = self.found, self.found.format
        found.well += len(block)
        finite = np.isfinite(wide)
        top = wide.max(axis=1, keepdims=True)
        bottom = np.where(finite, wide, np.inf).min(axis=1, keepdims=True)
        found.largest, found.lowest = max(found.largest, float(top.max())), min(found.lowest, float(bottom.min()))
        found.widest = max(found.widest, float((top - bottom).max()))
        is_top = wide == top
        terms = np.exp(block)
        total = terms.sum(axis=1, keepdims=True, dtype=block.dtype).astype(np.float64)
        self.count(found.naive_overflow, np.isinf(total) & is_top, wide, numbers)
        self.count(found.naive_underflow, (total == 0) & is_top, wide, numbers)
        shifted = np.exp(block - block.max(axis=1, keepdims=True))
        total = shifted.sum(axis=1, keepdims=True, dtype=block.dtype)
        textbook = (shifted / total).astype(np.float64)
        overflow = np.isinf(total.astype(np.float64))
        self.count(found.textbook_overflow, overflow & is_top, wide, numbers)
        exact = softmax(wide)
        ours = exact if own.name == "float64" else softmax(block).astype(np.float64)
        self.count(found.flushed, (ours == 0) & finite, wide, numbers)
        self.count(found.textbook_flushed, (textbook == 0) & finite & ~overflow, wide, numbers)
        errors = np.where(overflow, 0, np.abs(textbook - exact) / own.ulp(exact))
        if errors.max() > found.textbook_ulp:
            row, position = divmod(int(errors.argmax()), errors.shape[1])
            found.textbook_ulp, found.worst = float(errors[row, position]), self.index(int(numbers[row]), position)
            self.worst_row = wide[row].copy(), textbook[row].copy(), position
        logarithms = log_softmax(wide)
        losses = -logarithms.max(axis=1, keepdims=True)
        for name, collapsed in found.collapsed.items():
            self.count(collapsed, (losses <= FORMATS[name].collapse) & is_top & (wide.shape[1] > 1), wide, numbers)
        tolerance = PROBABILITY_TOLERANCE[own.name]
        if wide.shape[1] > 1:
            found.probabilities += int(((wide >= 0).all(axis=1) & (np.abs(wide.sum(axis=1) - 1) <= tolerance)).sum())
            gaps = np.where(finite, wide - logarithms, 0)
            found.log_probabilities += int((np.abs(gaps) <= tolerance).all(axis=1).sum())
        entropies = self.entropy_and_spread(wide, finite)
        for name, format in FORMATS.items():
            moved = np.where(finite, format.rounded(wide) - np.where(finite, wide, 0), 0)
            error = float((moved.max(axis=1) - moved.min(axis=1)).max())
            found.rounding[name] = max(found.rounding[name], error if math.isfinite(error) else math.inf)
        self.keep_sample(wide, finite, top, errors, entropies, numbers)

    def entropy_and_spread(self, wide: Array, finite: Array) -> Array:
        """Add the entropies of rows, which are returned, and their standard deviations."""
        entropies: Array = entropy_from_logits(wide)
        self.entropies[0] += float(entropies.sum())
        self.entropies[1] = min(self.entropies[1], float(entropies.min()))
        self.entropies[2] = max(self.entropies[2], float(entropies.max()))
        own = np.where(finite, wide, 0)
        size = np.abs(own).max(axis=1, keepdims=True)
        scale = np.where(size > 0, size, 1)
        middle = own / scale  # in [-1, 1], so that no sum of squares overflows
        n = finite.sum(axis=1)
        mean = middle.sum(axis=1) / n
        deviations = np.where(finite, middle - mean[:, None], 0)
        self.spreads += float((np.sqrt((deviations * deviations).sum(axis=1) / n) * scale[:, 0]).sum())
        return entropies

    def keep_sample(self, wide: Array, finite: Array, top: Array, errors: Array, entropies: Array, numbers: Array) -> None:
        """A few rows, evenly spread, for pictures."""
        sample = self.found.sample
        for row in np.flatnonzero(numbers % self.keep == 0):
            across = slice(0, None, max(1, wide.shape[1] // 16))
            kept = finite[row, across]
            sample["logits"] += wide[row, across][kept].tolist()
            sample["distances"] += (top[row] - wide[row, across][kept]).tolist()
            sample["errors"] += errors[row, across][kept].tolist()
            sample["entropies"].append(float(entropies[row]))

    def conclude(self) -> LogitStatistics:
        """What needs all rows."""
        found = self.found
        if found.well:
            found.entropy = (self.entropies[1], self.entropies[0] / found.well, self.entropies[2])
            found.spread = self.spreads / found.well
        if self.worst_row is not None and found.length <= LONGEST_EXACT_ROW:
            row, textbook, position = self.worst_row
            exact = exact_softmax(row.tolist())[position]
            found.textbook_ulp, found.exact = ulp_error(float(textbook[position]), exact, found.format.name), True
        return found


def examine(x: Array, axes: tuple[int, ...]) -> LogitStatistics:
    """Count what happens to the rows of x, an array of at least one element whose dtype is accepted.

    Statistics are float64 sums by NumPy: their last digits may differ between machines, the counts and indices do not.
    """
    work = _Pass(x, axes)
    dtype = floating(x.dtype)
    with np.errstate(all="ignore"):
        first_row = 0
        for index in _blocks.cut(work.outer, max(1, ELEMENTS // work.found.length)):
            block = cast(np.asarray(work.rows_last[index]).reshape(-1, work.found.length), dtype)
            work.look(block, first_row)
            first_row += len(block)
        return work.conclude()
