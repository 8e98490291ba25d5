"""The arithmetic of docs/interactive against exact numbers, NumPy's operations and the library."""

import math
import pathlib
import re
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx
from formats import DTYPES, FORMATS, cast
from oracle import Row

import stablesoftmax as ssm

pytest.importorskip("playwright.sync_api", reason="playwright is not part of the test extra")
pytestmark = pytest.mark.integration
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "interactive" / "index.html"
FUNCTIONS = "softmax", "log_softmax"


@pytest.fixture
def page(visit):
    return visit(PAGE.as_uri())


def rows(dtype):
    """Rows of every size of logit, ties, masks, confident ones, numbers from every binade; finite maxima."""
    rng = np.random.default_rng(8)
    fmt = FORMATS[dtype]
    found = [[0, 1000], [0, -20], [0, 0, 0], [5], [-np.inf, 2, 1, -np.inf], [fmt.max, -fmt.max], [fmt.tiny, -fmt.tiny], [0, -0.0]]
    found += [[-90, -95, -110], [11, 11.5], [88.5, 88.75], [709, 710], [-745.1, -744], [0, -103.5, -104], [0, -17, -18]]
    found.append([1500, -0.5])  # log_softmax in float16 lies e^-1500 beyond a tie, less than a unit of the page
    for _ in range(60):
        found.append(10.0 ** rng.uniform(-4, 3) * rng.standard_normal(rng.integers(1, 12)) + rng.choice([0, 0, 30, -700]))
    found += [rng.choice([-1, 1], 6) * 2.0 ** rng.uniform(fmt.lowest, 10, 6) for _ in range(10)]
    return [cast(row, dtype) for row in found]


def of_page(page, dtype, name, given):
    """What the page computes for rows: for each, naive, shifted and faithful results, and the errors it shows."""
    return page.evaluate(
        """([dtype, name, rows]) => rows.map((row) => {
            const format = Formats[dtype];
            const { exact, results } = Formulas.faithful(row, format, name);
            const [naive, shifted] = [Formulas.naive(row, format, name), Formulas.shifted(row, format, name)];
            const columns = { naive, shifted, faithful: { results } };
            for (const column of Object.values(columns))
                column.errors = column.results.map((got, i) => Formats.error(got, exact[i], format));
            return columns;
        })""",
        [dtype, name, [row.astype(np.float64).tolist() for row in given]],
    )


def nearest(ball, fmt):
    """The middle of a ball, rounded to the format, ties to even as Python rounds fractions."""
    mantissa, power = (int(part) for part in ball.mid().man_exp())
    lead = power + mantissa.bit_length() - 1
    step = max(lead - fmt.precision + 1, fmt.lowest)
    whole = round(Fraction(mantissa, 1 << (step - power))) if step > power else mantissa << (power - step)
    beyond = abs(whole) * 2 ** (step - fmt.lowest) >= 2 ** (fmt.highest + 1 - fmt.lowest)
    return (math.inf if whole > 0 else -math.inf) if beyond else math.ldexp(whole, step)


def rounded(function, numbers):
    """exp or log of numbers, exact and then rounded to their dtype."""

    def of(x):
        if function == "exp":
            return 0.0 if x < -2000 else nearest(arb(min(x, 2000.0)).exp(), fmt) if x == x else x
        return -math.inf if x == 0 else nearest(arb(x).log(), fmt) if math.isfinite(x) else x

    fmt, ctx.prec = FORMATS[numbers.dtype.name], 300
    return np.array([of(float(x)) for x in numbers]).astype(numbers.dtype)


def rounded_row(name, row):
    """softmax or log_softmax of a row, exact and then rounded once."""
    fmt, ctx.prec = FORMATS[row.dtype.name], 4500
    distances = [arb(float(x)) - arb(float(row.max())) if np.isfinite(x) else None for x in row]
    terms = [arb(0) if d is None or d < -2500 else d.exp() for d in distances]
    total = sum(terms, arb(0))
    if name == "softmax":
        return [nearest(term / total, fmt) for term in terms]
    return [-math.inf if d is None else nearest(d - total.log(), fmt) for d in distances]


def by_numpy(row, name, shift):
    """The naive and the textbook formula, each operation one of NumPy's on numbers of the dtype; the sum from left to right."""
    with np.errstate(all="ignore"):
        distances = row - row.max() if shift else row
        terms = rounded("exp", distances)
        total = row.dtype.type(0)
        for term in terms:
            total = total + term
        if name == "softmax":
            return terms / total
        if shift:
            return distances - rounded("log", np.array([total]))
        return rounded("log", terms / total)


