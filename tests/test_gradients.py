"""Products with the Jacobians: exact sums, one rounding, the same bits in any order."""

import itertools

import numpy as np
import pytest
from balls import balls, beyond, errors, exponentials, total
from flint import arb
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, bits, cast, format_of, reduced
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import layouts, random_layout

import stablesoftmax as ssm

LENGTHS = (1, 2, 3, 7, 16, 17, 31, 64, 100, 130, 1000, 2049, 2500)
SUM_BITS = {"float16": 50, "bfloat16": 50, "float32": 50, "float64": 80}  # of an exact sum, less log2 n
TERM_BITS = {"float16": 26, "bfloat16": 26, "float32": 26, "float64": 55}


def rows(dtype, seed):
    rng = np.random.default_rng(seed)
    for n, spread in itertools.product(LENGTHS, (1.0, 10.0, 60.0)):
        g = cast(rng.standard_normal(n) * np.exp(rng.standard_normal(n)), dtype)
        yield cast(rng.standard_normal(n) * spread, dtype), g


def slack_of(bits_, n, sizes):
    return [arb(2) ** (-bits_ + max(n - 1, 1).bit_length()) * size for size in sizes]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", [ssm.softmax_vjp, ssm.softmax_jvp])
def test_softmax(function, dtype):
    for x, g in rows(dtype, 1):
        y = ssm.softmax(x)
        exact_y, exact_g = balls(y), balls(g)
        dot = total(a * b for a, b in zip(exact_y, exact_g, strict=True))
        size = total(abs(a * b) for a, b in zip(exact_y, exact_g, strict=True))
        wanted = [a * (b - dot) for a, b in zip(exact_y, exact_g, strict=True)]
        slack = slack_of(SUM_BITS[dtype], x.size, [abs(a * b) + a * size for a, b in zip(exact_y, exact_g, strict=True)])
        assert beyond(function(y, g), wanted, slack, format_of(dtype)).max() < 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_log_softmax_vjp(dtype):
    for x, g in rows(dtype, 2):
        y = ssm.log_softmax(x)
        exact_p, exact_g = [ball.exp() for ball in balls(y)], balls(g)
        dot, size = total(exact_g), total(abs(b) for b in exact_g)
        wanted = [b - a * dot for a, b in zip(exact_p, exact_g, strict=True)]
        slack = [arb(2) ** -TERM_BITS[dtype] * (abs(b) + a * size) for a, b in zip(exact_p, exact_g, strict=True)]
        slack = [s + arb(2) ** -181 * size for s in slack] if dtype != "float64" else slack
        assert beyond(ssm.log_softmax_vjp(y, g), wanted, slack, format_of(dtype)).max() < 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_log_softmax_jvp(dtype):
    for x, v in rows(dtype, 3):
        y = ssm.log_softmax(x)
        exact_p, exact_v = [ball.exp() for ball in balls(y)], balls(v)
        dot = total(a * b for a, b in zip(exact_p, exact_v, strict=True))
        size = total(a * abs(b) for a, b in zip(exact_p, exact_v, strict=True))
        slack = [arb(2) ** -50 * (abs(b) + size) for b in exact_v]
        assert beyond(ssm.log_softmax_jvp(y, v), [b - dot for b in exact_v], slack, format_of(dtype)).max() < 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_logsumexp_vjp(dtype):
    fmt = FORMATS[dtype]
    for (x, _), gain in itertools.product(rows(dtype, 4), (1.0, -0.75, 1 / 77, 2.0**-20, 2.0 ** (fmt.lowest + 9), 1.999)):
        terms, _ = exponentials(x)
        scale = arb(float(cast(gain, dtype))) / total(terms)
        got = ssm.logsumexp_vjp(x, cast(gain, dtype))
        assert errors(got, [t * scale for t in terms], fmt).max() < 1, (x.size, gain)


