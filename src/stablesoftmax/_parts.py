"""Rows that are read in parts: what is found of each part, how that adds up, and the results once all parts are known.

Pass 1 finds a `Summary`, pass 2 a total of terms as a 128-bit integer, pass 3 writes. Summaries and totals of parts add up to those
of the row, in any order and any grouping, so the bits of a result are those of the row read whole. All of it works on many
rows at once, which lie along the last axis.
"""

from typing import Any, NamedTuple, Self

import numpy as np

from stablesoftmax._layout import gufunc, patterns

Array = np.ndarray[Any, Any]
DType = np.dtype[Any]


_SHARED_OR_NOTHING, _LIMIT = 3, 4  # bits of a policy: what a row of -inf becomes, what a row with +inf becomes


class Summary(NamedTuple):
    """What pass 1 finds of rows; arrays with an element a row."""

    max: Array
    second: Array  # the largest of all but one occurrence of the maximum
    above: Array  # the number of elements above -inf
    present: Array  # the number of elements that take part
    nan: Array

    def join(self, other: Self) -> Self:
        """That of rows of which both are parts."""
        second = np.maximum(np.maximum(self.second, other.second), np.minimum(self.max, other.max))
        largest, either = np.maximum(self.max, other.max), self.nan | other.nan
        return type(self)(largest, second, self.above + other.above, self.present + other.present, either)


def _operands(x: Array, mask: Array | None) -> tuple[Array, ...]:
    return (patterns(x),) if mask is None else (patterns(x), mask)


def summary_of(x: Array, mask: Array | None) -> Summary:
    """Pass 1 over parts."""
    return Summary(*map(np.asarray, gufunc("part_summary", x.dtype, mask is not None)(*_operands(x, mask))))


def total_of(x: Array, mask: Array | None, temperature: Any, of_rest: bool, summary: Summary) -> Array:
    """Pass 2: for softmax of all terms, for the others `of_rest`. Two uint64 a row, the low one first.

    Of a row with a maximum that is not finite it is the number of elements equal to that.
    """
    kernel = gufunc("part_total", x.dtype, mask is not None)
    return np.asarray(kernel(*_operands(x, mask), temperature, of_rest, *summary))


def add(a: Array, b: Array) -> Array:
    """The sum of totals: 128-bit integers, modulo 2^128."""
    sums = a + b
    sums[..., 1] += sums[..., 0] < a[..., 0]
    return sums


def write(
    name: str, x: Array, mask: Array | None, temperature: Any, policy: Any, summary: Summary, total: Array, out: Array | None = None
) -> Array:  # fmt: skip
    """Pass 3: softmax or log_softmax of parts, as patterns where x is bfloat16."""
    kernel = gufunc("part_" + name, x.dtype, mask is not None)
    return np.asarray(kernel(*_operands(x, mask), temperature, policy, *summary, total, out=out))


def made_nan(summary: Summary, policy: Any) -> Any:
    """Where a row becomes nan without holding one, by the policy of softmax and log_softmax."""
    accepted = np.where(summary.max > 0, policy & _LIMIT, policy & _SHARED_OR_NOTHING).astype(bool)
    return np.isinf(summary.max) & ~summary.nan & ~accepted & (summary.present > 0)


def _of_rows(name: str, dtype: DType) -> np.ufunc:
    return gufunc(name + ("_float64" if dtype == np.float64 else "_float32"), np.dtype(np.float32), False)


def logsumexp(dtype: DType, summary: Summary, total: Array) -> tuple[Array, Array]:
    """The logarithms of the sums of rows of `dtype`, as float64, and which of them cancelled: those need `near_zero`."""
    values, cancelled = _of_rows("logsumexp_of", dtype)(*summary, total)
    return np.asarray(values), np.asarray(cancelled)


def near_zero(x: Array, mask: Array | None) -> Array:
    """The sum of e^x in units of 2^-124, for rows that cancelled; adds up as a total."""
    return np.asarray(gufunc("part_near_zero", x.dtype, mask is not None)(*_operands(x, mask)))


def log_near_zero(dtype: DType, total: Array) -> Array:
    """The logarithm of such a sum."""
    return np.asarray(_of_rows("log_near_zero", dtype)(total))


def cross_entropy(dtype: DType, summary: Summary, total: Array, logit: Array) -> Array:
    """The loss of rows whose label has the `logit`, as float64; the total is that of the rest."""
    return np.asarray(_of_rows("cross_entropy_of", dtype)(*summary, total, logit))
