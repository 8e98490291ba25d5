"""logmatmulexp: every result faithful, whatever the order of k, the layout and the block it was in."""

import math
import tracemalloc

import numpy as np
import pytest
from budget import cases
from flint import arb, ctx
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, cast

import stablesoftmax
from stablesoftmax import logmatmulexp


def exact_product(a, b):
    """Balls for two matrices without nan and +inf; None for -inf."""
    ctx.prec = 400
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    balls = []
    for row in a.tolist():
        for column in b.T.tolist():
            sums = [arb(p) + arb(q) for p, q in zip(row, column, strict=True) if p > -math.inf and q > -math.inf]
            top = max(sums, key=lambda s: float(s.mid()), default=None)
            balls.append(None if top is None else top + sum(((s - top).exp() for s in sums), arb(0)).log())
    return balls


def errors(got, balls):
    """In ulps of the exact results, less 2^-98."""
    worst, precision = 0.0, FORMATS[got.dtype.name].precision
    for result, ball in zip(got.ravel().tolist(), balls, strict=True):
        if ball is None:
            assert result == -math.inf
            continue
        off = float(abs(arb(result) - ball)) - 2.0**-98
        size = float(abs(ball))
        worst = max(worst, off / 2.0 ** (math.frexp(size)[1] - precision)) if size else max(worst, off)
    return worst


def inputs(rng, m, k, n, spread, dtype):
    return cast(rng.normal(0, spread, (m, k)), dtype), cast(rng.normal(0, spread, (k, n)), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("spread", [1e-3, 1.0, 30.0, 1000.0])
def test_faithful(spread, dtype):
    rng = np.random.default_rng(1)
    for m, k, n in ((1, 1, 1), (2, 3, 1), (3, 7, 17), (5, 2, 9), (4, 30, 3)):
        a, b = inputs(rng, m, k, n, spread, dtype)
        assert errors(logmatmulexp(a, b), exact_product(a, b)) < 1


@pytest.mark.parametrize("exponent", [10, 20, 30, 38, 39, 40, 41, 45, 52, 60, 64, 100, 1000])
def test_any_magnitude(exponent):
    """Sums that cancel, sums that round, sums of which only the largest counts."""
    rng = np.random.default_rng(2)
    for _ in range(cases(5)):
        big = math.ldexp(rng.uniform(0.5, 1), exponent)
        a, b = inputs(rng, 3, 6, 9, 1.0, "float64")
        assert errors(logmatmulexp(a + big, b - big), exact_product(a + big, b - big)) < 1
        assert errors(logmatmulexp(a + big, b + big), exact_product(a + big, b + big)) < 1
        assert errors(logmatmulexp(a * big, b), exact_product(a * big, b)) < 1


def test_lost_digits_of_the_sums_count():
    """a + b rounded to float64 would be off by half an ulp of 1000, thousands of ulps of the result."""
    a, b = np.array([[1000.1, 999.7]]), np.array([[-1000.3], [-999.9]])
    assert errors(logmatmulexp(a, b), exact_product(a, b)) < 1


def test_products_of_stochastic_matrices():
    """Sums near 1, results near 0."""
    rng = np.random.default_rng(3)
    for n in (2, 5, 30):
        with np.errstate(divide="ignore"):
            a, b = np.log(rng.dirichlet(np.ones(n), 3)), np.log(rng.dirichlet(np.ones(n), 4)).T
        assert errors(logmatmulexp(np.zeros((2, n)), b), exact_product(np.zeros((2, n)), b)) < 1
        assert errors(logmatmulexp(a, np.zeros((n, 9))), exact_product(a, np.zeros((n, 9)))) < 1
        assert errors(logmatmulexp(a - 5.3, b + 5.3), exact_product(a - 5.3, b + 5.3)) < 1
        both = rng.normal(0, 3, n)
        assert errors(logmatmulexp(a - both, np.tile(both, (3, 1)).T), exact_product(a - both, np.tile(both, (3, 1)).T)) < 1


def test_small_terms_are_not_lost():
    a = np.array([[0.0, -40.0], [0.0, -700.0], [-40.0, 0.0]])
    got = logmatmulexp(a, np.zeros((2, 3)))
    assert (got > 0).all()
    assert errors(got, exact_product(a, np.zeros((2, 3)))) < 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_zero_factors(dtype):
    rng = np.random.default_rng(4)
    for share in (0.2, 0.5, 0.9):
        a, b = inputs(rng, 5, 8, 21, 3.0, dtype)
        a[rng.random(a.shape) < share] = -np.inf
        b[rng.random(b.shape) < share] = -np.inf
        a[2], b[:, 3] = -np.inf, -np.inf
        got = logmatmulexp(a, b)
        assert errors(got, exact_product(a, b)) < 1
        assert (got[2] == -np.inf).all()
        assert (got[:, 3] == -np.inf).all()


def test_special_values():
    inf, nan = np.inf, np.nan
    with np.errstate(all="raise"):
        a = np.array([[0.0, inf, 1.0], [0.0, -inf, 1.0], [nan, 0.0, 0.0], [inf, -inf, -inf]])
        b = np.array([[0.0, 0.0, -inf, 0.0], [-inf, 0.0, 0.0, nan], [0.0, inf, inf, 0.0]])
        got = logmatmulexp(a, b)
    one = math.log1p(math.e)
    expected = [[one, inf, inf, nan], [one, inf, inf, nan], [nan, nan, nan, nan], [inf, inf, -inf, nan]]
    np.testing.assert_allclose(got, expected, rtol=1e-15)
    top = np.finfo(float).max
    assert_same_bits(logmatmulexp([[top, -top]], [[top], [-top]]), np.array([[inf]]))
    assert_same_bits(logmatmulexp([[-top]], [[-top]]), np.array([[-inf]]))
    assert_same_bits(logmatmulexp([[top, top]], [[-top], [-top]]), np.array([[math.log(2)]]))


def test_shapes_are_those_of_matmul():
    rng = np.random.default_rng(5)
    for left, right in (
        ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (6, 3, 4)), ((5, 2, 3), (3,)),
        ((0, 3), (3, 4)), ((2, 0), (0, 4)), ((2, 3), (3, 0)), ((0, 2, 3), (3, 4)), ((0,), (0,)),
    ):  # fmt: skip
        a, b = rng.normal(size=left), rng.normal(size=right)
        for method in ("faithful", "fast"):
            got = logmatmulexp(a, b, method=method)
            with np.errstate(divide="ignore"):
                expected = np.log(np.exp(a) @ np.exp(b))
            assert np.shape(got) == np.shape(expected)
            assert type(got) is type(expected)
            np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", DTYPES)
