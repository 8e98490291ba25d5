"""Measure formulas on real logits: errors against exact arithmetic, and bits under shuffling."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stablesoftmax import _reference
from stablesoftmax.demo.formulas import Formula

__all__ = ["ConfidentRow", "Exact", "Measured", "exactly", "measure", "most_confident"]

SHUFFLES = 10
SHUFFLE_SEED = 2

Array = NDArray[Any]


@dataclass(frozen=True)
class Exact:
    """The exact softmax and log_softmax of every row, as decimals."""

    softmax: list[list[Decimal]]
    log_softmax: list[list[Decimal]]


@dataclass(frozen=True)
class Measured:
    """How a formula did on all rows.

    Attributes
    ----------
    formula : Formula
        The formula.
    softmax_errors, log_softmax_errors : array
        The error of each element in ulp; infinite where it is NaN or infinity and should be a number.
    changed_rows : int
        Rows of which some bit changed when the row was shuffled, computed and put back in order.
    """

    formula: Formula
    softmax_errors: Array
    log_softmax_errors: Array
    changed_rows: int

    @property
    def softmax_ulp(self) -> float:
        """The largest error of softmax, over the rows that are not lost."""
        return _largest(self.softmax_errors)

    @property
    def log_softmax_ulp(self) -> float:
        """The largest error of log_softmax, over the rows that are not lost."""
        return _largest(self.log_softmax_errors)

    @property
    def softmax_lost_rows(self) -> int:
        """The number of rows of softmax with a NaN."""
        return _lost(self.softmax_errors)

    @property
    def log_softmax_lost_rows(self) -> int:
        """The number of rows of log_softmax with a NaN, or with an infinity where a number is due."""
        return _lost(self.log_softmax_errors)


@dataclass(frozen=True)
class ConfidentRow:
    """The log-probability of the predicted class, where the network is most certain.

    Attributes
    ----------
    index : int
        The row.
    exact : decimal.Decimal
        The exact log-probability.
    values : dict
        What each formula gives, by its name.
    """

    index: int
    exact: Decimal
    values: dict[str, float]


def exactly(logits: Array) -> Exact:
    """Return the exact values for every row of the logits."""
    rows = logits.tolist()
    return Exact([_reference.softmax(row) for row in rows], [_reference.log_softmax(row) for row in rows])


def measure(formula: Formula, logits: Array, exact: Exact) -> Measured:
    """Measure a formula on logits of shape (rows, classes).

    Parameters
    ----------
    formula : Formula
        What to measure.
    logits : array
        The rows.
    exact : Exact
        What `exactly` says about them.

    Returns
    -------
    Measured
        Errors and counts.
    """
    return Measured(
        formula,
        _errors(formula.softmax(logits), exact.softmax),
        _errors(formula.log_softmax(logits), exact.log_softmax),
        _changed_rows(formula, logits),
    )


def most_confident(formulas: tuple[Formula, ...], logits: Array, exact: Exact) -> ConfidentRow:
    """Find the most certain row whose exact log-probability the dtype still holds in full precision."""
    tiny = Decimal(float(np.finfo(logits.dtype).tiny))
    predicted = np.argmax(logits, axis=-1)
    certain = [row[top] for row, top in zip(exact.log_softmax, predicted, strict=True)]
    index = min((i for i, log_p in enumerate(certain) if abs(log_p) >= tiny), key=lambda i: abs(certain[i]))
    values = {f.name: float(f.log_softmax(logits[index])[predicted[index]]) for f in formulas}
    return ConfidentRow(index, certain[index], values)


def _errors(got: Array, exact: list[list[Decimal]]) -> Array:
    pairs = zip(got.ravel().tolist(), itertools.chain.from_iterable(exact), strict=True)
    errors = [_reference.ulp_error(g, e, got.dtype) if math.isfinite(g) else math.inf for g, e in pairs]
    return np.array(errors).reshape(got.shape)


def _changed_rows(formula: Formula, logits: Array) -> int:
    random = np.random.RandomState(SHUFFLE_SEED)
    bits = np.dtype(f"u{logits.dtype.itemsize}")  # as integers, NaN and -0 compare like anything else
    expected = formula.softmax(logits).view(bits)
    changed = np.zeros(len(logits), bool)
    for _ in range(SHUFFLES):
        order = np.argsort(random.random_sample(logits.shape), axis=-1)
        shuffled = formula.softmax(np.take_along_axis(logits, order, axis=-1))
        restored = np.empty_like(shuffled)
        np.put_along_axis(restored, order, shuffled, axis=-1)
        changed |= (restored.view(bits) != expected).any(axis=-1)
    return int(changed.sum())


def _lost(errors: Array) -> int:
    return int(np.isinf(errors).any(axis=-1).sum())


def _largest(errors: Array) -> float:
    numbers = errors[np.isfinite(errors).all(axis=-1)]
    return float(numbers.max()) if numbers.size else math.inf
