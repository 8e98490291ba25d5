"""logsumexp is faithful, near zero too, where its two terms cancel (there within 1 ulp + 2^-100 of their size)."""

import math

import numpy as np
import pytest
from accuracy import check, check_suite
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, cast, reduced
from oracle import assert_faithful
from rows import ADVERSARIES, ORDINARY, normalised

import stablesoftmax


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("suite", ORDINARY + ADVERSARIES, ids=lambda suite: suite.__name__)
def test_faithful(suite, dtype):
    check_suite("logsumexp", suite, dtype)


def test_near_zero():
    """max + log1p(rest) cancels: peers say -6e-8, +3e-8 or 0."""
    assert_same_bits(stablesoftmax.logsumexp(np.log(np.float32([0.3, 0.7]))), np.float32(-4.6109008e-10))


@pytest.mark.parametrize("dtype", WIDE)
def test_distributions_within_an_ulp_and_2_to_the_minus_100(dtype):
    for what, rows, index in normalised(dtype):
        if index is None:
            for row, got in zip(rows, stablesoftmax.logsumexp(rows, axis=-1), strict=True):
                assert_faithful("logsumexp", row, got, slack=2.0**-100, context=what)


@pytest.mark.parametrize("dtype", WIDE)
def test_nearer_and_nearer_zero(dtype):
    """[-g, log1p(-e^-g)] is as near to a distribution as the format allows; the trigger at 1/8 is crossed as well."""
    gaps = np.concatenate([np.linspace(0.05, 3, 60), np.arange(3.0, 90.0)])
    rows = np.stack([-gaps, np.log(-np.expm1(-gaps))], 1).astype(dtype)
    check("logsumexp", rows, context="near zero")
    for shift in (-0.126, -0.125, -0.1249, -(2.0**-10), 2.0**-20, 0.1249, 0.125, 0.126):
        check("logsumexp", (rows + shift).astype(dtype), context=f"{shift} from zero")


@pytest.mark.parametrize("dtype", WIDE)
def test_every_distance_from_zero(dtype):
    """Somewhere max + log1p(rest) stops being good enough and the row is read again: no distance may fall between the two."""
    rng = np.random.default_rng(42)
    p = rng.uniform(0.01, 0.5, 3000)
    shift = 10.0 ** rng.uniform(-5, -0.3, 3000) * rng.choice([-1, 1], 3000)
    check("logsumexp", (np.stack([np.log(p), np.log1p(-p)], 1) + shift[:, None]).astype(dtype), context="two elements")
    p = rng.dirichlet(np.ones(7), 1000)
    check("logsumexp", (np.log(p) + shift[:1000, None]).astype(dtype), context="seven elements")


@pytest.mark.parametrize("dtype", WIDE)
def test_small_terms_count_near_zero(dtype):
    """What is left after the cancellation may be as small as the smallest terms."""
    gaps = np.arange(1.0, 40.0)
    for small in np.arange(20.0, 96.0, 1.5):
        rows = np.stack([-gaps, np.log(-np.expm1(-gaps)), np.full(gaps.size, -small)], 1).astype(dtype)
        check("logsumexp", rows, context=f"and one of -{small}")


