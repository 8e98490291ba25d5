"""gumbel_softmax: noise that is never nan, within its bound, and the softmax of what it is added to."""

import numpy as np
import pytest
from chi_square import assert_drawn_from
from flint import arb, ctx
from formats import DTYPES, FORMATS, assert_same_bits, cast, is_nan

import stablesoftmax as ssm
from stablesoftmax import _native

EDGES = [
    0,
    1,
    2,
    3,
    2**11,
    2**52,
    2**53 - 1,
    2**53,
    2**62,
    2**63 - 1,
    2**63,
    2**63 + 1,
    2**64 - 2**53,
    2**64 - 2**11,
    2**64 - 2,
    2**64 - 1,
]


def integers(rng, shape):
    return rng.integers(0, 2**64 - 1, shape, np.uint64, endpoint=True)


def noise(u):
    return _native.add_gumbel(0.0, np.asarray(u, np.uint64))


def exact(k):
    """-log(-log u), u = (k + 1/2)/2^64."""
    return -(-(arb(2 * k + 1) / 2**65).log()).log()


def test_noise_is_within_its_bound():
    """The ends, powers of two, the neighbourhood of 1/e, where the noise is 0, and of e^-e^-1 and random integers."""
    ctx.prec = 200
    rng = np.random.default_rng(1)
    powers = [2**i + d for i in range(1, 64) for d in (-1, 0, 1)]
    centres = [round(2**64 * np.exp(-np.exp(-g))) for g in (-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 5.0)]
    near = [c + s * 2**i for c in centres for i in range(0, 34, 3) for s in (-1, 1)]
    ks = [*EDGES, *powers, *(2**64 - p for p in powers), *near, *integers(rng, 20_000).tolist()]
    for k, got in zip(ks, noise(ks).tolist(), strict=True):
        g = exact(k)
        assert abs(arb(got) - g) < arb(2) ** -50 * (1 + abs(g)), k


def test_noise_has_no_logarithm_of_zero():
    """pytorch 22442, 41663, 101620, 184031: noise that was infinite made rows nan."""
    ends = noise(EDGES)
    assert np.isfinite(ends).all()
    assert -3.81 < ends.min() < -3.80
    assert 45.05 < ends.max() < 45.06
    assert (np.diff(ends) >= 0).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("temperature", [1.0, 0.1, 1e-30, 1e30])
def test_is_the_softmax_of_the_perturbed_logits(dtype, temperature):
    """One 64-bit integer an element, in C order; float64 inside, rounded once for the result."""
    x = cast(np.random.default_rng(2).normal(0, 3, (5, 4, 7)), dtype)
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    got = ssm.gumbel_softmax(x, axis=1, temperature=temperature, rng=rng)
    z = x.astype(np.float64) + noise(integers(twin, x.shape))
    assert_same_bits(got, ssm.softmax(z, axis=1, temperature=temperature, dtype=FORMATS[dtype].dtype))
    assert rng.bit_generator.state == twin.bit_generator.state
    hard = ssm.gumbel_softmax(x, axis=1, temperature=temperature, hard=True, rng=3)
    assert_same_bits(hard, (np.arange(4)[:, None] == z.argmax(1, keepdims=True)).astype(FORMATS[dtype].dtype))


def test_the_largest_element_is_a_sample():
    p = np.array([1e-4, 0.6, 0.2, 0.0999, 0.1])
    rows = np.broadcast_to(np.log(p), (10**6, 5))
    assert_drawn_from(ssm.gumbel_softmax(rows, rng=4).argmax(-1), p)
    assert_drawn_from(ssm.gumbel_softmax(rows[:200_000], rng=5, hard=True).argmax(-1), p)


