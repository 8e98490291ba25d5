"""logcumsumexp is the faithful logsumexp of every prefix, whatever the order within it."""

import math
import tracemalloc

import numpy as np
import pytest
from budget import cases
from flint import arb, ctx
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, cast
from oracle import Row, exact, resolved

import stablesoftmax
from stablesoftmax import logcumsumexp


def prefixes(x, dtype=None):
    """The exact results, for indices at which something above -inf has come."""
    return [Row(x[: i + 1]).logsumexp(dtype or x.dtype) for i in range(len(x))]


def assert_prefixes(x, got, *, context="", slack=2.0**-100):
    """Every result within 1 ulp + slack of the exact one."""
    for i, expected in enumerate(prefixes(x, got.dtype)):
        error = float(expected.errors(got[i : i + 1])[0])
        allowed = 1 + float(np.ldexp(slack, -int(expected.exponent[0])))
        assert error < allowed, (context, i, x[: i + 1].tolist()[-3:], got[i], error)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("spread", [0.01, 1.0, 20.0, 300.0])
def test_prefixes_are_faithful(dtype, spread):
    rng = np.random.default_rng(1)
    for order in (lambda x: x, np.sort, lambda x: np.sort(x)[::-1]):
        for shift in (0.0, 100.0, -4.0):
            x = order(cast(rng.normal(shift, spread, 60), dtype))
            assert_prefixes(x, logcumsumexp(x), context=f"{spread} {shift}")


@pytest.mark.parametrize("dtype", WIDE)
def test_prefixes_that_pass_through_zero(dtype):
    """max + log1p(rest) cancels while the sum passes 1."""
    rng = np.random.default_rng(2)
    for n in (2, 5, 40):
        for _ in range(cases(20)):
            p = rng.dirichlet(np.ones(n))
            x = np.concatenate([np.log(p), rng.normal(-3, 2, 3)]).astype(dtype)
            assert_prefixes(x, logcumsumexp(x), context="a distribution")
    third = np.full(6, -math.log(3), dtype)
    assert_prefixes(third, logcumsumexp(third))


@pytest.mark.parametrize("dtype", WIDE)
def test_small_rests_are_not_lost(dtype):
    """scipy 18295: logsumexp([0, -40]) was 0."""
    x = np.array([0.0, -40.0, -80.0, -20.0, -90.0], dtype)
    got = logcumsumexp(x)
    assert got[0] == 0
    assert (got[1:] > 0).all()
    assert_prefixes(x, got)
    rising = np.array([-2000.0, -1500.0, -700.0, -40.0, 0.0], dtype)
    assert_prefixes(rising, logcumsumexp(rising))


@pytest.mark.parametrize("scale", [1e3, 1e12, 1e15, 1e18, 1e19, 1e30, 1e300])
def test_any_magnitude(scale):
    """Beyond 2^64 only ties count."""
    rng = np.random.default_rng(3)
    for _ in range(cases(5)):
        x = rng.choice(scale * np.array([-1.0, -0.5, 0.0, 0.25, 1.0, 1.0 + 2**-52]), 12)
        assert_prefixes(x, logcumsumexp(x), context=scale)
        assert_same_bits(logcumsumexp(x[::-1])[-1], logcumsumexp(x)[-1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_order_within_a_prefix_does_not_matter(dtype):
    rng = np.random.default_rng(4)
    for spread in (0.1, 3.0, 50.0, 1000.0):
        for _ in range(cases(10)):
            x = cast(rng.normal(-2, spread, 200), dtype)
            last = logcumsumexp(x)[-1]
            for order in (np.sort(x), np.sort(x)[::-1], rng.permutation(x)):
                assert_same_bits(logcumsumexp(order)[-1], last)
            x[:100] = rng.permutation(x[:100])
            assert_same_bits(logcumsumexp(x)[99:], logcumsumexp(np.concatenate([np.sort(x[:100]), x[100:]]))[99:])


@pytest.mark.parametrize("dtype", WIDE)
def test_the_last_is_logsumexp(dtype):
    rng = np.random.default_rng(5)
    for spread in (0.1, 1.0, 30.0):
        x = rng.normal(0, spread, (100, 130)).astype(dtype)
        got, expected = logcumsumexp(x)[:, -1], stablesoftmax.logsumexp(x, axis=-1)
        assert (np.abs(got - expected) <= np.spacing(np.abs(expected))).all()


def test_equal_elements():
    got = logcumsumexp(np.zeros(3000))
    ctx.prec = 128
    ball = [arb(n).log() if n > 1 else None for n in range(1, 3001)]
    assert all(b is None or resolved(b, FORMATS["float64"]) for b in ball)
    assert not exact(ball, FORMATS["float64"]).unfaithful(got).any()


def test_a_long_row():
    x = np.zeros(200_001)
    x[::2] = -1.0
    got = logcumsumexp(x)
    for n in (1000, 65_536, 200_001):
        assert got[n - 1] == stablesoftmax.logsumexp(x[:n])
    assert (np.diff(got) > 0).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 17, 130])
