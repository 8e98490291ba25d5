"""Statistics of one tensor: a few floats that stand for it in the history.

Both functions leave it to the caller to ignore NumPy's floating-point events.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from stablesoftmax.doctor.libraries import library_of

__all__ = ["Measured", "Rows", "measure", "measure_rows"]

ROWS = 64  # of logits, evenly spread, that the statistics of rows look at
ELEMENTS = 1 << 22  # of those rows together, at most (but one row): what is computed of them takes memory
_QUICK = {"f": "float32", "d": "float64", "l": "int64", "q": "int64", "i": "int32"}
SATURATED = 1e-6  # a row whose largest probability is within this of 1


@dataclass(slots=True)
class Measured:
    """One tensor at one step.

    Attributes
    ----------
    shape : tuple of int
    dtype : str
    library : str
    low, high : float
        Of the finite elements; nan if there is none.
    rms : float
        Root of the mean square of the finite elements.
    nan, inf : int
        How many elements are.
    zeros : float
        The share of elements that are exactly 0.
    dead : float
        The share of columns (last axis) that are 0 in every row; 0 where there are no columns or something is not finite.
    zero_rows : float
        The share of rows (last axis) that are 0 in every column, likewise.
    nan_columns : float
        The share of columns (last axis) that are nan in every row.
    """

    shape: tuple[int, ...]
    dtype: str
    library: str
    low: float
    high: float
    rms: float
    nan: int
    inf: int
    zeros: float
    dead: float = 0.0
    zero_rows: float = 0.0
    nan_columns: float = 0.0

    @property
    def finite(self) -> bool:
        return not (self.nan or self.inf)

    @property
    def largest(self) -> float:
        """The largest magnitude of a finite element."""
        return max(abs(self.low), abs(self.high)) if self.low == self.low else math.nan

    @property
    def size(self) -> int:
        return math.prod(self.shape)


@dataclass(slots=True)
class Rows:
    """Some rows of logits at one step.

    Attributes
    ----------
    classes : int
    top, range : float
        The largest logit, and the largest difference within a row.
    lowest_top : float
        The smallest maximum of a row: where e^x underflows altogether.
    entropy : float
        Mean over rows of the entropy of softmax, in nats.
    saturated : float
        The share of rows whose largest probability is 1 but for 1e-6.
    collapsed : float
        The share of rows whose loss is 0 in float32 if their largest logit is right.
    normalised : bool
        Every row lies in [0, 1] and sums to 1.
    loss, loss_of_probabilities : float or None
        The mean cross entropy of these rows for their targets, if they are logits and if they are probabilities.
    margin : float or None
        By how much the largest logit of a row exceeds that of its target, at most.
    """

    classes: int
    top: float
    range: float
    lowest_top: float
    entropy: float
    saturated: float
    collapsed: float
    normalised: bool
    loss: float | None = None
    loss_of_probabilities: float | None = None
    margin: float | None = None


def measure(x: Any, *, columns: bool = False, masks: bool = False) -> Measured:
    """Statistics of a tensor with at least one element.

    With `columns` also what its rows and columns are like; with `masks` -inf is a mask, as in logits, and does not count.
    """
    if type(x) is np.ndarray and x.dtype.char in _QUICK:
        return _measure_quickly(x, columns) or _measure(x, columns, masks)
    return _measure(x, columns, masks)


def _measure_quickly(x: np.ndarray[Any, Any], columns: bool) -> Measured | None:
    """The same for most arrays of NumPy, in a few microseconds; None for those that are not finite or whose squares are not."""
    flat = x.reshape(-1) if x.dtype.kind == "f" else x.reshape(-1).astype(np.float64)
    low, high = float(np.minimum.reduce(flat)), float(np.maximum.reduce(flat))
    square = float(flat.dot(flat))
    if not math.isfinite(square) or (square == 0 and (low or high)):
        return None
    dead = zero_rows = 0.0
    if columns and x.ndim >= 2:
        table = x.reshape(-1, x.shape[-1]) != 0
        rows, width = table.shape
        dead = (width - int(table.any(axis=0).sum())) / width
        zero_rows = (rows - int(table.any(axis=1).sum())) / rows
    zeros = (flat.size - int(np.count_nonzero(flat))) / flat.size
    kind, rms = _QUICK[x.dtype.char], math.sqrt(square / flat.size)
    return Measured(x.shape, kind, "numpy", low, high, rms, 0, 0, zeros, dead, zero_rows)


def _measure(x: Any, columns: bool, masks: bool) -> Measured:
    lib = library_of(x)
    with lib.quiet():
        wide = lib.wide(x)
        low, high, norm, nonzero = lib.read(lib.summary(wide))
        size = math.prod(x.shape)
        nan = inf = 0
        if not (math.isfinite(low) and math.isfinite(high)):
            finite = lib.isfinite(wide)
            kept = lib.where(finite, wide, 0.0)
            nan = int(lib.read([lib.sum(lib.isnan(wide))])[0])
            good = int(lib.read([lib.sum(finite)])[0])
            inf = size - good - nan
            if masks and inf:
                inf -= int(lib.read([lib.sum(wide == -math.inf)])[0])
            wide, low, high = kept, math.nan, math.nan
            if good:
                low, high, norm, _ = lib.read(lib.summary(kept))
        else:
            good = size
        rms = norm / math.sqrt(max(good, 1)) if good else math.nan
        if good and (not math.isfinite(rms) or (rms == 0 and nonzero)):  # squares overflow, or underflow, before the numbers do
            scale = max(abs(low), abs(high))
            rms = lib.read(lib.summary(wide / scale))[2] / math.sqrt(good) * scale
        dead = zero_rows = nan_columns = 0.0
        if columns and len(x.shape) >= 2 and nan:
            table = lib.isnan(x).reshape(-1, x.shape[-1])
            nan_columns = 1 - lib.read([lib.sum(lib.any(~table, axis=0))])[0] / x.shape[-1]
        elif columns and len(x.shape) >= 2 and good == size:
            table = wide.reshape(-1, x.shape[-1]) != 0
            alive, filled = lib.read([lib.sum(lib.any(table, axis=0)), lib.sum(lib.any(table, axis=1))])
            rows = size // x.shape[-1]
            dead, zero_rows = (x.shape[-1] - alive) / x.shape[-1], (rows - filled) / rows
    return Measured(
        tuple(x.shape), lib.dtype_name(x), lib.name, low, high, rms, nan, inf, 1 - nonzero / size, dead, zero_rows, nan_columns
    )


def measure_rows(x: Any, targets: Any = None) -> Rows | None:
    """Statistics of rows of logits along the last axis; None where a row is not finite or there is but one class."""
    lib = library_of(x)
    if len(x.shape) < 1 or x.shape[-1] < 2:
        return None
    classes = x.shape[-1]
    with lib.quiet():
        table = x.reshape(-1, classes)
        step = max(1, table.shape[0] // max(1, min(ROWS, ELEMENTS // classes)))
        table = lib.wide(table[::step])
        top = lib.amax(table, axis=1, keepdims=True)
        bottom = lib.amin(lib.where(lib.isfinite(table), table, top), axis=1, keepdims=True)  # -inf is a mask
        shifted = table - top
        terms = lib.exp(shifted)
        total = lib.sum(terms, axis=1, keepdims=True)
        entropy = lib.log(total) - lib.sum(terms * lib.where(terms > 0, shifted, terms), axis=1, keepdims=True) / total
        off = lib.amax(lib.abs(lib.sum(table, axis=1) - 1))
        n = table.shape[0]
        values = lib.read([
            lib.amax(top), lib.amax(top - bottom), lib.amin(top), lib.sum(entropy), lib.sum(total - 1 < SATURATED),
            lib.sum(total == 1), lib.amin(bottom), off,
        ])  # fmt: skip
        if not all(map(math.isfinite, values[:4])):
            return None
        highest, widest, lowest_top, entropies, saturated, collapsed, lowest, off_by = values
        half = lib.dtype_name(x) in ("float16", "bfloat16")
        normalised = lowest >= 0 and off_by < (2e-2 if half else 1e-4)
        rows = Rows(classes, highest, widest, lowest_top, entropies / n, saturated / n, collapsed / n, normalised)
        if targets is not None and _are_classes(targets, x, classes):
            picked = _picked(table, targets.reshape(-1)[::step])
            losses = lib.log(total) - (picked - top)
            of_probabilities = -lib.log(picked) if normalised else losses
            loss, other, margin = lib.read([lib.sum(losses), lib.sum(of_probabilities), lib.amax(top - picked)])
            rows.loss, rows.margin = loss / n, margin
            rows.loss_of_probabilities = other / n if normalised else None
    return rows


def _are_classes(targets: Any, x: Any, classes: int) -> bool:
    """Whether targets are class indices, one a row, all in range."""
    if type(targets) is np.ndarray:
        good = targets.dtype.kind in "iu" and targets.size * classes == math.prod(x.shape)
        return bool(good and targets.min() >= 0 and targets.max() < classes)
    if library_of(targets).name != library_of(x).name or "int" not in str(targets.dtype):
        return False
    if math.prod(targets.shape) * classes != math.prod(x.shape):
        return False
    lib = library_of(targets)
    low, high = lib.read([lib.amin(targets), lib.amax(targets)])
    return bool(low >= 0 and high < classes)


def _picked(table: Any, targets: Any) -> Any:
    """The element of each row that its target names."""
    if type(table) is np.ndarray:
        return table[np.arange(table.shape[0]), targets][:, None]
    if library_of(table).name == "torch":
        return table.gather(1, targets.to(table.device).long()[:, None])
    lib = library_of(table)
    columns = table.__array_namespace__().arange(table.shape[1])
    return lib.sum(lib.where(columns[None, :] == targets[:, None], table, table * 0), axis=1, keepdims=True)
