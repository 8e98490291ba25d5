"""The decimal oracle, against interval arithmetic: python-flint's `arb`, which keeps rigorous bounds of every rounding.

The formulas here are the plain definitions, e^x / sum(e^x) without any shift: with exponents of any size nothing overflows, and
with as many bits as the exponents of a row lie apart nothing cancels.
"""

import decimal
import math
import random
from decimal import Decimal
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from flint import arb, ctx

from stablesoftmax import _reference

CLOSE = Decimal("1e-40")


@pytest.fixture(autouse=True)
def _restored_precision():
    before = ctx.prec
    yield
    ctx.prec = before


def plain(row, temperature=1.0):
    ctx.prec = 3000 + 2 * int((max(row) - min(row)) / temperature)
    terms = [(arb(x) / arb(temperature)).exp() for x in row]
    total = sum(terms, arb(0))
    return [term / total for term in terms], [(term / total).log() for term in terms], total.log()


def assert_close(got, exact):
    """Both relative: every digit of a tiny probability counts."""
    assert isinstance(got, Decimal)
    assert abs(arb(str(got)) - exact) <= abs(exact) * arb(str(CLOSE)), (got, exact.str(50))


def random_rows():
    source = random.Random(20240229)
    for width in (1, 2, 3, 7, 30):
        for deviation in (1e-300, 1e-3, 1.0, 30.0, 1e4):
            for offset in (0.0, -1e4, 1e30):
                yield [source.gauss(0, deviation) + offset for _ in range(width)]


@pytest.mark.parametrize(
    "row",
    [
        [0.0, -20.0],
        [0.0, 0.0, 0.0],
        [-0.0, 0.0],
        [5e-324, -5e-324],
        [1e30, 1e30],
        [math.log(0.3), math.log(0.7)],
        [-1e-300, -690.7755278982137],
        [-1e-300, -690.7755278982137, -1e5],
        [2.0**30, 2.0**30 - 64],
        *random_rows(),
    ],
)
def test_rows(row):
    probabilities, logarithms, logsumexp = plain(row)
    for got, exact in zip(_reference.softmax(row), probabilities, strict=True):
        assert_close(got, exact)
    for got, exact in zip(_reference.log_softmax(row), logarithms, strict=True):
        if len(row) == 1:
            assert got == 0  # the ball around log(1) has no relative size
        else:
            assert_close(got, exact)
    if len(row) > 1 or row[0] != 0:
        assert_close(_reference.logsumexp(row), logsumexp)


@pytest.mark.parametrize("temperature", [0.1, 1 / 3, 7.0, 1e-3, 1e300])
def test_temperature_is_the_exact_float(temperature):
    row = [1.0, -2.5, 0.3]
    probabilities, logarithms, _ = plain(row, temperature)
    for got, exact in zip(_reference.softmax(row, temperature), probabilities, strict=True):
        assert_close(got, exact)
    for got, exact in zip(_reference.log_softmax(row, temperature), logarithms, strict=True):
        assert_close(got, exact)


def test_logsumexp_works_with_more_digits_when_they_cancel():
    """Each element takes away what is missing to a sum of 1, but for its own rounding: sixteen digits less every time."""
    row = [-1e-20]
    for _ in range(5):
        missing = -plain(row)[2]
        assert missing > 0
        row.append(math.nextafter(float(missing.log()), -math.inf))
    result = _reference.logsumexp(row)
    assert abs(result) < Decimal("1e-85")  # more digits lost than the sixty it begins with
    assert_close(result, plain(row)[2])


def test_special_values():
    infinity, nan = math.inf, math.nan
    assert _reference.softmax([0.0, -infinity]) == [1, 0]
    assert _reference.log_softmax([0.0, -infinity]) == [0, Decimal("-Infinity")]
    assert _reference.logsumexp([0.0, -infinity]) == 0
    for row in ([infinity, 0.0], [nan, 0.0], [-infinity, -infinity]):
        assert all(value.is_nan() for value in _reference.softmax(row))
        assert all(value.is_nan() for value in _reference.log_softmax(row))
    assert _reference.logsumexp([-infinity]) == Decimal("-Infinity")
    assert _reference.logsumexp([infinity, 0.0]) == Decimal("Infinity")
    assert _reference.logsumexp([infinity, nan]).is_nan()
    assert _reference.softmax([]) == []
    assert _reference.logsumexp([]) == Decimal("-Infinity")


def test_largest_floats():
    largest = float(np.finfo(np.float64).max)
    assert _reference.softmax([largest, -largest]) == [1, 0]
    log_probabilities = _reference.log_softmax([largest, -largest])
    assert log_probabilities[0] == 0
    assert abs(log_probabilities[1] / Decimal(largest) + 2) < CLOSE
    assert float(_reference.logsumexp([largest, -largest])) == largest
    assert [float(p) for p in _reference.softmax([12345.0, 67890.0, 99999999.0])] == [0, 0, 1]


