"""Slow, exact definitions: what the fast functions are measured against.

Only the standard library's `decimal` computes here, so that nothing is shared with the code under
test: no NumPy formula, no float64 in between. A row is a sequence of Python floats (every float16,
bfloat16, float32 and float64 number is one, exactly), and results are `decimal.Decimal` with at
least 40 correct digits: so many more than the 17 of a float64 that they count as exact.

The tests compare this file with interval arithmetic of another origin.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from fractions import Fraction

__all__ = ["log1p", "log_softmax", "logsumexp", "precise", "ratio", "softmax", "ulp", "ulp_error"]

# Digits carried, and the digits of a result that must survive a cancellation.
WORKING_DIGITS = 60
CORRECT_DIGITS = 40

# Bits of the significand and exponent of the smallest normal number.
FORMATS = {
    "float16": (11, -14),
    "bfloat16": (8, -126),
    "float32": (24, -126),
    "float64": (53, -1022),
}

INFINITY = Decimal("Infinity")
NOT_A_NUMBER = Decimal("NaN")


def _context(digits: int) -> decimal.Context:
    """Return a context that follows infinities instead of raising.

    Its exponents have eighteen digits: e^x of the lowest float64, 10^(-10^308), is the only kind of
    number that still becomes 0 in it, and no format could hold what it adds to a row.
    """
    return decimal.Context(
        prec=digits,
        rounding=decimal.ROUND_HALF_EVEN,
        Emin=decimal.MIN_EMIN,
        Emax=decimal.MAX_EMAX,
        traps=[],
    )


def precise() -> AbstractContextManager[decimal.Context]:
    """Return a context manager: all that decimals compute inside has the digits of this file."""
    return decimal.localcontext(_context(WORKING_DIGITS))


def ratio(number: Fraction) -> Decimal:
    """Return a fraction as a decimal, in the digits of the current context."""
    return Decimal(number.numerator) / Decimal(number.denominator)


def log1p(value: Decimal) -> Decimal:
    """Return log(1 + value) for value > -1, in the digits of the current context.

    1 + value forgets a small value; the series of 2 artanh(value / (2 + value)) does not.
    """
    if abs(value) > Decimal("0.1"):
        return (1 + value).ln()
    ratio = value / (2 + value)
    square = ratio * ratio
    total, power, divisor = ratio, ratio, 1
    while True:
        power *= square
        divisor += 2
        longer = total + power / divisor
        if longer == total:
            return 2 * total
        total = longer


def _distances(row: Sequence[float], temperature: float) -> tuple[int, list[Decimal]]:
    """Return the position of the maximum and (x_i - maximum) / temperature for every element.

    Both operands of the subtraction are exact, so its one rounding is relative to the difference.
    """
    top = max(range(len(row)), key=row.__getitem__)
    maximum = Decimal(row[top])
    return top, [(Decimal(x) - maximum) / Decimal(temperature) for x in row]


def _rest(top: int, distances: Sequence[Decimal]) -> Decimal:
    """Return the sum of e^distance over all elements but the maximum itself."""
    return sum((d.exp() for i, d in enumerate(distances) if i != top), Decimal(0))


def _row(values: Iterable[float]) -> list[float]:
    return [float(value) for value in values]


def _is_undefined(row: Sequence[float]) -> bool:
    """Tell whether softmax has no mathematical value: a nan, a +inf, or -inf alone."""
    return any(math.isnan(x) or x == math.inf for x in row) or all(x == -math.inf for x in row)


def softmax(row: Iterable[float], temperature: float = 1.0) -> list[Decimal]:
    """Return e^(x_i / T) / sum_j e^(x_j / T) for each element of a row.

    Parameters
    ----------
    row : iterable of float
        The logits; -inf has probability 0.
    temperature : float, default 1.0
        T, taken as the exact number that the float is.

    Returns
    -------
    list of decimal.Decimal
        The probabilities; all NaN where a nan, a +inf or nothing but -inf leaves them undefined.

    Examples
    --------
    >>> from stablesoftmax._reference import softmax
    >>> [float(p) for p in softmax([0.0, 0.0, float("-inf")])]
    [0.5, 0.5, 0.0]
    """
    row = _row(row)
    if _is_undefined(row):
        return [NOT_A_NUMBER] * len(row)
    with precise():
        top, distances = _distances(row, temperature)
        total = 1 + _rest(top, distances)
        return [distance.exp() / total for distance in distances]


def log_softmax(row: Iterable[float], temperature: float = 1.0) -> list[Decimal]:
    """Return the logarithm of `softmax` for each element of a row.

    Parameters
    ----------
    row : iterable of float
        The logits; -inf gives -Infinity.
    temperature : float, default 1.0
        T, taken as the exact number that the float is.

    Returns
    -------
    list of decimal.Decimal
        The logarithms; all NaN where `softmax` is undefined.

    Examples
    --------
    >>> from stablesoftmax._reference import log_softmax
    >>> float(log_softmax([0.0, -20.0])[0])
    -2.061153620314381e-09
    """
    row = _row(row)
    if _is_undefined(row):
        return [NOT_A_NUMBER] * len(row)
    with precise():
        top, distances = _distances(row, temperature)
        # Both terms have the same sign: nothing cancels, not even for a confident row.
        normalizer = log1p(_rest(top, distances))
        return [distance - normalizer for distance in distances]


def logsumexp(row: Iterable[float]) -> Decimal:
    """Return log(sum_i e^x_i) of a row.

    Parameters
    ----------
    row : iterable of float
        The logits; -inf takes no part.

    Returns
    -------
    decimal.Decimal
        The value; -Infinity for an empty row or one of -inf alone, NaN where a nan takes part.

    Examples
    --------
    >>> from stablesoftmax._reference import logsumexp
    >>> float(logsumexp([0.0, 0.0]))
    0.6931471805599453
    """
    row = _row(row)
    if any(math.isnan(x) for x in row):
        return NOT_A_NUMBER
    if any(x == math.inf for x in row):
        return INFINITY
    if all(x == -math.inf for x in row):
        return -INFINITY
    digits = WORKING_DIGITS
    while True:
        with decimal.localcontext(_context(digits)):
            top, distances = _distances(row, 1.0)
            maximum, added = Decimal(row[top]), log1p(_rest(top, distances))
            result = maximum + added
            # maximum + log1p(rest) cancels when the row is nearly a normalised distribution:
            # work with more digits until enough of them are left.
            lost = max(maximum.adjusted(), added.adjusted()) - result.adjusted()
            if not maximum or not added or (result and digits - lost >= CORRECT_DIGITS):
                return result
        digits *= 2


def _exponent(value: Decimal, lowest: int, highest: int) -> int:
    """Return floor(log2(|value|)), held between two exponents.

    The decimal exponent answers first: 10^(10^17) as a ratio of integers would fill the memory.
    """
    if not value or value.adjusted() < -400:
        return lowest
    if value.adjusted() > 400:
        return highest
    numerator, denominator = abs(value).as_integer_ratio()
    exponent = numerator.bit_length() - denominator.bit_length()
    if numerator << max(-exponent, 0) < denominator << max(exponent, 0):
        exponent -= 1
    return min(max(exponent, lowest), highest)


def _format(dtype: object) -> tuple[int, int]:
    try:
        return FORMATS[str(dtype)]
    except KeyError:
        accepted = ", ".join(FORMATS)
        raise TypeError(f"ulp_error: dtype {dtype} has no known format; use {accepted}") from None


def ulp(exact: Decimal, dtype: object) -> Decimal:
    """Return the distance between neighbours of a format at a finite number, as `ulp_error` counts."""
    precision, lowest = _format(dtype)
    with precise():
        return Decimal(2) ** (_exponent(exact, lowest, 1 - lowest) - precision + 1)


def ulp_error(got: float, exact: Decimal, dtype: object) -> float:
    """Return how far a computed number lies from the exact one, in units in the last place.

    One ulp is the distance between neighbours of the format at the exact value; below the smallest
    normal number it is the smallest subnormal, so a result flushed to zero is seen. A faithful
    result has an error below 1, a correctly rounded one of at most 0.5.

    Parameters
    ----------
    got : float
        The computed number.
    exact : decimal.Decimal
        The exact number.
    dtype : str or numpy.dtype
        The format of `got`: float16, bfloat16, float32 or float64.

    Returns
    -------
    float
        The error, never negative. Overflow to an infinity counts as the power of two that the
        infinity stands in for; nan where a number was due, or the reverse, is an infinite error.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from stablesoftmax._reference import ulp_error
    >>> ulp_error(1.0, Decimal(1) + Decimal(2) ** -24, "float32")
    0.5
    >>> ulp_error(0.0, Decimal(2) ** -149, "float32")
    1.0
    """
    _, lowest = _format(dtype)
    got = float(got)
    if exact.is_nan() or math.isnan(got):
        return 0.0 if exact.is_nan() and math.isnan(got) else math.inf
    if exact.is_infinite():
        return 0.0 if got == float(exact) else math.inf
    with precise():
        number = Decimal(got)
        if number.is_infinite():
            number = (Decimal(2) ** (2 - lowest)).copy_sign(number)
            if abs(exact) >= abs(number) and exact.is_signed() == number.is_signed():
                return 0.0
        return float(abs(number - exact) / ulp(exact, dtype))
