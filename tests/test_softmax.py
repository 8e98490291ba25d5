"""softmax is faithful: every result is one of the two numbers nearest the exact one."""

import numpy as np
import pytest
from accuracy import check, check_suite
from budget import cases
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, bits, cast
from rows import ADVERSARIES, ORDINARY
from temperatures import TEMPERATURES, scaled_rows

import stablesoftmax


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("suite", ORDINARY + ADVERSARIES, ids=lambda suite: suite.__name__)
def test_faithful(suite, dtype):
    check_suite("softmax", suite, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_faithful_at_every_temperature(temperature, dtype):
    for rows in scaled_rows(dtype, temperature):
        check("softmax", rows, temperature=temperature, context=f"temperature {temperature}")


@pytest.mark.parametrize("n", [3, 10, 1000, 65_504, 65_536, 70_000, 10**6])
def test_float16_sums_do_not_overflow(n):
    """SciPy and JAX return 0 here: their float16 sum overflows at 65,504 equal terms."""
    result = stablesoftmax.softmax(np.zeros(n, np.float16))
    assert (result == np.float16(1 / n)).all()
    assert result.dtype == np.float16


def test_float16_pairs():
    """A slice of all pairs of finite float16 numbers, against float64: exact but for 2^-40 of an ulp."""
    patterns = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = patterns[np.isfinite(patterns)]
    rng = np.random.default_rng(10)
    a, b = (finite[rng.integers(finite.size, size=cases(1 << 18))] for _ in range(2))
    result = stablesoftmax.softmax(np.stack([a, b], 1))[:, 0].astype(np.float64)
    exact = 1 / (1 + np.exp(np.clip(b.astype(np.float64) - a.astype(np.float64), -700, 700)))
    ulp = np.exp2(np.maximum(np.floor(np.log2(exact)) - 10, -24))
    assert (np.abs(result - exact) / ulp).max() < 0.51


@pytest.mark.parametrize("dtype", DTYPES)
def test_zeros_are_positive(dtype):
    """What underflows is +0, whatever the sign of the logit."""
    m = FORMATS[dtype].max
    result = stablesoftmax.softmax(cast([m, -m, 0.0, -0.0, -np.inf], dtype))
    assert_same_bits(result, cast([1.0, 0.0, 0.0, 0.0, 0.0], dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_element_has_probability_one(dtype):
    finite = cast([0.0, -0.0, 1.0, -1e4, FORMATS[dtype].max, -FORMATS[dtype].max, FORMATS[dtype].tiny], dtype)
    assert (stablesoftmax.softmax(finite[:, None]) == 1).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_equal_logits_have_equal_probabilities(dtype):
    for n in [*range(1, 131), 1000, 1024, 1025, 4097, 131_073]:
        result = stablesoftmax.softmax(np.full(n, 0.7, FORMATS[dtype].dtype))
        assert np.unique(bits(result)).size == 1, n


@pytest.mark.parametrize("dtype", WIDE)
def test_monotone(dtype):
    """A larger logit never has the smaller probability: a term is a function of its logit alone."""
    rng = np.random.default_rng(11)
    for spread in (1e-6, 0.1, 1.0, 30.0):
        x = np.sort((spread * rng.standard_normal((50, 300))).astype(dtype), axis=-1)
        assert (np.diff(stablesoftmax.softmax(x), axis=-1) >= 0).all()


@pytest.mark.parametrize("dtype", WIDE)
def test_shift_agrees_within_the_bound_of_each(dtype):
    """softmax(x) and softmax(x + c) are both faithful where x + c is exact, so they are at most an ulp apart."""
    rng = np.random.default_rng(12)
    x = np.round(rng.uniform(-8, 8, (40, 50)) * 512).astype(dtype) / 512
    for c in (64.0, 1000.0, -777.0):
        assert (x + c - c == x).all()
        apart = bits(stablesoftmax.softmax(x)).astype(np.int64) - bits(stablesoftmax.softmax((x + c).astype(dtype))).astype(
            np.int64
        )
        assert np.abs(apart).max() <= 1


@pytest.mark.parametrize("source", [*DTYPES, "int8", "uint8", "int64", "bool"])
@pytest.mark.parametrize("result", DTYPES)
def test_dtype_of_the_result(source, result):
    """Computed at the wider of input and result, rounded once: faithful at either."""
    rng = np.random.default_rng(13)
    values = rng.integers(-20, 20, (20, 30)) * 0.37
    x = cast(values, source) if source in FORMATS else np.abs(values).astype(source)
    check("softmax", x, dtype=FORMATS[result].dtype, context=f"{source} to {result}")