FORMATS = {
    "float16": (np.dtype(np.float16), np.uint16, 11, -14),
    "bfloat16": (np.dtype(ml_dtypes.bfloat16), np.uint16, 8, -126),
    "float32": (np.dtype(np.float32), np.uint32, 24, -126),
    "float64": (np.dtype(np.float64), np.uint64, 53, -1022),
}


def random_numbers(name, count=300):
    """Numbers of every exponent of a format, zero and subnormals included: random bit patterns."""
    dtype, bits, _, _ = FORMATS[name]
    patterns = np.random.RandomState(7).randint(0, np.iinfo(bits).max, count, dtype=np.uint64).astype(bits)
    if name == "float64":
        patterns ^= np.random.RandomState(8).randint(0, 2**32, count, dtype=np.uint64) << np.uint64(31)
    numbers = np.concatenate([patterns.view(dtype), np.array([0, 1, 2, 3, 1 << 3], bits).view(dtype)])
    return numbers[np.isfinite(numbers.astype(np.float64))]


def ulp_of(value, name):
    """The spacing of the format at a fraction, found by walking powers of two."""
    _, _, precision, lowest = FORMATS[name]
    exponent = lowest
    while Fraction(2) ** (exponent + 1) <= abs(value):
        exponent += 1
    return Fraction(2) ** (exponent - precision + 1)


@pytest.mark.parametrize("name", FORMATS)
def test_ulp_error_is_the_distance_in_spacings(name):
    source = random.Random(11)
    dtype = FORMATS[name][0]
    for number in random_numbers(name, 60):
        exact = Fraction(float(number)) * (1 + Fraction(source.randint(-(2**40), 2**40), 2**60))
        as_decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
        expected = abs(Fraction(float(number)) - Fraction(as_decimal)) / ulp_of(Fraction(as_decimal), name)
        got = _reference.ulp_error(float(number), as_decimal, dtype)
        assert got == pytest.approx(float(expected), rel=1e-12, abs=0)


@pytest.mark.parametrize("name", FORMATS)
def test_ulp_error_of_neighbours_is_one(name):
    dtype, bits, _, _ = FORMATS[name]
    numbers = np.abs(random_numbers(name))
    following = (numbers.view(bits) + bits(1)).view(dtype)
    for number, neighbour in zip(numbers, following, strict=True):
        if np.isfinite(neighbour.astype(np.float64)):
            assert _reference.ulp_error(float(neighbour), Decimal(float(number)), name) == 1.0
            assert _reference.ulp_error(float(number), Decimal(float(number)), name) == 0.0


def test_ulp_error_sees_a_flushed_subnormal():
    smallest = Decimal(2) ** -149
    assert _reference.ulp_error(0.0, smallest * 1000, "float32") == 1000
    assert _reference.ulp_error(0.0, smallest / 2, "float32") == 0.5
    assert _reference.ulp_error(0.0, Decimal("1e-999999999999"), "float64") == 0


def test_ulp_error_where_no_number_fits():
    infinity, nan = math.inf, math.nan
    beyond = Decimal(2**128)
    ulp_at_the_top = Decimal(2**104)
    assert _reference.ulp_error(infinity, beyond, "float32") == 0
    assert _reference.ulp_error(infinity, beyond * 2, "float32") == 0
    assert _reference.ulp_error(infinity, beyond - ulp_at_the_top / 4, "float32") == 0.25
    assert _reference.ulp_error(-infinity, beyond, "float32") > 1e6
    assert _reference.ulp_error(3.0, Decimal("1e999999999999"), "float32") == infinity
    assert _reference.ulp_error(infinity, Decimal("Infinity"), "float32") == 0
    assert _reference.ulp_error(1.0, Decimal("Infinity"), "float32") == infinity
    assert _reference.ulp_error(nan, Decimal("NaN"), "float32") == 0
    assert _reference.ulp_error(nan, Decimal(1), "float32") == infinity
    assert _reference.ulp_error(1.0, Decimal("NaN"), "float32") == infinity


def test_ulp_error_refuses_a_dtype_without_a_format():
    with pytest.raises(TypeError, match="dtype int64 has no known format; use float16, bfloat16, float32, float64"):
        _reference.ulp_error(1.0, Decimal(1), np.dtype(np.int64))


def test_the_callers_decimal_context_has_no_influence():
    expected = _reference.softmax([1.0, 2.0, 3.0]), _reference.logsumexp([1.0, 2.0])
    with decimal.localcontext(decimal.Context(prec=3, traps=[decimal.Inexact])):
        assert (_reference.softmax([1.0, 2.0, 3.0]), _reference.logsumexp([1.0, 2.0])) == expected