def test_bits_do_not_depend_on_order_layout_or_batch(dtype):
    rng = np.random.default_rng(6)
    for k in (1, 2, 9, 130):
        a, b = inputs(rng, 5, k, 37, 4.0, dtype)
        a[0], b[:, 1] = cast(-np.inf, dtype), cast(1e6, dtype) if dtype != "float16" else cast(6e4, dtype)
        expected = logmatmulexp(a, b)
        order = rng.permutation(k)
        assert_same_bits(logmatmulexp(a[:, order], b[order]), expected)
        assert_same_bits(logmatmulexp(b.T, a.T).T, expected)
        assert_same_bits(logmatmulexp(np.asfortranarray(a), np.asfortranarray(b)), expected)
        assert_same_bits(logmatmulexp(a[::-1, ::-1], b[::-1]), expected[::-1])
        for i in range(5):
            assert_same_bits(logmatmulexp(a[i], b), expected[i])
        for j in (0, 1, 36):
            assert_same_bits(logmatmulexp(a, b[:, j]), expected[:, j])
            assert_same_bits(logmatmulexp(a, b[:, j : j + 3]), expected[:, j : j + 3])
        wide = np.zeros((5, 3 * k), a.dtype)
        wide[:, ::3] = a
        assert_same_bits(logmatmulexp(wide[:, ::3], b), expected)
        assert_same_bits(logmatmulexp(np.broadcast_to(a[1], (4, k)), b), np.broadcast_to(expected[1], (4, 37)))
        frozen = a.copy()
        frozen.flags.writeable = False
        assert_same_bits(logmatmulexp(frozen, b), expected)
        if dtype != "bfloat16":
            assert_same_bits(logmatmulexp(a.astype(a.dtype.newbyteorder()), b), expected)


@pytest.mark.parametrize("dtype", WIDE)
def test_every_width(dtype):
    rng = np.random.default_rng(7)
    a, b = inputs(rng, 4, 5, 131, 3.0, dtype)
    expected = logmatmulexp(a, b)
    for n in range(131):
        assert_same_bits(logmatmulexp(a, b[:, :n]), expected[:, :n])
    a, b = inputs(rng, 3, 130, 9, 3.0, dtype)
    for k in range(131):
        x, y = a[:, :k], b[:k]
        assert_same_bits(logmatmulexp(x, y), logmatmulexp(x[:, ::-1].copy(), y[::-1].copy()))


def test_large_products_in_blocks():
    """More terms than a block holds, on one thread and on several."""
    rng = np.random.default_rng(8)
    a, b = inputs(rng, 70, 400, 300, 3.0, "float32")
    with stablesoftmax.num_threads(1):
        expected = logmatmulexp(a, b)
    with stablesoftmax.num_threads(3):
        assert_same_bits(logmatmulexp(a, b), expected)
    assert_same_bits(logmatmulexp(a[7], b), expected[7])
    assert_same_bits(logmatmulexp(a[60:], b[:, 290:]), expected[60:, 290:])
    stack = rng.normal(0, 3, (300, 20, 30))
    expected = logmatmulexp(stack, np.swapaxes(stack, 1, 2))
    for i in (0, 150, 299):
        assert_same_bits(logmatmulexp(stack[i], stack[i].T), expected[i])


