"""The gradients of sparsemax, entmax15 and entmax against exact arithmetic, for the y and g that they are given."""

import numpy as np
import pytest
from flint import arb
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, cast, is_nan, reduced
from sparse_oracle import alpha_vjp_ball, assert_within, vjp_balls

import stablesoftmax
from stablesoftmax import entmax, entmax15_vjp, entmax_alpha_vjp, entmax_vjp, sparsemax_vjp

INF, NAN = np.inf, np.nan
every_dtype = pytest.mark.parametrize("dtype", DTYPES)
every_alpha = pytest.mark.parametrize("alpha", [1.0, 1.0009765625, 1.25, 1.5, 1.75, 2.0, 2.5, 4.0])


def rows(dtype, alpha):
    """Results of entmax and gradients of every size and sign."""
    rng = np.random.default_rng(1)
    for n in (1, 2, 3, 10, 40):
        for spread in (0.1, 1.0):
            y = entmax(cast(spread * rng.standard_normal(n), dtype), alpha)
            yield y, cast(rng.standard_normal(n), dtype)
            yield y, cast(np.exp(5 * rng.standard_normal(n)) * rng.choice([-1, 1], n), dtype)
            yield y, cast(1 + 2.0**-6 * rng.integers(0, 3, n), dtype)  # what is left of g - mean cancels
    fmt = FORMATS[dtype]
    tiny = cast([0.5, 2.0 ** (fmt.lowest + 3), 0.25, fmt.tiny, 0.0], dtype)
    for g in (
        [1.0, -2.0, 3.0, -4.0, NAN],
        [fmt.max, -fmt.max, fmt.max, 1.0, INF],
        [fmt.tiny, -fmt.tiny, 0.0, -0.0, 1.0],
        [0.0] * 5,
    ):
        yield tiny, cast(g, dtype)
    yield cast([0.0, 0.0], dtype), cast([1.0, NAN], dtype)


def check(y, g, alpha, dtype, context=""):
    balls, weights = vjp_balls(y, np.where(np.asarray(y, float) > 0, np.asarray(g, float), 0.0), alpha)
    largest = arb(np.abs(np.asarray(g, float)[np.asarray(y, float) > 0]).max(initial=0.0)) / 2 ** (
        96 if alpha in (1.5, 2.0) else 90
    )
    slack = [float(min(w * largest, arb(1e300)).mid()) for w in weights]
    return assert_within(balls, entmax_vjp(y, g, alpha), slack, dtype, most=0.51, context=(alpha, dtype, context))


@every_dtype
@every_alpha
def test_with_respect_to_x(alpha, dtype):
    for y, g in rows(dtype, alpha):
        check(y, g, alpha, dtype, (y, g))


@every_dtype
@every_alpha
def test_with_respect_to_alpha(alpha, dtype):
    """The formula of the paper has (p - q)/(alpha - 1)^2; ours loses nothing where alpha is close to 1."""
    for y, g in rows(dtype, alpha):
        finite = np.where(np.asarray(y, float) > 0, np.asarray(g, float), 0.0)
        if np.abs(finite).max() > 1e6:
            continue
        ball, size = alpha_vjp_ball(y, finite, alpha)
        got = entmax_alpha_vjp(y, g, alpha)
        assert_within([ball], got, 2.0**-40 * size, reduced(FORMATS[dtype].dtype), most=0.51, context=(alpha, dtype, y, g))


@pytest.mark.parametrize("power", [5, 10, 20, 30, 40, 52])
def test_alpha_close_to_one(power):
    rng = np.random.default_rng(2)
    y, g = stablesoftmax.softmax(rng.standard_normal(20)), rng.standard_normal(20)
    near, at = entmax_alpha_vjp(y, g, 1 + 2.0**-power), entmax_alpha_vjp(y, g, 1.0)
    assert abs(near - at) < 20 * 2.0**-power
    ball, size = alpha_vjp_ball(y, g, 1 + 2.0**-power)
    assert_within([ball], near, 2.0**-40 * size, np.float64, most=0.51)


@pytest.mark.parametrize("alpha", [1.0, 1.25, 1.5, 1.75, 2.0, 2.25])
def test_they_are_the_gradients_of_entmax(alpha):
    """Differences of the function itself, which is right to the last place."""
    rng, h = np.random.default_rng(3), 2.0**-20
    x, g, along = (rng.standard_normal((5, 12)) for _ in range(3))
    y = entmax(x, alpha)
    difference = ((entmax(x + h * along, alpha) - entmax(x - h * along, alpha)) * g).sum(axis=-1) / (2 * h)
    assert np.allclose((entmax_vjp(y, g, alpha) * along).sum(axis=-1), difference, rtol=0, atol=1e-5)
    lower = max(1.0, alpha - h)
    difference = ((entmax(x, alpha + h) - entmax(x, lower)) * g).sum(axis=-1) / (alpha + h - lower)
    assert np.allclose(entmax_alpha_vjp(y, g, alpha), difference, rtol=0, atol=1e-5)


