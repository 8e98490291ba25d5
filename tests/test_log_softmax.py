"""log_softmax is faithful: for confident rows too, where the result is what the other elements leave."""

import math

import numpy as np
import pytest
from accuracy import check, check_suite
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, bits, cast
from rows import ADVERSARIES, GAPS, ORDINARY
from temperatures import TEMPERATURES, scaled_rows

import stablesoftmax


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("suite", ORDINARY + ADVERSARIES, ids=lambda suite: suite.__name__)
def test_faithful(suite, dtype):
    check_suite("log_softmax", suite, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_faithful_at_every_temperature(temperature, dtype):
    for rows in scaled_rows(dtype, temperature):
        check("log_softmax", rows, temperature=temperature, context=f"temperature {temperature}")


def test_confident_row():
    """Every peer gives 0 here, and with it a gradient of 0."""
    result = stablesoftmax.log_softmax(np.float32([0, -20]))
    assert_same_bits(result, np.float32([-2.0611537e-09, -20.0]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_confident_rows_down_to_the_smallest_subnormal(dtype):
    """The winner's log-probability is -e^-gap; it may be 0 only where that is nearer than the smallest subnormal."""
    gaps = cast(np.arange(1.0, GAPS[dtype] + 3), dtype).astype(np.float64)
    result = stablesoftmax.log_softmax(cast(np.stack([np.zeros(gaps.size), -gaps], 1), dtype))[:, 0].astype(np.float64)
    representable = gaps < -math.log(FORMATS[dtype].tiny) - 0.01
    assert (result[representable] < 0).all()
    assert representable.sum() > 15
    assert not result[gaps > -math.log(FORMATS[dtype].tiny) + 1].any()


def test_log_probabilities_around_the_smallest_normal_number():
    """A result below it is rounded to the grid of subnormals once; rounding a low part to that grid as well cost 1.004 ulp here."""
    gaps = [float.fromhex(f"0x1.{digits}p+9") for digits in ("623fb69232295", "626b1083913d0", "625f5bcae87db", "6258ad7091778")]
    gaps = np.concatenate([gaps, np.random.default_rng(44).uniform(707.5, 745.5, 300)])
    check("log_softmax", np.stack([np.zeros_like(gaps), -gaps], 1))


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_element_has_log_probability_zero(dtype):
    finite = cast([0.0, -0.0, 1.0, -1e4, FORMATS[dtype].max, -FORMATS[dtype].max, FORMATS[dtype].tiny], dtype)
    assert_same_bits(stablesoftmax.log_softmax(finite[:, None]), np.zeros((7, 1), FORMATS[dtype].dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_large_offset(dtype):
    """x - max - log, never max + log: the offset must not cost a bit."""
    for offset in (0.0, 1024.0, -1024.0, 16384.0):
        x = cast([offset, offset - 512.0], dtype)
        assert_same_bits(stablesoftmax.log_softmax(x), stablesoftmax.log_softmax(cast([0.0, -512.0], dtype)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_never_positive(dtype):
    rng = np.random.default_rng(30)
    for spread in (1e-3, 1.0, 100.0):
        assert (stablesoftmax.log_softmax(cast(spread * rng.standard_normal((100, 20)), dtype)) <= 0).all()


@pytest.mark.parametrize("dtype", WIDE)
def test_monotone(dtype):
    rng = np.random.default_rng(31)
    for spread in (1e-6, 0.1, 1.0, 30.0):
        x = np.sort((spread * rng.standard_normal((50, 300))).astype(dtype), axis=-1)
        assert (np.diff(stablesoftmax.log_softmax(x), axis=-1) >= 0).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_equal_logits_have_equal_log_probabilities(dtype):
    for n in (1, 2, 10, 16, 127, 1000, 1025, 70_000, 131_073):
        result = stablesoftmax.log_softmax(np.full(n, -3.5, FORMATS[dtype].dtype))
        assert np.unique(bits(result)).size == 1
        assert result[0] == cast(-math.log(n), dtype) or abs(float(result[0]) + math.log(n)) < 1e-6 * math.log(n)


@pytest.mark.parametrize("source", [*DTYPES, "int8", "uint8", "int64", "bool"])
@pytest.mark.parametrize("result", DTYPES)
def test_dtype_of_the_result(source, result):
    rng = np.random.default_rng(32)
    values = rng.integers(-20, 20, (20, 30)) * 0.37
    x = cast(values, source) if source in FORMATS else np.abs(values).astype(source)
    check("log_softmax", x, dtype=FORMATS[result].dtype, context=f"{source} to {result}")