@pytest.mark.parametrize("dtype", DTYPES)
def test_algebra_at_minus_infinity(dtype):
    """pytorch 49724: -inf is the zero of this algebra, the matrix with 0 on its diagonal and -inf elsewhere its one."""
    a = cast(np.random.default_rng(11).normal(0, 9, (6, 6)), dtype)
    a[1, 2] = a[4] = -np.inf
    one = np.where(np.eye(6, dtype=bool), 0.0, -np.inf).astype(a.dtype)
    zero = np.full((6, 6), -np.inf).astype(a.dtype)
    order = one[[3, 1, 0, 5, 2, 4]]
    same = logmatmulexp(a, one)
    assert_same_bits(same, a.astype(same.dtype))
    assert_same_bits(logmatmulexp(one, a), same)
    assert_same_bits(logmatmulexp(order, a), same[[3, 1, 0, 5, 2, 4]])
    for product in (logmatmulexp(a, zero), logmatmulexp(zero, a)):
        assert (product == -np.inf).all()


def test_memory_does_not_grow_with_the_number_of_terms():
    """The sums of 400 x 400 x 400 pairs would take 512 MB."""
    a, b = (np.random.default_rng(12).normal(0, 3, (400, 400)).astype(np.float32) for _ in range(2))
    logmatmulexp(a, b)
    tracemalloc.start()
    try:
        y = logmatmulexp(a, b)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - y.nbytes < 4 << 20


def test_long_sums():
    """Columns that outgrow the scratch are read where they are."""
    k = 40_000
    a, b = np.zeros((2, k)), np.zeros((k, 3))
    assert_same_bits(logmatmulexp(a, b), np.full((2, 3), stablesoftmax.logsumexp(np.zeros(k))))
    rng = np.random.default_rng(9)
    a, b = rng.normal(0, 1, (1, k)), rng.normal(0, 1, (k, 2))
    a = np.round(a * 2**20) / 2**20  # so that the sums are exact
    b = np.round(b * 2**20) / 2**20
    assert_same_bits(logmatmulexp(a, b)[0, 1], stablesoftmax.logsumexp(a[0] + b[:, 1]))


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        ("float16", "float16", "float32"),
        ("bfloat16", "float16", "float32"),
        ("float32", "float16", "float32"),
        ("float32", "float64", "float64"),
        ("int32", "float32", "float64"),
        ("bool", "bool", "float64"),
    ],
)
def test_dtype_of_the_result(left, right, result):
    a = cast(np.ones((2, 3)), left) if left in FORMATS else np.ones((2, 3), left)
    b = cast(np.ones((3, 2)), right) if right in FORMATS else np.ones((3, 2), right)
    for method in ("faithful", "fast"):
        got = logmatmulexp(a, b, method=method)
        assert got.dtype == result
        assert errors(got, exact_product(a, b)) < 2


def test_fast_is_as_near_as_it_says():
    rng = np.random.default_rng(10)
    for spread in (0.1, 3.0, 60.0, 400.0, 3000.0):
        a, b = inputs(rng, 8, 20, 9, spread, "float64")
        a[rng.random(a.shape) < 0.2] = -np.inf
        a[3] = -np.inf
        got = logmatmulexp(a, b, method="fast")
        balls = exact_product(a, b)
        for result, ball in zip(got.ravel().tolist(), balls, strict=True):
            if ball is None:
                assert result == -math.inf
            else:
                size = float(abs(ball))
                assert float(abs(arb(result) - ball)) < 2 * float(np.spacing(size)) + 2.0**-53 * (20 + 8 + 1300)


def test_fast_finds_what_underflows():
    """exp(-800) is 0: the result comes from the other method."""
    a = np.array([[0.0, -800.0], [-800.0, 0.0]])
    b = np.array([[-800.0, 0.0], [0.0, -800.0]])
    assert_same_bits(logmatmulexp(a, b, method="fast"), logmatmulexp(a, b))
    stack = np.stack([a, a, a + 1])
    assert_same_bits(logmatmulexp(stack, b, method="fast"), logmatmulexp(stack, b))
    assert_same_bits(logmatmulexp([[np.inf, 0.0]], b, method="fast"), logmatmulexp([[np.inf, 0.0]], b))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: logmatmulexp(np.zeros((2, 3)), np.zeros((2, 3))), ValueError, "do not fit: the last axis of a has 3 elements"),
        (lambda: logmatmulexp(np.zeros(3), np.zeros(2)), ValueError, "the only axis of b 2"),
        (lambda: logmatmulexp(1.0, np.zeros(2)), ValueError, "at least one axis"),
        (lambda: logmatmulexp(np.zeros((2, 2, 2)), np.zeros((3, 2, 2))), ValueError, "do not broadcast"),
        (lambda: logmatmulexp(np.zeros((2, 2)), np.zeros((2, 2)), method="best"), ValueError, "method='best'; use"),
        (lambda: logmatmulexp(np.zeros((2, 2), complex), np.zeros((2, 2))), TypeError, "dtype complex128"),
        (lambda: logmatmulexp(np.zeros((2, 2)), np.ma.masked_array([[1.0]])), TypeError, "masked arrays"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match="logmatmulexp: .*" + message):
        call()