def assert_same(got, expected, context):
    assert np.array_equal(np.asarray(got, np.float64), np.asarray(expected, np.float64), equal_nan=True), (context, got, expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_naive_and_shifted_are_the_arithmetic_of_the_dtype(name, dtype, page):
    given = rows(dtype)
    for row, columns in zip(given, of_page(page, dtype, name, given), strict=True):
        for column, shift in (("naive", False), ("shifted", True)):
            assert_same(columns[column]["results"], by_numpy(row, name, shift), (column, row))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_faithful_column_is_the_exact_result_rounded(name, dtype, page):
    """Nearest to the exact result, within a neighbour of what the library returns; errors are those of the oracle."""
    given = rows(dtype)
    for row, columns in zip(given, of_page(page, dtype, name, given), strict=True):
        expected = getattr(Row(row), name)()
        got = np.array(columns["faithful"]["results"]).astype(row.dtype)
        assert_same(got, rounded_row(name, row), row)
        of_library = getattr(ssm, name)(row)
        assert not expected.unfaithful(of_library).any()
        with np.errstate(invalid="ignore"):
            off = np.abs(expected._in_ulps(of_library) - expected._in_ulps(got))
        assert (off[np.isfinite(off)] <= 1).all()
        for column in columns.values():
            shown, right = np.array(column["errors"]), expected.errors(np.array(column["results"]).astype(row.dtype))
            assert np.allclose(shown, right, rtol=1e-9, atol=1e-9), (row, shown, right)


def test_exp_and_log_are_right_to_many_digits(page):
    """Against balls of 4,000 bits: 2^-180 of the result, or 2^-1265."""
    rng = np.random.default_rng(3)
    points = [0, 5e-324, -5e-324, 2.0**-54, -(2.0**-54), 700, -700, 88.7, -745.13, 1, -1, np.log(2), *rng.normal(0, 200, 40)]
    logs = [5e-324, 0.5, 1 - 2.0**-53, 1 + 2.0**-52, 1.5, 2.0, 1e300, 1e-300, *np.exp(rng.normal(0, 100, 40))]
    for function, arguments in (("exp", points), ("log", logs)):
        arguments = [float(x) for x in arguments]
        found = page.evaluate("([f, xs]) => xs.map((x) => String(Exact[f](Exact.units(x))))", [function, arguments])
        ctx.prec = 4000
        for x, text in zip(arguments, found, strict=True):
            right = getattr(arb(x), function)()
            error = abs(arb(int(text)) / arb(2) ** 1280 - right)
            assert error <= abs(right) * arb(2) ** -180 + arb(2) ** -1265, (function, x)


def test_rounding_to_narrow_formats(page):
    """Every number between neighbours goes where ml_dtypes and NumPy send it; the general rule agrees with the browser's own."""
    page, rng = page, np.random.default_rng(5)
    wide = rng.integers(0, 1 << 64, 2_000, np.uint64).view(np.float64)
    wide = np.concatenate([wide[np.isfinite(wide)], 2.0 ** rng.uniform(-160, 130, 2_000), 2.0 ** rng.uniform(-27, 17, 2_000)])
    for dtype in ("float16", "bfloat16", "float32"):
        with np.errstate(over="ignore"):
            near = cast(wide, dtype).astype(np.float64)
            ties = near + 2.0 ** (np.frexp(near)[1] - 1.0 - FORMATS[dtype].precision)  # half way to the next, where normal
            values = np.concatenate([wide, ties[np.isfinite(ties)], [0.0, FORMATS[dtype].tiny / 2, FORMATS[dtype].tiny * 1.5]])
            got = page.evaluate("([d, xs]) => xs.map((x) => Formats.nearest(x, Formats[d]))", [dtype, values.tolist()])
            if dtype == "bfloat16":  # ml_dtypes goes through float32, which rounds twice
                floats = values.astype(np.float32) == values
                values, got = values[floats], np.array(got)[floats]
            assert_same(got, cast(values, dtype), dtype)
    assert page.evaluate("xs => xs.every((x) => Object.is(Formats.nearest(x, Formats.float32), Math.fround(x)))", wide.tolist())
    assert page.evaluate("xs => !Math.f16round || xs.every((x) => Formats.float16.round(x) === Math.f16round(x))", wide.tolist())


@pytest.mark.parametrize("dtype", DTYPES)
def test_decimals_are_the_shortest_that_read_back(dtype, page):
    values = cast(10.0 ** np.random.default_rng(1).uniform(-6, 2, 500), dtype)
    texts = page.evaluate(
        "([d, xs]) => xs.map((x) => Formats.shortest(x, Formats[d]))", [dtype, values.astype(np.float64).tolist()]
    )
    for value, text in zip(values, texts, strict=True):
        assert cast(float(text), dtype) == value
        if dtype != "bfloat16":  # which prints as a float32
            assert len(re.sub(r"e.*|[.]", "", text).strip("0")) <= len(re.sub(r"e.*|[.]", "", str(value)).strip("0")), (text, value)