@pytest.mark.parametrize("dtype", WIDE)
def test_near_zero_with_a_maximum_of_any_size(dtype):
    """Many equal terms: max = -log n, so that more and more bits cancel, with ties of the maximum and without."""
    for n in (2, 3, 16, 17, 1000, 1025, 50_000, 131_072, 131_073):
        for k in (0, 1, -1, 5):
            value = cast(-math.log(n), dtype)
            row = np.full(n, value + k * np.spacing(value), dtype)
            check("logsumexp", row, context=f"{n} terms")
            row[0] = np.nextafter(row[0], row.dtype.type(0))
            check("logsumexp", row, context=f"{n} terms, one of them larger")


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_element_is_the_result(dtype):
    finite = cast([0.0, 1.0, -1e4, FORMATS[dtype].max, -FORMATS[dtype].max, FORMATS[dtype].tiny, -FORMATS[dtype].tiny], dtype)
    assert_same_bits(stablesoftmax.logsumexp(finite[:, None], axis=1), finite.astype(reduced(dtype)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_equal_elements(dtype):
    for n in (1, 2, 10, 1000, 65_536, 131_073):
        for value in (0.0, -1000.0, 11.0):
            row = np.full(n, value, FORMATS[dtype].dtype)
            assert_faithful("logsumexp", row, stablesoftmax.logsumexp(row))


def test_float16_zeros():
    """A float16 sum of 70,000 ones would be infinite; the result of half precision is float32."""
    result = stablesoftmax.logsumexp(np.zeros(70_000, np.float16))
    assert_same_bits(result, np.float32(math.log(70_000)))
    assert stablesoftmax.logsumexp(np.zeros(70_000, np.float16), dtype=np.float16) == np.float16(11.15625)


@pytest.mark.parametrize("dtype", DTYPES)
def test_does_not_overflow_on_the_way(dtype):
    """log(n) is less than half an ulp of the largest number: the exact result rounds to it."""
    fmt = FORMATS[dtype]
    for n in (1, 2, 1000):
        result = stablesoftmax.logsumexp(np.full(n, fmt.max, fmt.dtype), dtype=fmt.dtype)
        assert_same_bits(result, cast(fmt.max, dtype))
    assert stablesoftmax.logsumexp(np.full(5, -fmt.max, fmt.dtype), dtype=fmt.dtype) == -cast(fmt.max, dtype)


def test_overflows_where_the_result_does():
    """float16 ends at 65504; the sum of ten million such terms lies 16.1 above, beyond the last number."""
    row = np.full(10**7, 65504, np.float16)
    assert stablesoftmax.logsumexp(row[:1000], dtype=np.float16) == 65504
    with np.errstate(over="ignore"):
        assert stablesoftmax.logsumexp(row, dtype=np.float16) == np.inf
    assert stablesoftmax.logsumexp(row) == np.float32(65504 + math.log(10**7))


@pytest.mark.parametrize("dtype", DTYPES)
def test_zero_is_positive(dtype):
    fmt = FORMATS[dtype]
    for row in ([0.0], [-0.0], [-0.0, -np.inf], [0.0, -fmt.max], [-0.0, -fmt.max]):
        result = stablesoftmax.logsumexp(cast(row, dtype))
        assert result == 0
        assert result.dtype == reduced(dtype)


@pytest.mark.parametrize("dtype", WIDE)
def test_not_below_the_maximum(dtype):
    rng = np.random.default_rng(40)
    for spread in (0.1, 1.0, 30.0, 1e4):
        x = (spread * rng.standard_normal((200, 20))).astype(dtype)
        assert (stablesoftmax.logsumexp(x, axis=-1) >= x.max(axis=-1)).all()


@pytest.mark.parametrize("source", [*DTYPES, "int8", "uint8", "int64", "bool"])
@pytest.mark.parametrize("result", DTYPES)
def test_dtype_of_the_result(source, result):
    rng = np.random.default_rng(41)
    values = rng.integers(-20, 20, (20, 30)) * 0.37
    x = cast(values, source) if source in FORMATS else np.abs(values).astype(source)
    check("logsumexp", x, dtype=FORMATS[result].dtype, context=f"{source} to {result}")


@pytest.mark.parametrize("dtype", WIDE)
@pytest.mark.parametrize("shape", [(1,), (3,), (300,), (4, 3), (5, 1), (2, 3, 17), (9, 40)], ids=str)
def test_the_short_way_in_has_the_bits_of_the_long_one(shape, dtype):
    """keepdims=True takes the long way."""
    x = cast(np.random.default_rng(9).normal(0, 10, shape), dtype)
    for axis in (None, -1, x.ndim - 1):
        expected = stablesoftmax.logsumexp(x, axis=axis, keepdims=True).reshape(() if axis is None else shape[:-1])
        assert_same_bits(stablesoftmax.logsumexp(x, axis=axis), expected)
        out = np.full(expected.shape, 7, x.dtype)
        assert stablesoftmax.logsumexp(x, axis=axis, out=out) is out
        assert_same_bits(out, expected)
    assert stablesoftmax.logsumexp(x).shape == ()


def test_results_may_lie_in_the_data():
    """Results over the first elements: written before the last rows are read, unless somebody watches."""
    for dtype in WIDE:
        x = cast(np.random.default_rng(10).normal(0, 10, (7, 2)), dtype)
        expected = stablesoftmax.logsumexp(x, axis=-1)
        whole = np.concatenate([np.zeros(7, dtype), x.ravel()])
        for start in (0, 4, 7, 13):
            memory = whole.copy()
            rows = memory[7:].reshape(7, 2)
            got = stablesoftmax.logsumexp(rows, axis=-1, out=memory[start : start + 7])
            assert_same_bits(got, expected)
        memory = x.ravel()[:1]
        assert_same_bits(stablesoftmax.logsumexp(memory, out=memory.reshape(())), memory[0])


def test_results_that_do_not_fit_are_refused():
    x = np.zeros((4, 3))
    for axis, out in ((-1, np.zeros(3)), (-1, np.zeros((4, 1))), (None, np.zeros(1)), (-1, np.zeros(4, np.float32))):
        with pytest.raises(ValueError, match="logsumexp: out"):
            stablesoftmax.logsumexp(x, axis=axis, out=out)
    frozen = np.zeros(4)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="logsumexp: out"):
        stablesoftmax.logsumexp(x, axis=-1, out=frozen)