def test_float16_rows_are_not_coarse():
    """70,000 equal float16 logits: noise added in float16 would have ties by the hundred."""
    z = ssm.gumbel_softmax(np.zeros(70_000, np.float16), rng=6, dtype=np.float64)
    assert np.unique(z).size == 70_000


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2), None])
def test_axes(axis, hard):
    x = np.random.default_rng(7).normal(0, 3, (3, 4, 5))
    got = ssm.gumbel_softmax(x, axis=axis, hard=hard, rng=8)
    z = x + noise(integers(np.random.default_rng(8), x.shape))
    expected = (z == z.max(axis=axis, keepdims=True)) * 1.0 if hard else ssm.softmax(z, axis=axis)
    assert_same_bits(got, expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_layouts_have_the_same_bits(dtype):
    x = cast(np.random.default_rng(9).normal(0, 3, (6, 10)), dtype)
    expected = ssm.gumbel_softmax(x, rng=10)
    padded = np.zeros((12, 30), x.dtype)
    padded[::2, ::-3] = x
    frozen = x.astype(x.dtype.newbyteorder(">")) if dtype != "bfloat16" else x.copy()
    frozen.flags.writeable = False
    for same in (np.asfortranarray(x), padded[::2, ::-3], frozen):
        assert_same_bits(ssm.gumbel_softmax(same, rng=10), expected)
    row = np.broadcast_to(x[0], (6, 10))
    assert_same_bits(ssm.gumbel_softmax(row, rng=10), ssm.gumbel_softmax(row.copy(), rng=10))


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_out_may_overlap(dtype, hard):
    x = cast(np.random.default_rng(11).normal(0, 3, (6, 10)), dtype)
    expected = ssm.gumbel_softmax(x, rng=12, hard=hard)
    out = x.copy()
    assert ssm.gumbel_softmax(out, rng=12, hard=hard, out=out) is out
    assert_same_bits(out, expected)
    memory = np.concatenate([np.zeros(3, x.dtype), x.ravel()])
    ssm.gumbel_softmax(memory[3:].reshape(6, 10), rng=12, hard=hard, out=memory[:60].reshape(6, 10))
    assert_same_bits(memory[:60].reshape(6, 10), expected)


def test_a_mask_inside_out():
    x = np.random.default_rng(13).normal(0, 3, (4, 8))
    out = np.zeros((4, 8))
    mask = out.view(bool)[:, ::8]
    mask[:] = True
    mask[:, 1] = False
    expected = ssm.gumbel_softmax(x, rng=14, where=mask.copy())
    assert_same_bits(ssm.gumbel_softmax(x, rng=14, where=mask, out=out), expected)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("source", [*DTYPES, "int8", "bool"])
@pytest.mark.parametrize("result", DTYPES)
def test_dtype_of_the_result(source, result, hard):
    values = np.random.default_rng(15).integers(0, 2, (4, 9))
    x = cast(values, source) if source in FORMATS else values.astype(source)
    got = ssm.gumbel_softmax(x, dtype=FORMATS[result].dtype, hard=hard, rng=16)
    assert_same_bits(got, cast(ssm.gumbel_softmax(values * 1.0, hard=hard, rng=16), result))
    assert ssm.gumbel_softmax(x).dtype == (x.dtype if source in FORMATS else np.float64)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_masks(dtype, hard):
    """A masked element is 0 and does not shift the noise of the others, whatever it holds."""
    x = cast(np.random.default_rng(17).normal(0, 3, (50, 9)), dtype)
    mask = np.random.default_rng(18).random((50, 9)) < 0.6
    mask[7] = False
    got = ssm.gumbel_softmax(x, where=mask, hard=hard, rng=19)
    z = np.where(mask, x.astype(np.float64) + noise(integers(np.random.default_rng(19), x.shape)), -np.inf)
    if hard:
        expected = np.where(mask, z == z.max(-1, keepdims=True), False).astype(x.dtype)
    else:
        expected = ssm.softmax(z, all_neginf="zero", dtype=x.dtype)
    assert_same_bits(got, expected)
    x[~mask] = np.nan
    assert_same_bits(ssm.gumbel_softmax(x, where=mask, hard=hard, rng=19), got)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_special_rows(dtype, hard):
    inf, nan = np.inf, np.nan
    x = cast([[0, 1, 2], [nan, 0, inf], [inf, 0, inf], [-inf, -inf, -inf], [-inf, 3, -inf]], dtype)
    with np.errstate(invalid="ignore"):
        got = ssm.gumbel_softmax(x, hard=hard, rng=20)
    assert is_nan(got).tolist() == [[False] * 3, [True] * 3, [True] * 3, [True] * 3, [False] * 3]
    assert got[4].tolist() == [0, 1, 0]
    assert_same_bits(ssm.gumbel_softmax(x[1], hard=hard, rng=20), got[1])  # a nan is no event, what follows is
    for row in (x[2], x[3]):
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match="invalid value encountered in"):
            ssm.gumbel_softmax(row, hard=hard)


@pytest.mark.parametrize("hard", [False, True])
def test_shapes(hard):
    assert ssm.gumbel_softmax(3.0, hard=hard) == 1.0
    assert ssm.gumbel_softmax(np.float32(3.0), hard=hard).dtype == np.float32
    assert ssm.gumbel_softmax(np.zeros((0, 3)), hard=hard).shape == (0, 3)
    assert ssm.gumbel_softmax(np.zeros((3, 0)), hard=hard).shape == (3, 0)
    assert ssm.gumbel_softmax(np.zeros((3, 0)), axis=0, hard=hard).shape == (3, 0)
    for n in (*range(1, 34), 63, 64, 65, 127, 128, 129, 130):
        total = ssm.gumbel_softmax(np.zeros((3, n)), hard=hard, rng=n).sum(-1)
        assert np.allclose(total, 1, rtol=0, atol=1e-14)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("shape", [(700, 900), (1, 600_000)], ids=str)
def test_large_arrays_in_blocks_and_threads(shape, hard):
    x = np.random.default_rng(21).normal(0, 3, shape).astype(np.float32)
    with ssm.num_threads(1):
        expected = ssm.gumbel_softmax(x, hard=hard, rng=22)
    with ssm.num_threads(3):
        assert_same_bits(ssm.gumbel_softmax(x, hard=hard, rng=22), expected)
    z = x + noise(integers(np.random.default_rng(22), x.shape))
    assert (expected.argmax(-1) == z.argmax(-1)).all()


def test_a_temperature_for_each_row():
    x = np.random.default_rng(23).normal(0, 3, (3, 6))
    t = np.array([[0.1], [1.0], [10.0]])
    z = x + noise(integers(np.random.default_rng(24), x.shape))
    assert_same_bits(ssm.gumbel_softmax(x, temperature=t, rng=24), ssm.softmax(z, temperature=t))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"temperature": 0}, ValueError, "gumbel_softmax: temperature is 0.0; for the limit 0 use argmax"),
        ({"axis": 5}, ValueError, "gumbel_softmax: axis 5 is out of range"),
        ({"where": [1, 0, 1]}, TypeError, "gumbel_softmax: where has dtype"),
        ({"out": np.zeros(4)}, ValueError, "gumbel_softmax: out has shape"),
        ({"dtype": int}, TypeError, "gumbel_softmax: dtype=int64"),
        ({"rng": np.random.RandomState(0)}, TypeError, "gumbel_softmax: rng is a RandomState"),
    ],
    ids=str,
)
def test_errors(arguments, error, message):
    rng = np.random.default_rng(25)
    state = rng.bit_generator.state
    with pytest.raises(error, match=message):
        ssm.gumbel_softmax(np.zeros(3), **{"rng": rng, **arguments})
    assert rng.bit_generator.state == state
