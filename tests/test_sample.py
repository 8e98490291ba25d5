"""sample draws from softmax, exactly to 2^-52 + n 2^-61; what may be drawn is decided on integers."""

import itertools
import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from chi_square import assert_drawn_from
from flint import arb, ctx
from formats import BFLOAT16, DTYPES, cast
from test_levels import INFO, python

import stablesoftmax as ssm
from stablesoftmax import _native

WIDTHS = (*range(1, 20), 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 130)
EVERYTHING = np.iinfo(np.int64).max


def integers(rng, *shape):
    return rng.integers(0, 2**64 - 1, shape, np.uint64, endpoint=True)


# inversion -------------------------------------------------------------------------------------------------------------


def owners(weights):
    """The element that each integer below the total belongs to."""
    return [i for i, weight in enumerate(weights) for _ in range(weight)]


@pytest.mark.parametrize("n", WIDTHS)
def test_every_integer_below_the_total_maps_to_its_element(n):
    """The first and the last u of each target, for rows with many zeros; so no element of weight 0 is ever drawn."""
    rng = np.random.default_rng(n)
    for zeros in (0.0, 0.5, 0.9):
        weights = rng.integers(1, 6, n) * (rng.random(n) >= zeros)
        weights[rng.integers(n)] += 1
        expected, total = owners(weights.tolist()), int(weights.sum())
        first = [-(-(t << 64) // total) for t in range(total + 1)]  # u * total / 2^64 reaches t
        cumulative = np.cumsum(weights).astype(np.uint64)
        for u in (first[:-1], [after - 1 for after in first[1:]]):
            assert _native.invert(cumulative, np.array(u, np.uint64)).tolist() == expected
        assert first[0] == 0
        assert first[-1] == 2**64


def test_the_share_of_an_element_is_its_weight_to_within_one_integer():
    """Of the 2^64 values of u, an element gets weight/total * 2^64, rounded up or down; seen at the borders."""
    weights = [3, 0, 2**61 + 5, 1, 0, 2**60 - 7, 12345678901]
    total, cumulative = sum(weights), np.cumsum(np.array(weights, np.uint64))
    border, below = 0, 0
    for i, weight in enumerate(weights):
        below += weight
        after = -(-(below << 64) // total)
        assert abs(after - border - Fraction(weight << 64, total)) < 1
        if weight:
            inside = np.array([border, (border + after) // 2, after - 1], np.uint64)
            assert _native.invert(cumulative, inside).tolist() == [i, i, i]
        border = after


def test_inversion_of_any_layout():
    rng = np.random.default_rng(1)
    weights = rng.integers(0, 2**50, (3, 7), np.uint64)
    cumulative, u = np.cumsum(weights, axis=1, dtype=np.uint64), integers(rng, 3, 37)
    expected = [
        [next(j for j, c in enumerate(row) if c > int(v) * row[-1] >> 64) for v in draws]
        for row, draws in zip(cumulative.tolist(), u.tolist(), strict=True)
    ]
    assert _native.invert(cumulative, u).tolist() == expected
    assert _native.invert(np.asfortranarray(cumulative), np.asfortranarray(u)).tolist() == expected
    assert _native.invert(cumulative, u[:, ::-1])[:, ::-1].tolist() == expected
    assert [_native.invert(cumulative, u[:, :k]).tolist() for k in range(20)] == [[e[:k] for e in expected] for k in range(20)]


# weights ---------------------------------------------------------------------------------------------------------------


def weights_of(p):
    return [math.floor(Fraction(v) * 2**62) for v in np.asarray(p).tolist()]


def test_weights_are_probabilities_in_units_of_2_to_the_minus_62():
    rng = np.random.default_rng(2)
    tiny = [0.0, -0.0, 5e-324, 2.0**-62, np.nextafter(2.0**-62, 0), np.nextafter(2.0**-61, 0), 2.0**-52, 3 * 2.0**-63]
    for p in (rng.dirichlet(np.full(130, 0.02)), rng.dirichlet(np.ones(1)), [1.0, *tiny], tiny[::-1], [0.1] * 10):
        expected = np.cumsum(np.array(weights_of(p), object)).tolist()
        assert _native.cumulative_weights(np.array(p)).tolist() == expected
        assert _native.cumulative_weights(np.array(p)[::-1][::-1]).tolist() == expected


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("temperature", [1.0, 0.3, 1e-4, 1e30])
def test_distance_from_the_exact_softmax(dtype, temperature):
    """Total variation, drawing included: what each element gets of the 2^64 integers, against ball arithmetic."""
    rng = np.random.default_rng(3)
    ctx.prec = 200
    for n in (1, 2, 3, 17, 130, 1000):
        x = cast(rng.normal(0, 4, n), dtype)
        cumulative = [0, *_native.cumulative_weights(ssm.softmax(x, temperature=temperature, dtype=np.float64)).tolist()]
        borders = [-(-(c << 64) // cumulative[-1]) for c in cumulative]
        largest, t = arb(float(x.astype(np.float64).max())), arb(temperature)
        terms = [((arb(float(v)) - largest) / t).exp() for v in x.astype(np.float64)]
        total = sum(terms, arb(0))
        shares = [arb(after - before) / 2**64 for before, after in itertools.pairwise(borders)]
        distance = sum((abs(share - term / total) for share, term in zip(shares, terms, strict=True)), arb(0)) / 2
        assert distance < arb(2) ** -52 + n * arb(2) ** -61


# filters ---------------------------------------------------------------------------------------------------------------


def kept(x, p, top_k=EVERYTHING, top_p=1.0, min_p=0.0):
    """The rule in words: the most probable first, equal ones by index; exact fractions."""
    weights = weights_of(p)
    order = sorted((i for i in range(len(weights)) if p[i] > 0), key=lambda i: (-x[i], i))[:top_k]
    total, mass, count = sum(weights[i] for i in order), 0, len(order)
    if top_p < 1:
        count = 0
        while mass < Fraction(top_p) * total:
            mass += weights[order[count]]
            count += 1
    largest = max(weights[i] for i in order)
    return {i for i in order[:count] if weights[i] >= Fraction(min_p) * largest}


def filtered(x, p, top_k=EVERYTHING, top_p=1.0, min_p=0.0):
    cumulative, _ = _native.filtered_weights(x, p, top_k, top_p, min_p)
    return np.diff(cumulative.astype(object), prepend=0).tolist()


@pytest.mark.parametrize("n", WIDTHS)
def test_filters_keep_what_the_rule_says(n):
    rng = np.random.default_rng(n)
    for spread in (0.0, 0.5, 3.0, 40.0):
        x = np.round(rng.normal(0, spread, n), 1) + 0.0  # with ties
        p = ssm.softmax(x, temperature=0.7)
        p[(rng.random(n) < 0.1) & (x < x.max())] = 0.0
        for top_k in (1, 2, n // 2 + 1, n, EVERYTHING):
            for top_p in (1e-300, 0.3, 0.9, 1.0):
                for min_p in (0.0, 0.05, 1.0):
                    stay = kept(x, p, top_k, top_p, min_p)
                    expected = [w if i in stay else 0 for i, w in enumerate(weights_of(p))]
                    assert filtered(x, p, top_k, top_p, min_p) == expected, (top_k, top_p, min_p)


def test_few_of_many():
    """Another algorithm takes over where k is less than n/64; both know the order of ties."""
    rng = np.random.default_rng(4)
    x = rng.integers(0, 40, 5000) * 1.0
    p = ssm.softmax(x, temperature=20.0)
    for top_k in (1, 20, 77, 78, 79, 200, 4999):
        assert np.flatnonzero(filtered(x, p, top_k)).tolist() == sorted(kept(x, p, top_k))
        assert np.flatnonzero(filtered(x, p, top_k, 0.5)).tolist() == sorted(kept(x, p, top_k, 0.5))


def test_thresholds_that_are_met_exactly():
    p = np.array([0.25, 0.5, 0.125, 0.125])
    above = [np.nextafter(v, 1) for v in (0.5, 0.75, 0.875)]
    counts = [np.count_nonzero(filtered(p, p, top_p=v)) for v in (5e-324, 0.5, above[0], 0.75, above[1], 0.875, above[2], 1.0)]
    assert counts == [1, 1, 2, 2, 3, 3, 4, 4]
    assert np.flatnonzero(filtered(p, p, top_p=0.875)).tolist() == [0, 1, 2]  # of the two equal ones the first
    counts = [np.count_nonzero(filtered(p, p, min_p=v)) for v in (0.0, 0.25, np.nextafter(0.25, 1), 0.5, above[0], 1.0)]
    assert counts == [4, 4, 2, 2, 1, 1]


def test_equal_probabilities_of_different_logits():
    """At T = 1e30 float64 holds no difference between them; top_k and top_p look at the logits."""
    x = np.array([1.0, 3.0, 2.0])
    assert set(ssm.sample(x, 100, temperature=1e30, top_k=1, rng=0).tolist()) == {1}
    assert set(ssm.sample(x, 100, temperature=1e30, top_k=2, rng=0).tolist()) == {1, 2}
    assert set(ssm.sample(x, 100, temperature=1e30, top_p=0.5, rng=0).tolist()) == {1, 2}


def test_filters_come_in_the_documented_order():
    """top_p of the mass that top_k left; min_p after both; the mask before all."""
    x = np.log([0.4, 0.3, 0.2, 0.1])
    drawn = {
        "0.57 of 0.7": ssm.sample(x, 1000, top_k=2, top_p=0.57, rng=1),
        "0.58 of 0.7": ssm.sample(x, 1000, top_k=2, top_p=0.58, rng=1),
        "relative": ssm.sample(x, 1000, min_p=0.49, rng=1),
        "masked": ssm.sample(x, 1000, top_k=2, where=[False, True, True, True], rng=1),
    }
    assert {k: sorted(set(v.tolist())) for k, v in drawn.items()} == {
        "0.57 of 0.7": [0],
        "0.58 of 0.7": [0, 1],
        "relative": [0, 1, 2],
        "masked": [1, 2],
    }


def test_filters_of_their_own_for_each_row():
    x = np.log([[0.4, 0.3, 0.2, 0.1]] * 4)
    k, p, m = np.array([[1], [2], [4], [99]]), np.array([[1.0], [1.0], [0.6], [1.0]]), [[0.0], [0.0], [0.0], [0.3]]
    drawn = ssm.sample(x, 2000, top_k=k, top_p=p, min_p=m, temperature=np.full((4, 1), 1.0), rng=2)
    assert [sorted(set(column.tolist())) for column in drawn.T] == [[0], [0, 1], [0, 1], [0, 1, 2]]
    assert (ssm.sample(x.T, 2000, axis=0, top_k=k.T, top_p=p.T, min_p=np.transpose(m), rng=2) == drawn).all()


def test_filtered_draws_fit():
    p = np.array([0.4, 0.3, 0.2, 0.1])
    assert_drawn_from(ssm.sample(np.log(p), 10**6, top_k=3, rng=3), [4 / 9, 3 / 9, 2 / 9, 0])
    assert_drawn_from(ssm.sample(np.log(p), 10**6, top_p=0.65, rng=3), [4 / 7, 3 / 7, 0, 0])
    assert_drawn_from(ssm.sample(np.log(p), 10**6, min_p=0.5, rng=3), [4 / 9, 3 / 9, 2 / 9, 0])


# distribution ----------------------------------------------------------------------------------------------------------


def test_ten_million_draws_with_rare_elements():
    p = np.array([1e-6, 0.5, 1e-6, 3e-6, 0.25, 1e-5, 1e-4, 1e-6])
    p = np.append(p, 1 - p.sum())
    assert_drawn_from(ssm.sample(np.log(p), 10**7, rng=10), p)


def test_many_rows_one_draw_each():
    p = np.array([1e-4, 0.6, 0.2, 0.0999, 0.1])
    rows = np.broadcast_to(np.log(p), (10**6, 5))
    assert_drawn_from(ssm.sample(rows, rng=11), p)
    assert_drawn_from(ssm.sample(rows[:1000], 1000, rng=12), p)


@pytest.mark.parametrize("dtype", DTYPES)
def test_draws_from_every_dtype(dtype):
    x = cast(np.linspace(-6, 2, 60), dtype)
    assert_drawn_from(ssm.sample(x, 10**6, rng=13), ssm.softmax(x, dtype=np.float64))
    assert_drawn_from(ssm.sample(x, 10**6, temperature=2.5, rng=13), ssm.softmax(x, temperature=2.5, dtype=np.float64))


def test_pairs_of_draws_are_independent():
    """Neighbouring draws, and neighbouring rows: the joint distribution is the product."""
    p = np.array([0.5, 0.3, 0.2])
    for drawn in (ssm.sample(np.log(p), (500_000, 2), rng=14), ssm.sample(np.broadcast_to(np.log(p), (500_000, 2, 3)), rng=14)):
        assert_drawn_from(drawn[:, 0] * 3 + drawn[:, 1], np.outer(p, p).ravel())


def test_never_drawn():
    """-inf, masked (nan too), and what underflows."""
    x = np.array([0.0, -np.inf, 1.0, np.nan, -700.0, 0.5])
    drawn = ssm.sample(x, 10**6, where=[True, True, True, False, True, True], rng=15)
    assert sorted(set(drawn.tolist())) == [0, 2, 5]
    assert set(ssm.sample([[-np.inf, 3.0, -np.inf]] * 1000, rng=16).tolist()) == {1}


# stream and bits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [None, 1, 5, (2, 3), 0])
def test_one_integer_a_draw_in_c_order(size):
    x = np.random.default_rng(20).normal(0, 2, (3, 4, 10))
    rng, twin = np.random.default_rng(21), np.random.default_rng(21)
    drawn = ssm.sample(x, size, axis=1, rng=rng)
    shape = () if size is None else np.empty(size).shape
    u = integers(twin, *shape, 3, 10)
    cumulative = _native.cumulative_weights(ssm.softmax(np.moveaxis(x, 1, -1)))
    expected = np.empty((*shape, 3, 10), np.int64)
    for at in np.ndindex(expected.shape):
        row = cumulative[at[-2:]].tolist()
        expected[at] = next(i for i, c in enumerate(row) if c > int(u[at]) * row[-1] >> 64)
    assert drawn.dtype == np.int64
    assert drawn.shape == expected.shape
    assert (drawn == expected).all()
    assert rng.bit_generator.state == twin.bit_generator.state


@pytest.mark.parametrize("bit_generator", ["PCG64", "MT19937", "Philox", "SFC64"])
def test_rng_is_what_spec_7_says(bit_generator):
    x = np.zeros(1000)
    make = getattr(np.random, bit_generator)
    expected = ssm.sample(x, 50, rng=np.random.Generator(make(5)))
    assert (ssm.sample(x, 50, rng=make(5)) == expected).all()
    if bit_generator == "PCG64":
        assert (ssm.sample(x, 50, rng=5) == expected).all()
        assert (ssm.sample(x, 50, rng=np.random.SeedSequence(5)) == expected).all()
    assert (ssm.sample(x, 50) != ssm.sample(x, 50)).any()  # None: a new one each time


def test_layout_dtype_and_threads_change_nothing():
    x = cast(np.random.default_rng(22).normal(0, 3, (70, 41)), "float16")
    expected = ssm.sample(x, 7, rng=23)
    swapped = x.astype(np.float32).astype(">f4")
    swapped.flags.writeable = False
    padded = np.zeros((140, 123), np.float64)
    padded[::2, ::3] = x
    for same in (x.astype(np.float64), swapped, np.asfortranarray(x), padded[::2, ::3], x.tolist(), x[::-1, ::-1][::-1, ::-1]):
        assert (ssm.sample(same, 7, rng=23) == expected).all()
    assert (ssm.sample(x.T, 7, axis=0, rng=23) == expected).all()
    assert (ssm.sample(x.astype(BFLOAT16).astype(np.float64), 7, rng=23) == ssm.sample(x.astype(BFLOAT16), 7, rng=23)).all()
    assert (ssm.sample(x[:1].repeat(9, 0), 7, rng=23) == ssm.sample(np.broadcast_to(x[0], (9, 41)), 7, rng=23)).all()
    masked = ssm.sample(x, 7, where=np.ones(41, bool), rng=23)
    assert (masked == expected).all()


@pytest.mark.parametrize("shape", [(700, 900), (3, 300_000), (2, 1_100_000)], ids=str)
def test_large_arrays_in_blocks_and_threads(shape):
    """Blocks of rows, rows that are blocks, and rows read in parts; one thread or several, one row at a time or all at once."""
    x = np.random.default_rng(24).normal(0, 3, shape).astype(np.float32)
    filters = {"top_k": 1000, "top_p": 0.9}
    with ssm.num_threads(1):
        expected, chosen = ssm.sample(x, rng=25), ssm.sample(x, rng=25, **filters)
    with ssm.num_threads(3):
        assert (ssm.sample(x, rng=25) == expected).all()
        assert (ssm.sample(x, rng=25, **filters) == chosen).all()
        assert (ssm.sample(np.asfortranarray(x), rng=25) == expected).all()
    rng = np.random.default_rng(25)
    assert [ssm.sample(row, rng=rng) for row in x] == expected.tolist()


@pytest.mark.parametrize("level", INFO["levels_supported"])
def test_levels_agree(level):
    code = """
import numpy as np, stablesoftmax as ssm, hashlib
x = np.random.default_rng(0).normal(0, 3, (300, 257)).astype(np.float32)
draws = [ssm.sample(x, 20, rng=1), ssm.sample(x, 5, temperature=0.3, top_k=40, top_p=0.8, min_p=0.01, rng=2)]
noisy = [ssm.gumbel_softmax(x, rng=3), ssm.gumbel_softmax(x, temperature=0.1, rng=3, hard=True)]
print(hashlib.sha256(b"".join(a.tobytes() for a in draws + noisy)).hexdigest())
"""
    expected = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    child = python("-c", code, level=level)
    assert (child.returncode, child.stdout) == (0, expected), child.stderr


# inputs and special rows -----------------------------------------------------------------------------------------------


def test_shapes():
    x = np.zeros((2, 3, 4))
    assert type(ssm.sample(np.zeros(5))) is int
    assert ssm.sample(3.5) == 0
    assert ssm.sample(np.float32(3.5), (2, 2)).tolist() == [[0, 0], [0, 0]]
    assert [ssm.sample(x, axis=a).shape for a in (0, 1, 2, -1)] == [(3, 4), (2, 4), (2, 3), (2, 3)]
    assert ssm.sample(x, 5).shape == (5, 2, 3)
    assert ssm.sample(x, (5, 6), axis=0).shape == (5, 6, 3, 4)
    assert ssm.sample(x, ()).shape == (2, 3)
    assert ssm.sample(x, 0).shape == (0, 2, 3)
    assert ssm.sample(np.zeros((0, 4))).shape == (0,)
    assert ssm.sample(np.zeros((0, 0)), 3).shape == (3, 0)
    assert ssm.sample(np.zeros((4, 0)), axis=0).shape == (0,)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("temperature", [1e-4, 1e-30, 1e-300, 1e30, 1e300])
def test_extreme_temperatures(dtype, temperature):
    """vllm 1623: 1e-4 gave inf and nan probabilities."""
    x = cast([1.0, 3.0, 2.0, 3.0], dtype)
    expected = [0, 0.5, 0, 0.5] if temperature < 1 else [0.25] * 4
    assert_drawn_from(ssm.sample(x, 10_000, temperature=temperature, rng=30), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_infinite_logits_share_the_row(dtype):
    x = cast([np.inf, 3.0, np.inf, -np.inf], dtype)
    assert_drawn_from(ssm.sample(x, 10_000, rng=31), [0.5, 0, 0.5, 0])
    assert set(ssm.sample(x, 100, top_k=1, rng=31).tolist()) == {0}
    assert set(ssm.sample(x, 10_000, where=[False, True, True, True], rng=31).tolist()) == {2}


@pytest.mark.parametrize("dtype", [*DTYPES, "int8"])
def test_rows_without_a_distribution(dtype):
    """Named before a number is drawn."""
    x = np.zeros((3, 4)).astype(np.int8) if dtype == "int8" else cast(np.zeros((3, 4)), dtype)
    mask = np.ones((3, 4), bool)
    mask[1] = False
    rng = np.random.default_rng(32)
    state = rng.bit_generator.state
    with pytest.raises(ValueError, match=r"sample: row \(1,\) holds nothing to draw"):
        ssm.sample(x, 5, where=mask, rng=rng)
    if dtype != "int8":
        x[1] = -np.inf
        with pytest.raises(ValueError, match=r"sample: row \(1,\) holds nothing to draw"):
            ssm.sample(x, rng=rng)
        x[2, 3] = np.nan
        x[1, 0] = 0
        with pytest.raises(ValueError, match=r"sample: row \(2,\) holds a nan"):
            ssm.sample(x, rng=rng)
        with pytest.raises(ValueError, match=r"sample: row \(3,\) holds a nan"):
            ssm.sample(x, axis=0, rng=rng)
        with pytest.raises(ValueError, match=r"sample: the row holds a nan"):
            ssm.sample(x[2], rng=rng)
    with pytest.raises(ValueError, match=r"sample: row \(0,\) holds nothing to draw"):
        ssm.sample(x[:, :0], rng=rng)
    assert rng.bit_generator.state == state


def test_a_nan_far_down_a_long_row():
    x = np.zeros((2, 400_000), np.float32)
    x[1, 399_999] = np.nan
    with pytest.raises(ValueError, match=r"sample: row \(1,\) holds a nan"):
        ssm.sample(x)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"temperature": 0}, ValueError, "sample: temperature is 0.0; for the limit 0 use argmax"),
        ({"temperature": -1}, ValueError, "sample: temperature is -1"),
        ({"temperature": np.ones(3)}, ValueError, "sample: temperature of shape"),
        ({"top_k": 0}, ValueError, r"sample: top_k is 0; it must be 1 or more \(None keeps every element\)"),
        ({"top_k": [[1], [-2]]}, ValueError, "sample: top_k is -2"),
        ({"top_k": 2.0}, TypeError, "sample: top_k must be an int"),
        ({"top_k": True}, TypeError, "sample: top_k must be an int"),
        ({"top_k": "3"}, TypeError, "sample: top_k must be an int"),
        ({"top_k": np.ones(3, int)}, ValueError, "sample: top_k of shape"),
        ({"top_p": 0.0}, ValueError, "sample: top_p is 0.0; .*top_k=1"),
        ({"top_p": 1.5}, ValueError, "sample: top_p is 1.5"),
        ({"top_p": np.nan}, ValueError, "sample: top_p is nan"),
        ({"top_p": 1j}, TypeError, "sample: top_p must be a number"),
        ({"min_p": -0.1}, ValueError, "sample: min_p is -0.1; it must lie between 0 and 1"),
        ({"min_p": [[0.5], [1.1]]}, ValueError, "sample: min_p is 1.1"),
        ({"size": -1}, ValueError, "sample: size is -1"),
        ({"size": 2.5}, TypeError, "sample: size must be an int"),
        ({"size": (2, "x")}, TypeError, "sample: size must be an int"),
        ({"axis": 2}, ValueError, r"sample: axis 2 is out of range for an array of shape \(2, 4\)"),
        ({"axis": None}, TypeError, "sample: axis must be one int, not None"),
        ({"axis": (0, 1)}, TypeError, r"sample: axis must be one int, not \(0, 1\)"),
        ({"where": [1, 0, 1, 1]}, TypeError, "sample: where has dtype int64"),
        ({"where": [True, False]}, ValueError, r"sample: where of shape \(2,\)"),
        ({"rng": np.random.RandomState(0)}, TypeError, "sample: rng is a RandomState.*default_rng"),
        ({"rng": np.random}, TypeError, "sample: rng is a RandomState"),
        ({"rng": "seed"}, TypeError, "sample: rng='seed' seeds no generator"),
        ({"rng": -1}, ValueError, "sample: rng=-1 seeds no generator"),
    ],
    ids=str,
)
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        ssm.sample(np.zeros((2, 4)), **arguments)


def test_errors_of_the_logits():
    with pytest.raises(TypeError, match="sample: x has dtype complex128"):
        ssm.sample(np.zeros(3, complex))
    with pytest.raises(TypeError, match="sample: masked arrays"):
        ssm.sample(np.ma.masked_array([0.0], [True]))


def test_arguments_are_left_alone():
    x = np.random.default_rng(33).normal(0, 3, (5, 6))
    mask, t = np.random.default_rng(34).random((5, 6)) < 0.9, np.ones((5, 1))
    copies = x.copy(), mask.copy(), t.copy()
    ssm.sample(x, 10, temperature=t, where=mask, top_k=3, top_p=0.9, min_p=0.1)
    assert all((a == b).all() for a, b in zip((x, mask, t), copies, strict=True))
