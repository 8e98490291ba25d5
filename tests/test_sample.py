"""sample draws from softmax, one integer a draw; the same indices on every level, layout and number of threads."""

import subprocess
import sys

import numpy as np
import pytest
from chi_square import assert_drawn_from
from formats import BFLOAT16, DTYPES, cast
from test_levels import INFO, python

import stablesoftmax as ssm
from stablesoftmax import _native


def integers(rng, *shape):
    return rng.integers(0, 2**64 - 1, shape, np.uint64, endpoint=True)


# filters ---------------------------------------------------------------------------------------------------------------


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


def test_the_test_would_notice():
    """One part in two hundred, in ten million draws, is no accident."""
    drawn = ssm.sample(np.log([0.5, 0.3, 0.2]), 10**7, rng=10)
    with pytest.raises(AssertionError, match="chi-square"):
        assert_drawn_from(drawn, [0.501, 0.3, 0.199])


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
