"""The promises about rows, sampled: accuracy, and the same bits whatever the order, the layout and the threads."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np

import stablesoftmax
from stablesoftmax import _reference
from stablesoftmax._promises.exact import Exact
from stablesoftmax._promises.samples import Array, Source
from stablesoftmax._promises.subject import Bound, Subject, outcome

__all__ = ["Measured", "accuracy", "comparisons", "different", "layout", "order", "shown", "threads"]

Rows = list[dict[str, Any]]
Operands = tuple[Array, ...]

UNSIGNED = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}
SHAPES = ((10, 19), (3, 130))
BATCH = 10  # rows of each width
BATCHES = {"cells": 1, "rows": 5, "whole": 8}  # that are compared with exact arithmetic, where there are results of each form
MANY = (1000, 271)  # more than one block, so that several threads share it
ONE_ROW = (1, 271_001)


def different(a: Array, b: Array) -> int:
    """How many results differ in any bit; one at least where the shapes or dtypes differ."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return max(a.size, b.size, 1)
    bits = UNSIGNED[a.dtype.itemsize]
    return int(np.count_nonzero(np.ascontiguousarray(a).view(bits) != np.ascontiguousarray(b).view(bits)))


def shown(*values: Any) -> str:
    """A row of operands as text, short enough for a line."""
    text = "; ".join(np.array2string(np.asarray(v, np.float64), threshold=8, edgeitems=3, separator=", ") for v in values)
    return " ".join(text.split())


def beyond(got: float, exact: Decimal, scale: Decimal, bound: Bound, dtype: str) -> tuple[float, float]:
    """The error in ulp that the second part of the bound does not account for, and the error as a part of all that is allowed."""
    error = _reference.ulp_error(got, exact, dtype)
    if not bound.exponent or not scale or not exact.is_finite() or error == 0:
        return error, error / bound.ulp
    slack = float(scale * Decimal(2) ** Decimal(bound.exponent) / _reference.ulp(exact, dtype))
    return max(0.0, error - slack), error / (bound.ulp + slack)


class Measured:
    """The largest error so far, and where it was.

    Parameters
    ----------
    bound : Bound
        What is promised.
    dtype : str
        Of the results.
    """

    def __init__(self, bound: Bound, dtype: str) -> None:
        self.bound, self.dtype = bound, dtype
        self.samples = self.failures = 0
        self.error = self.part = 0.0
        self.worst = ""

    def add(self, got: list[float], exact: Exact, *operands: Any) -> None:
        """Results and what they should be, in the context `precise()`."""
        for value, (true, scale) in zip(got, exact, strict=True):
            error, part = beyond(value, true, scale, self.bound, self.dtype)
            self.samples += 1
            self.failures += not error < self.bound.ulp
            self.error = max(self.error, error)
            if part > self.part:
                self.part, self.worst = part, shown(*operands)

    def outcome(self, name: str, dtype: str) -> dict[str, Any]:
        """The row of the table."""
        return outcome(
            name, dtype, "accuracy", self.samples, self.failures, bound=str(self.bound), source=self.bound.source,
            error=self.error, part=self.part, worst=self.worst,
        )  # fmt: skip


# accuracy --------------------------------------------------------------------------------------------------------------


def accuracy(subject: Subject, dtype: np.dtype[Any], seed: int) -> Rows:
    """Every result against exact arithmetic."""
    bound, measured = subject.bound(dtype.name), None
    for batch, width in itertools.product(range(BATCHES[subject.form]), subject.widths):
        operands = subject.operands(Source(seed, subject.name, dtype.name, "accuracy", batch, width), dtype, (BATCH, width))
        results = subject.results(-1, operands)
        measured = measured or Measured(bound, results.dtype.name)
        lists = [np.asarray(a, np.float64).tolist() for a in operands]
        got = results.astype(np.float64).reshape(1 if subject.form == "whole" else BATCH, -1).tolist()
        cases = [lists] if subject.form == "whole" else zip(*lists, strict=True)
        for rows, values in zip(cases, got, strict=True):
            with _reference.precise():
                measured.add(values, subject.exact(*rows), *rows)
    return [measured.outcome(subject.name, dtype.name)] if measured else []


# bits ------------------------------------------------------------------------------------------------------------------


