"""Where the kernels change their ways: blocks, scratch, several rows at once, widened lanes, more digits in the sum.

The numbers below are not promises. They are where a mistake would hide, and nothing may be seen there.
"""

import math

import numpy as np
import pytest
from budget import SCALE
from by_rows import FUNCTIONS
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, bits, cast
from oracle import assert_faithful

import stablesoftmax
from stablesoftmax import log_softmax, logsumexp, softmax

every_function = pytest.mark.parametrize("name", FUNCTIONS)
EDGES = (32, 256, 1024, 2048, 3072, 4096, 8192, 16_384, 65_536, 131_072)


def few_values(n, dtype):
    """A row with seven distinct values, so that the exact answer is cheap at any length."""
    return cast(np.array([0.0, -1.0, 2.5, -30.0, 2.25, -80.0, -7.0]), dtype)[np.arange(n) * 5 % 7]


@every_function
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("edge", EDGES)
def test_lengths_around_an_edge(name, dtype, edge):
    """Faithful as one row, and the same bits as a strided row, in place, into strided memory and as a column."""
    function = getattr(stablesoftmax, name)
    for n in (edge - 1, edge, edge + 1):
        row = few_values(n, dtype)
        expected = function(row)
        some = np.unique(np.concatenate([np.arange(7), np.arange(n - 7, n)])).tolist()
        assert_faithful(name, row, expected if name == "logsumexp" else expected[some], index=some, context=f"n={n}")
        strided = np.zeros((n, 3), row.dtype)
        strided[:, 1] = row
        assert_same_bits(function(strided[:, 1]), expected, f"n={n}, strided")
        if name != "logsumexp":
            assert_same_bits(function(row.copy(), out=strided[:, 2]), expected, f"n={n}, into strided memory")
            assert_same_bits(function(strided[:, 1], out=strided[:, 1]), expected, f"n={n}, strided and in place")
        columns = np.zeros((n, 40), row.dtype)
        columns[:, 7], columns[:, 39] = row, row
        columns[:, 20] = np.nan
        result = function(columns, axis=0)
        for k in (7, 39):
            assert_same_bits(result[..., k], expected, f"n={n}, column {k}")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [255, 257, 1023, 1025, 2049, 4097, 8193, 20_000])
def test_equal_terms_of_every_size(dtype, n):
    """The digits of a term are largest at the top of its window, where n equal ones come nearest to overflowing a lane."""
    values = cast(np.linspace(0, 4 * math.log(2), 40), dtype)
    for value in values:
        row = np.full(n, value, values.dtype)
        result = softmax(row)
        assert np.unique(bits(result)).size == 1
        assert_faithful("softmax", row, result[:1], index=[0], context=f"{n} times {value}")
        column = softmax(np.repeat(row[:, None], 17, 1), axis=0)
        assert (bits(column) == bits(result)[0]).all(), value
    rows = np.repeat(values[:, None], n, 1)
    assert np.unique(bits(log_softmax(rows))).size == 1
    for value, result in zip(values, logsumexp(rows, axis=1), strict=True):
        assert_faithful("logsumexp", np.full(n, value, values.dtype), result)


@pytest.mark.parametrize("dtype", WIDE)
@pytest.mark.parametrize("temperature", [1.0, 0.3, 7.0, 1e-30])
@pytest.mark.parametrize("n", [2**16 - 1, 2**16, 2**16 + 1, 2**17, 2**17 + 1])
def test_digits_depend_on_the_elements_that_count(n, temperature, dtype):
    """Padding with -inf and masked elements must not lengthen the sum of a row that is just short enough."""
    rng = np.random.default_rng(n)
    row = cast(temperature * 5 * rng.standard_normal(n), dtype)
    padded = np.concatenate([np.full(3, -np.inf, row.dtype), row, np.full(70_000, -np.inf, row.dtype)])
    junk = np.concatenate([np.full(3, np.nan, row.dtype), row, np.full(70_000, FORMATS[dtype].max, row.dtype)])
    keep = np.isfinite(padded)
    for function in (softmax, log_softmax):
        expected = function(row, temperature=temperature)
        assert_same_bits(function(padded, temperature=temperature)[3 : n + 3], expected, "padded")
        assert_same_bits(function(junk, temperature=temperature, where=keep)[3 : n + 3], expected, "masked")
        assert_same_bits(function(row[::-1].copy(), temperature=temperature)[::-1], expected, "reversed")
    assert_same_bits(logsumexp(padded), logsumexp(row))
    assert_same_bits(logsumexp(junk, where=keep), logsumexp(row))


@every_function
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(3, 5000), (17, 1001), (33, 200), (1000, 100), (9000, 33)])
def test_many_columns(name, dtype, shape):
    """Side by side in memory, in a view of something wider, backwards and transposed."""
    rng, function = np.random.default_rng(120), getattr(stablesoftmax, name)
    wide = cast(6 * rng.standard_normal((shape[0], shape[1] + 9)), dtype)
    wide[rng.random(wide.shape) < 0.01] = -np.inf
    x = wide[:, 4:-5]
    expected = function(np.ascontiguousarray(x.T), axis=1).T
    assert_same_bits(function(x, axis=0), expected)
    assert_same_bits(function(x.copy(), axis=0), expected)
    assert_same_bits(function(np.asfortranarray(x), axis=0), expected)
    assert_same_bits(function(x[::-1, ::-1], axis=0)[..., ::-1][:: -1 if name != "logsumexp" else 1], expected)
    if name != "logsumexp":
        assert_same_bits(function(wide.copy()[:, 4:-5], axis=0, out=x), expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_temperatures_and_policies_in_a_batch(name, dtype):
    """One temperature a row, or one for all: the kernels may take rows together in one case and not in the other."""
    rng, function = np.random.default_rng(121), getattr(stablesoftmax, name)
    for n in (1, 3, 10, 32, 33, 200):
        x = cast(4 * rng.standard_normal((50, n)), dtype)
        for temperature in (0.5, 3.0, 1e-30, 1e30):
            expected = np.stack([function(row, temperature=temperature) for row in x])
            assert_same_bits(function(x, temperature=temperature), expected)
            assert_same_bits(function(x, temperature=np.full((50, 1), temperature)), expected)
            assert_same_bits(function(x.T.copy(), axis=0, temperature=temperature).T, expected)
            assert_same_bits(function(x, temperature=temperature, where=np.ones(n, bool)), expected)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32"] if SCALE < 10 else DTYPES)
def test_more_than_2_to_the_31_elements(dtype):
    """No index, count or lane is 32 bits wide. The row is one element, repeated by a stride of 0."""
    n = 2**31 + 7
    result = logsumexp(np.broadcast_to(cast(0.25, dtype), (n,)))
    assert_same_bits(result, result.dtype.type(0.25 + math.log(n)))