@pytest.mark.parametrize("dtype", WIDE)
@pytest.mark.parametrize("gain", [2.0, 3.7, 1e30, -1e30])
def test_logsumexp_vjp_of_a_large_gradient(dtype, gain):
    """Probabilities below the smallest number are 0 before they are multiplied: -inf has the gradient 0, whatever g is."""
    fmt = FORMATS[dtype]
    for x, _ in rows(dtype, 5):
        terms, _ = exponentials(x)
        scale = arb(float(fmt.dtype.type(gain))) / total(terms)
        slack = [arb(2) ** fmt.lowest * abs(gain)] * x.size
        got = ssm.logsumexp_vjp(x, fmt.dtype.type(gain))
        assert beyond(got, [t * scale for t in terms], slack, fmt).max() < 1
    assert_same_bits(ssm.logsumexp_vjp(cast([0, -np.inf, -1e5], dtype), gain)[1:], cast(np.copysign([0, 0], gain), dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_logsumexp_vjp_of_one_is_softmax(dtype):
    rng = np.random.default_rng(6)
    for n in range(131):
        x = cast(rng.standard_normal((3, n)) * 20, dtype)
        assert_same_bits(ssm.logsumexp_vjp(x, np.ones(3), axis=-1), ssm.softmax(x))


@pytest.mark.parametrize("dtype", DTYPES)
def test_logsumexp_jvp(dtype):
    fmt = FORMATS[reduced(dtype).name]
    for x, v in rows(dtype, 7):
        terms, _ = exponentials(x)
        exact_v, scale = balls(v), 1 / total(terms)
        wanted = total(t * b for t, b in zip(terms, exact_v, strict=True)) * scale
        slack = arb(2) ** -51 * total(t * abs(b) for t, b in zip(terms, exact_v, strict=True)) * scale
        assert beyond([ssm.logsumexp_jvp(x, v)], [wanted], [slack], fmt).max() < 1


PAIRWISE = (ssm.softmax_vjp, ssm.softmax_jvp, ssm.log_softmax_vjp, ssm.log_softmax_jvp)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", PAIRWISE, ids=lambda f: f.__name__)
def test_order_does_not_matter(function, dtype):
    rng = np.random.default_rng(8)
    forward = ssm.softmax if function in PAIRWISE[:2] else ssm.log_softmax
    for n in (2, 17, 130, 1000, 5000):
        y, g = forward(cast(rng.standard_normal(n) * 8, dtype)), cast(rng.standard_normal(n), dtype)
        order = rng.permutation(n)
        assert_same_bits(function(y[order], g[order]), function(y, g)[order])
        both = np.stack([y, y[::-1]]), np.stack([g, g[::-1]])
        assert_same_bits(function(both[0].T, both[1].T, axis=0).T, np.stack([function(y, g), function(y, g)[::-1]]))


@pytest.mark.parametrize("function", PAIRWISE, ids=lambda f: f.__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_layouts(function, data):
    dtype = data.draw(st.sampled_from(DTYPES))
    shape = data.draw(st.sampled_from([(5,), (3, 4), (2, 3, 5), (0, 3), (3, 0), ()]))
    axis = data.draw(st.sampled_from([-1, 0, None] if shape else [-1, None]))
    rng = np.random.default_rng(9)
    y, g = cast(-rng.random(shape), dtype), cast(rng.standard_normal(shape), dtype)
    expected = function(y, g, axis=axis)
    placed = [data.draw(layouts(len(shape))).place(a) for a in (y, g)]
    assert_same_bits(function(*placed, axis=axis), expected)
    out = data.draw(layouts(len(shape), writable=True)).place(y)
    assert function(*placed, axis=axis, out=out) is out
    assert_same_bits(out, expected)


@pytest.mark.parametrize("function", PAIRWISE, ids=lambda f: f.__name__)
def test_out_may_be_an_operand(function):
    rng = np.random.default_rng(10)
    y, g = -rng.random((40, 9)), rng.standard_normal((40, 9))
    expected = function(y, g)
    for which in (0, 1):
        operands = [y.copy(), g.copy()]
        assert_same_bits(function(*operands, out=operands[which]), expected)
    memory = np.empty((41, 9))
    memory[:40] = y
    assert_same_bits(function(memory[:40], g, out=memory[1:]), expected)


def test_threads_and_blocks():
    rng = np.random.default_rng(11)
    y, g = ssm.softmax(rng.standard_normal((700, 1000)).astype(np.float32)), rng.standard_normal((700, 1000)).astype(np.float32)
    whole = np.stack([ssm.softmax_vjp(a, b) for a, b in zip(y, g, strict=True)])
    for threads in (1, 2, 5):
        with ssm.num_threads(threads):
            assert_same_bits(ssm.softmax_vjp(y, g), whole)
            assert_same_bits(ssm.softmax_vjp(y.T, g.T, axis=0).T, whole)


def test_masks():
    rng = np.random.default_rng(12)
    x, mask = rng.standard_normal((50, 20)), rng.random((50, 20)) < 0.5
    x[~mask] = np.nan
    got = ssm.logsumexp_vjp(x, np.full(50, 2.0), axis=1, where=mask)
    assert not np.isnan(got).any()
    assert (got[~mask] == 0).all()
    for row, kept, result in zip(x, mask, got, strict=True):
        assert_same_bits(result[kept], ssm.logsumexp_vjp(row[kept], 2.0))
    direction = rng.standard_normal((50, 20))
    direction[~mask] = np.nan
    values = ssm.logsumexp_jvp(x, direction, axis=1, where=mask)
    for row, v, kept, value in zip(x, direction, mask, values, strict=True):
        assert_same_bits(value, ssm.logsumexp_jvp(row[kept], v[kept]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_gradient_of_minus_infinity_is_zero(dtype):
    """pytorch 31829, jax 6811: nan there."""
    low = cast(np.full(3, -np.inf), dtype)
    assert_same_bits(ssm.logsumexp_vjp(low, 1.0), cast(np.zeros(3), dtype))
    assert ssm.logsumexp_jvp(low, cast(np.ones(3), dtype)) == 0
    assert_same_bits(ssm.log_softmax_vjp(cast([0, -np.inf], dtype), cast([0, 0.5], dtype)), cast([-0.5, 0.5], dtype))


def test_special_values():
    with pytest.warns(RuntimeWarning, match="invalid value encountered in logsumexp_vjp"):
        assert np.isnan(ssm.logsumexp_vjp([np.inf, 0.0], 1.0)).all()
    assert np.isnan(ssm.logsumexp_vjp([np.nan, 0.0], 1.0)).all()
    assert np.isnan(ssm.softmax_vjp([np.nan, 0.5], [1.0, 1.0])).all()
    assert np.isnan(ssm.log_softmax_vjp([np.nan, -1.0], [1.0, 0.0])[0])
    with np.errstate(all="ignore"):
        assert ssm.logsumexp_vjp([0.0, 0.0], np.inf).tolist() == [np.inf, np.inf]
        assert np.isnan(ssm.logsumexp_vjp([0.0, 0.0], np.nan)).all()
        np.testing.assert_equal(ssm.softmax_vjp([0.5, 0.5], [np.inf, 1.0]), [np.nan, -np.inf])
    huge = np.float32(3e38)
    assert_same_bits(ssm.softmax_vjp(np.float32([0.5, 0.5]), np.float32([huge, -huge])), np.float32([huge / 2, -huge / 2]))


@pytest.mark.parametrize("scale", [1.0, 1e-150, 1e-160, 1e-200, 1e120, 1e150])
def test_sum_of_products(scale):
    """Far apart, tiny and huge: within half an ulp and 2^-80 of the largest product."""
    from stablesoftmax import _native

    rng = np.random.default_rng(13)
    for n in (0, 1, 2, 9, 100, 4099):
        a = rng.standard_normal(n) * np.exp(rng.standard_normal(n) * 10) * scale
        b = rng.standard_normal(n) * (scale if scale < 1 else 1.0)
        products = [u * v for u, v in zip(balls(a), balls(b), strict=True)]
        slack = total(abs(p) for p in products) * arb(2) ** -80 + arb(2) ** -1074 * n
        got = _native.dot(a, b)
        assert beyond([got], [total(products)], [slack], FORMATS["float64"]).max() <= 0.5 + 2**-20
        order = rng.permutation(n)
        assert bits(_native.dot(a[order], b[order])) == bits(got)


def test_sum_of_products_that_are_not_finite():
    from stablesoftmax import _native

    inf, nan = np.inf, np.nan
    with np.errstate(all="ignore"):
        for a, b, wanted in [
            ([inf, 1], [1, 2], inf), ([inf, 1], [-1, 2], -inf), ([inf, inf], [1, -1], nan), ([inf, 1], [0, 1], nan),
            ([nan, 1], [0, 1], nan), ([1e300, 1e-200], [0, 1e-200], 0.0), ([1e300, 1e-150], [0, 1e-150], 1e-300),
            ([1e200, 1], [1e200, 1], inf),
        ]:  # fmt: skip
            np.testing.assert_equal(float(_native.dot(np.array(a, float), np.array(b, float))), wanted)


def test_bad_input():
    with pytest.raises(ValueError, match=r"softmax_vjp: y has shape \(2,\) and g has shape \(3,\); they must be equal"):
        ssm.softmax_vjp([0.5, 0.5], [1.0, 2.0, 3.0])
    with pytest.raises(
        ValueError, match=r"logsumexp_vjp: g has shape \(3,\); logsumexp has shape \(2,\), or \(2, 1\) with keepdims"
    ):
        ssm.logsumexp_vjp(np.zeros((2, 4)), np.ones(3), axis=1)
    with pytest.raises(np.exceptions.AxisError, match="log_softmax_vjp: axis 3 is out of range"):
        ssm.log_softmax_vjp([0.0], [0.0], axis=3)
    with pytest.raises(ValueError, match=r"softmax_vjp: out has shape \(3,\)"):
        ssm.softmax_vjp([0.5, 0.5], [1.0, 1.0], out=np.empty(3))
    with pytest.raises(TypeError, match="softmax_vjp: g has dtype complex128"):
        ssm.softmax_vjp([0.5], [1j])
    with pytest.raises(TypeError, match="logsumexp_jvp: x has dtype complex128"):
        ssm.logsumexp_jvp([1j], [1.0])


def test_dtypes():
    for a, b, wanted in [("float16", "bfloat16", "float32"), ("float32", "float64", "float64"), ("float16", "float16", "float16")]:
        got = ssm.softmax_vjp(cast([0.5, 0.5], a), cast([1, 2], b))
        assert got.dtype == FORMATS[wanted].dtype
    rng = np.random.default_rng(14)
    y, g = rng.random((6, 7)), rng.standard_normal((6, 7))
    assert_same_bits(ssm.softmax_vjp(random_layout(rng, 2).place(y), g.tolist()), ssm.softmax_vjp(y, g))