# bits --------------------------------------------------------------------------------------------------------------


@every_dtype
def test_names_of_the_same_function(dtype):
    rng = np.random.default_rng(4)
    x, g = (cast(rng.standard_normal((4, 30)), dtype) for _ in range(2))
    assert_same_bits(sparsemax_vjp(entmax(x, 2.0), g), entmax_vjp(entmax(x, 2.0), g, 2.0))
    assert_same_bits(entmax15_vjp(entmax(x), g), entmax_vjp(entmax(x), g))
    alphas = np.array([[1.0], [1.5], [2.0], [1.2]])
    y = entmax(x, alphas)
    each = [entmax_vjp(*row) for row in zip(y, g, alphas[:, 0], strict=True)]
    assert_same_bits(entmax_vjp(y, g, alphas), np.stack(each))
    each = np.stack([entmax_alpha_vjp(*row) for row in zip(y, g, alphas[:, 0], strict=True)])
    assert_same_bits(entmax_alpha_vjp(y, g, alphas), each)
    assert_same_bits(entmax_alpha_vjp(y, g, alphas, keepdims=True), each[:, None])
    assert_same_bits(entmax_alpha_vjp(y.T, g.T, alphas[:, 0], axis=0), each)
    assert_same_bits(entmax_alpha_vjp(y[0], g[0], 1.0), entmax_alpha_vjp(y, g, alphas)[0])


@every_dtype
@every_alpha
def test_order_and_layout_do_not_matter(alpha, dtype):
    rng = np.random.default_rng(5)
    x, g = (cast(rng.standard_normal((3, 70)), dtype) for _ in range(2))
    y = entmax(x, alpha)
    dx, da, order = entmax_vjp(y, g, alpha), entmax_alpha_vjp(y, g, alpha), rng.permutation(70)
    assert_same_bits(entmax_vjp(y[:, order], g[:, order], alpha), dx[:, order])
    assert_same_bits(entmax_alpha_vjp(y[:, order], g[:, order], alpha), da)
    assert_same_bits(entmax_vjp(y.T.copy(), g.T, alpha, axis=0), dx.T)
    swapped, backwards = y.astype(y.dtype.newbyteorder("S")), g[:, ::-1].copy()[:, ::-1]
    swapped.flags.writeable = False
    assert_same_bits(entmax_vjp(swapped, backwards, alpha), dx)
    cube = entmax_vjp(y.reshape(3, 7, 10).transpose(1, 0, 2), g.reshape(3, 7, 10).transpose(1, 0, 2), alpha, axis=(0, 2))
    assert_same_bits(cube.transpose(1, 0, 2).reshape(3, 70), dx)
    wide = np.broadcast_to(g[:, :1], g.shape)
    assert_same_bits(entmax_vjp(y, wide, alpha), entmax_vjp(y, wide.copy(), alpha))


@every_dtype
def test_out(dtype):
    rng = np.random.default_rng(6)
    x, g = (cast(rng.standard_normal((3, 40)), dtype) for _ in range(2))
    y = entmax(x)
    dx = entmax15_vjp(y, g)
    for place in (np.zeros_like(y), np.zeros_like(y, order="F"), y.copy(), g.copy()):
        assert entmax15_vjp(y, g, out=place) is place
        assert_same_bits(place, dx)
    for target in (0, 1):
        operands = [y.copy(), g.copy()]
        assert entmax15_vjp(*operands, out=operands[target]) is operands[target]
        assert_same_bits(operands[target], dx)
    memory = np.concatenate([y, y[:1]])
    assert_same_bits(entmax15_vjp(memory[:-1], g, out=memory[1:]), dx)
    total = np.zeros((3, 1), reduced(FORMATS[dtype].dtype))
    assert entmax_alpha_vjp(y, g, keepdims=True, out=total) is total
    assert_same_bits(total[:, 0], entmax_alpha_vjp(y, g))


def test_more_support_than_is_kept():
    """100,000 elements: what is kept between the passes of a row ends before the row does."""
    rng = np.random.default_rng(8)
    y, g = stablesoftmax.softmax(rng.standard_normal(100_000)), rng.standard_normal(100_000)
    for alpha in (1.5, 1.25):
        dx = entmax_vjp(y, g, alpha)
        order = rng.permutation(y.size)
        assert_same_bits(entmax_vjp(y[order], g[order], alpha), dx[order])
        assert_same_bits(entmax_alpha_vjp(y[order], g[order], alpha), entmax_alpha_vjp(y, g, alpha))
    s = np.sqrt(y)
    assert np.allclose(entmax15_vjp(y, g), s * (g - (s * g).sum() / s.sum()), rtol=0, atol=1e-12)


def test_threads():
    rng = np.random.default_rng(7)
    x, g = (rng.standard_normal((600, 1000)) for _ in range(2))
    y = entmax(x)
    with stablesoftmax.num_threads(1):
        one = entmax15_vjp(y, g), entmax_alpha_vjp(y, g)
    with stablesoftmax.num_threads(3):
        assert_same_bits(entmax15_vjp(y, g), one[0])
        assert_same_bits(entmax_alpha_vjp(y, g), one[1])