def comparisons(name: str, dtype: np.dtype[Any], promise: str, pairs: Iterator[tuple[Array, Array, str]]) -> Rows:
    """Pairs of results that must be equal in every bit, and what is particular about the second."""
    samples, failures, worst = 0, 0, ""
    for expected, got, what in pairs:
        samples += max(expected.size, 1)
        if found := different(expected, got):
            failures, worst = failures + found, worst or what
    return [outcome(name, dtype.name, promise, samples, failures, bound="same bits", worst=worst)]


def _orders(subject: Subject, dtype: np.dtype[Any], seed: int) -> Iterator[tuple[Array, Array, str]]:
    for shape in SHAPES:
        source, n = Source(seed, subject.name, dtype.name, "order", shape), shape[1]
        operands = subject.operands(source, dtype, shape)
        expected = subject.results(-1, operands)
        for order in (np.arange(n)[::-1], source.order(n), source.order(n)):
            if subject.order == "prefix":
                order = np.concatenate([order[order <= n // 2], np.arange(n // 2 + 1, n)])
            got = subject.results(-1, tuple(a[:, order] for a in operands))
            if subject.form == "cells" and subject.order == "row":
                yield expected[:, order], got, f"rows of {n} in another order"
            elif subject.order == "prefix":
                yield expected[:, n // 2 :], got[:, n // 2 :], f"rows of {n} whose first half is in another order"
            else:
                yield expected, got, f"rows of {n} in another order"


def order(subject: Subject, dtype: np.dtype[Any], seed: int) -> Rows:
    """The elements of rows in other orders."""
    return comparisons(subject.name, dtype, "order", _orders(subject, dtype, seed)) if subject.order else []


def _unaligned(a: Array) -> Array:
    buffer = np.empty(a.nbytes + 1, np.uint8)
    view = buffer[1:].view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


def _gaps(a: Array) -> Array:
    wide = np.zeros((2 * a.shape[0], 3 * a.shape[1]), a.dtype)
    wide[::2, ::3] = a
    return wide[::2, ::3]


def _swapped(a: Array) -> Array:
    return a.astype(a.dtype.newbyteorder()) if a.dtype.isbuiltin == 1 and a.dtype.itemsize > 1 else a


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "Fortran order": np.asfortranarray,
    "negative strides": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "gaps between the elements": _gaps,
    "an odd address": _unaligned,
    "the other byte order": _swapped,
}


def _layouts(subject: Subject, dtype: np.dtype[Any], seed: int) -> Iterator[tuple[Array, Array, str]]:
    for shape in SHAPES:
        operands = subject.operands(Source(seed, subject.name, dtype.name, "layout", shape), dtype, shape)
        expected = subject.results(-1, operands)
        for what, view in LAYOUTS.items():
            yield expected, subject.results(-1, tuple(view(a) for a in operands)), what
        if subject.axes:
            along_0 = subject.results(0, tuple(np.ascontiguousarray(a.T) for a in operands))
            yield expected, along_0.T if subject.form == "cells" else along_0, "along axis 0"
        if subject.form != "whole":
            alone = [subject.results(-1, tuple(a[i : i + 1] for a in operands)) for i in range(shape[0])]
            yield expected, np.concatenate(alone), "each row alone"


def layout(subject: Subject, dtype: np.dtype[Any], seed: int) -> Rows:
    """The same values behind other strides, along another axis, in another byte order, at another place in a batch."""
    return comparisons(subject.name, dtype, "layout", _layouts(subject, dtype, seed))


def _with_threads(subject: Subject, dtype: np.dtype[Any], seed: int) -> Iterator[tuple[Array, Array, str]]:
    for shape in (MANY, ONE_ROW):
        if shape == ONE_ROW and subject.function not in ("softmax", "log_softmax", "logsumexp", "sigmoid"):
            continue
        operands = subject.operands(Source(seed, subject.name, dtype.name, "threads", shape), dtype, shape)
        with stablesoftmax.num_threads(1):
            expected = subject.results(-1, operands)
        with stablesoftmax.num_threads(3):
            yield expected, subject.results(-1, operands), f"three threads, shape {shape}"


def threads(subject: Subject, dtype: np.dtype[Any], seed: int) -> Rows:
    """One thread and three, on arrays large enough to be cut."""
    return comparisons(subject.name, dtype, "threads", _with_threads(subject, dtype, seed))