def test_layouts_have_the_same_bits(n, dtype):
    x = cast(np.random.default_rng(6).normal(0, 5, (3, n)), dtype)
    expected = logcumsumexp(x)
    assert expected.shape == x.shape
    assert expected.dtype == x.dtype
    assert_same_bits(logcumsumexp(x.T, axis=0), expected.T)
    assert_same_bits(logcumsumexp(np.asfortranarray(x), axis=1), expected)
    wide = np.zeros((3, 2 * n), x.dtype)
    wide[:, ::2] = x
    assert_same_bits(logcumsumexp(wide[:, ::2]), expected)
    assert_same_bits(logcumsumexp(x[::-1]), expected[::-1])
    assert_same_bits(logcumsumexp(x[:, ::-1][:, ::-1]), expected)
    frozen = x.copy()
    frozen.flags.writeable = False
    assert_same_bits(logcumsumexp(frozen), expected)
    if dtype != "bfloat16":
        assert_same_bits(logcumsumexp(x.astype(x.dtype.newbyteorder())), expected)
    assert_same_bits(logcumsumexp(np.broadcast_to(x[:1], (4, n))), np.broadcast_to(expected[:1], (4, n)))


def test_strides_of_zero():
    assert_same_bits(logcumsumexp(np.broadcast_to(np.float64(0.5), 50)), logcumsumexp(np.full(50, 0.5)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_special_values(dtype):
    inf, nan = np.inf, np.nan
    with np.errstate(all="raise"):
        got = logcumsumexp(cast([-inf, -inf, 1.0, -inf, inf, 0.0, -inf, nan, 1.0, inf], dtype)).astype(float)
        assert_same_bits(got[:5], np.array([-inf, -inf, 1.0, 1.0, inf]))
        assert (got[4:7] == inf).all()
        assert np.isnan(got[7:]).all()
        assert np.isnan(logcumsumexp(cast([nan, 1.0], dtype)).astype(float)).all()
        top = cast(FORMATS[dtype].max, dtype)
        assert_same_bits(logcumsumexp(np.array([top, -top, top])), np.array([top, top, top]))
    zeros = logcumsumexp(cast([-0.0, -np.inf], dtype))
    assert (zeros == 0).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_masked_elements_take_no_part(dtype):
    """pytorch 101967: a masked nan poisoned the row."""
    rng = np.random.default_rng(7)
    x = cast(rng.normal(0, 4, (5, 40)), dtype)
    mask = rng.random((5, 40)) < 0.6
    dirty = x.copy()
    dirty[~mask] = cast(np.nan, dtype)
    got = logcumsumexp(dirty, where=mask)
    clean = x.copy()
    clean[~mask] = cast(-np.inf, dtype)
    assert_same_bits(got, logcumsumexp(clean))
    for row in range(5):
        assert_same_bits(got[row][mask[row]], logcumsumexp(x[row][mask[row]]))
    assert (logcumsumexp(dirty, where=False).astype(float) == -np.inf).all()
    assert_same_bits(logcumsumexp(dirty, where=mask, axis=0), logcumsumexp(clean, axis=0))


def test_out_may_be_the_input():
    for dtype in DTYPES:
        x = cast(np.random.default_rng(8).normal(-1, 1, (4, 30)), dtype)
        expected = logcumsumexp(x)
        same = x.copy()
        assert logcumsumexp(same, out=same) is same
        assert_same_bits(same, expected)
        backwards = x.copy()
        logcumsumexp(backwards, out=backwards[:, ::-1])
        assert_same_bits(backwards[:, ::-1], expected)
        rows = x.copy()
        logcumsumexp(rows, out=rows[::-1])
        assert_same_bits(rows[::-1], expected)
    memory = np.random.default_rng(8).normal(-1, 1, 31)
    expected = logcumsumexp(memory[:-1])
    logcumsumexp(memory[:-1], out=memory[1:])
    assert_same_bits(memory[1:], expected)


@pytest.mark.parametrize("source", [*DTYPES, "int8", "uint8", "int64", "bool"])
def test_dtype_of_the_result(source):
    values = np.random.default_rng(9).integers(-20, 20, 30)
    x = cast(values, source) if source in FORMATS else np.abs(values).astype(source)
    own = x.dtype if source in FORMATS else np.dtype(np.float64)
    assert logcumsumexp(x).dtype == own
    for name in DTYPES:
        got = logcumsumexp(x, dtype=FORMATS[name].dtype)
        assert got.dtype == FORMATS[name].dtype
        assert_same_bits(got, logcumsumexp(x.astype(np.float64)).astype(FORMATS[name].dtype))


def test_scalars_and_lists():
    assert_same_bits(logcumsumexp(2.5), np.float64(2.5))
    assert_same_bits(logcumsumexp([[0, 0], [1, 1]]), logcumsumexp(np.array([[0.0, 0.0], [1.0, 1.0]])))
    assert logcumsumexp(np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: logcumsumexp(np.zeros(3), axis=1), ValueError, "axis 1 is out of range"),
        (lambda: logcumsumexp(np.zeros(3), axis=None), TypeError, "axis must be one int, not None"),
        (lambda: logcumsumexp(np.zeros((3, 3)), axis=(0, 1)), TypeError, "axis must be one int"),
        (lambda: logcumsumexp(np.zeros(3, complex)), TypeError, "dtype complex128; accepted are"),
        (lambda: logcumsumexp(np.zeros(3), out=np.zeros(4)), ValueError, r"out has shape \(4,\)"),
        (lambda: logcumsumexp(np.zeros(3), out=np.zeros(3, np.float32)), ValueError, "out has dtype float32"),
        (lambda: logcumsumexp(np.zeros(3), where=[1, 0, 1]), TypeError, "where has dtype int64"),
        (lambda: logcumsumexp(np.ma.masked_array([1.0])), TypeError, "masked arrays"),
        (lambda: logcumsumexp(np.zeros(3), dtype=int), TypeError, "not a dtype of a result"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match="logcumsumexp: .*" + message):
        call()


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_long_row_is_not_copied(dtype):
    x = cast(np.zeros(1), dtype).repeat(1 << 18)
    logcumsumexp(x)
    tracemalloc.start()
    try:
        y = logcumsumexp(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - y.nbytes < 1 << 16


def test_threads_do_not_change_bits():
    x = np.random.default_rng(10).normal(0, 3, (1000, 600))
    with stablesoftmax.num_threads(1):
        expected = logcumsumexp(x)
    with stablesoftmax.num_threads(3):
        assert_same_bits(logcumsumexp(x), expected)
    assert_same_bits(expected[:, 0], x[:, 0])