# special values ----------------------------------------------------------------------------------------------------


@every_dtype
@every_alpha
def test_special_rows(alpha, dtype):
    y = cast([[0.5, 0.5, 0.0], [0.5, NAN, 0.5], [0.5, 0.5, 0.0], [0.0, 0.0, 0.0]], dtype)
    g = cast([[1.0, 3.0, NAN], [1.0, 2.0, 3.0], [1.0, NAN, 1.0], [NAN, INF, 1.0]], dtype)
    with np.errstate(all="raise"):
        dx, da = entmax_vjp(y, g, alpha), entmax_alpha_vjp(y, g, alpha)
    assert_same_bits(dx[0], entmax_vjp(y[0], cast([1.0, 3.0, 0.0], dtype), alpha))
    assert is_nan(dx[1:3]).tolist() == [[True] * 3, [True, True, False]]
    assert_same_bits(dx[3], np.zeros(3, y.dtype))
    assert np.isnan(da).tolist() == [False, True, True, False]
    assert da[3] == 0
    infinite = cast([1.0, INF, 2.0], dtype)
    for function, name in ((entmax_vjp, "entmax_vjp"), (entmax_alpha_vjp, "entmax_alpha_vjp")):
        with np.errstate(invalid="ignore"):
            assert is_nan(np.atleast_1d(function(y[0], infinite, alpha)))[0]
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match=f"invalid value encountered in {name}"):
            function(y[0], infinite, alpha)


@pytest.mark.parametrize("dtype", WIDE)
def test_where_nothing_is_in_doubt(dtype):
    """pytorch 31829: the gradient of a row with -inf is 0 there, never nan."""
    x = cast([1.0, -INF, 0.9, -INF], dtype)
    for alpha in (1.0, 1.25, 1.5, 2.0):
        dx = entmax_vjp(entmax(x, alpha), cast([1.0, 2.0, 3.0, NAN], dtype), alpha)
        assert dx[1] == dx[3] == 0
        assert dx[0] == -dx[2] != 0
    assert sparsemax_vjp(cast([1.0, 0.0], dtype), cast([5.0, 1.0], dtype)).tolist() == [0.0, 0.0]


@every_dtype
@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3)])
def test_empty(shape, dtype):
    y = np.zeros(shape, FORMATS[dtype].dtype)
    assert entmax15_vjp(y, y).shape == shape
    assert_same_bits(entmax_alpha_vjp(y, y), np.zeros(shape[:-1], reduced(y.dtype)))


def test_scalars_lists_and_dtypes():
    assert_same_bits(sparsemax_vjp(1.0, 2.0), np.zeros(()))
    assert sparsemax_vjp([0.75, 0.25, 0], [1, 2, 4]).tolist() == [-0.5, 0.5, 0]
    assert isinstance(entmax_alpha_vjp([0.75, 0.25], [1, 2]), np.float64)
    half, single = np.float16([0.75, 0.25]), np.float32([1.0, 2.0])
    assert sparsemax_vjp(half, single).dtype == np.float32
    assert sparsemax_vjp(half, single.astype(np.float16)).dtype == np.float16
    assert sparsemax_vjp(half, single.astype(FORMATS["bfloat16"].dtype)).dtype == np.float32
    assert entmax_alpha_vjp(half, half).dtype == np.float32
    assert sparsemax_vjp(half, single.astype(float)).dtype == np.float64


# refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sparsemax_vjp", "entmax15_vjp", "entmax_vjp", "entmax_alpha_vjp"])
def test_refused_before_anything_is_written(name):
    function, y = getattr(stablesoftmax, name), np.full((2, 3), 0.25)
    out = np.full(2 if name == "entmax_alpha_vjp" else (2, 3), 42.0)
    for error, words, arguments in (
        (ValueError, "g has shape (3,) and y (2, 3)", {"g": np.zeros(3)}),
        (TypeError, "g has dtype complex128", {"g": y.astype(complex)}),
        (TypeError, "y has dtype object", {"y": y.astype(object)}),
        (np.exceptions.AxisError, "axis 2 is out of range", {"axis": 2}),
        (ValueError, "out has dtype float64; the result has dtype float32", {"y": np.float32(y), "g": np.float32(y)}),
    ):
        with pytest.raises(error) as caught:
            function(**{"y": y, "g": y, "out": out, **arguments})
        assert str(caught.value).startswith(f"{name}: ")
        assert words in str(caught.value)
        assert (out == 42).all()


def test_alphas_that_are_refused():
    for function in (entmax_vjp, entmax_alpha_vjp):
        for alpha in (0.5, NAN, 40.0):
            with pytest.raises(ValueError, match=rf"^{function.__name__}: alpha is {alpha}; "):
                function([1.0], [1.0], alpha)
