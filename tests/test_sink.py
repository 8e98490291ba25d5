"""A sink is one more logit that takes part and has no result: the bits of the row with it, without its element."""

import numpy as np
import pytest
from formats import DTYPES, WIDE, assert_same_bits, cast

import stablesoftmax as ssm

FUNCTIONS = (ssm.softmax, ssm.log_softmax)
each = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)


def with_element(function, x, sink, **keywords):
    """The definition: x with the sinks as a last column, computed, and that column taken away."""
    column = np.broadcast_to(np.asarray(sink, np.float64), (*x.shape[:-1], 1)).astype(x.dtype)
    if "where" in keywords:
        keywords["where"] = np.concatenate([keywords["where"], np.ones((*x.shape[:-1], 1), bool)], -1)
    return function(np.concatenate([x, column], -1), **keywords)[..., :-1]


@each
@pytest.mark.parametrize("dtype", WIDE)
def test_every_width(function, dtype):
    rng = np.random.default_rng(1)
    for n in (*range(1, 131), 1000, 2047, 2048, 2049, 5000, 70_000):
        x = cast(rng.standard_normal((2, n)) * 8, dtype)
        for sink in (0.0, 3.5, -20.0, 60.0, float(x.max()), -1e4, 1e7):
            assert_same_bits(function(x, sink=sink), with_element(function, x, sink), f"{n} {sink}")


@each
@pytest.mark.parametrize("dtype", DTYPES)
def test_one_a_row_masks_and_temperatures(function, dtype):
    rng = np.random.default_rng(2)
    x = cast(rng.standard_normal((7, 30)) * 5, dtype)
    sinks = rng.integers(-40, 40, (7, 1)) / 8  # numbers of every format
    mask = rng.random((7, 30)) < 0.5
    mask[3] = False
    wanted = with_element(function, x, sinks, where=mask, temperature=0.7)
    assert_same_bits(function(x, sink=sinks, where=mask, temperature=0.7), wanted)
    assert_same_bits(function(x.T, axis=0, sink=sinks.T, where=mask.T, temperature=0.7).T, wanted)
    assert (wanted[3] == (0 if function is ssm.softmax else -np.inf)).all()


@each
def test_long_rows(function):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((1, 2**20 + 9)).astype(np.float32)
    for sink in (0.0, 30.0):
        wanted = with_element(function, x, sink)
        for threads in (1, 3):
            with ssm.num_threads(threads):
                assert_same_bits(function(x, sink=sink), wanted)


@each
def test_none_and_minus_infinity_are_no_sink(function):
    x = np.random.default_rng(4).standard_normal((5, 9))
    for sink in (None, -np.inf, np.full((5, 1), -np.inf)):
        assert_same_bits(function(x, sink=sink), function(x))


def test_a_row_of_minus_infinity_gives_all_to_the_sink():
    low = np.full((2, 3), -np.inf)
    assert_same_bits(ssm.softmax(low, sink=0.0), np.zeros((2, 3)))
    assert_same_bits(ssm.log_softmax(low, sink=0.0), low)
    assert_same_bits(ssm.softmax(low, sink=1.0, all_neginf="raise"), np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"softmax: every element of row \(1,\) is -inf"):
        ssm.softmax(low, sink=[[0.0], [-np.inf]], all_neginf="raise")
    assert np.isnan(ssm.softmax([np.nan, 0.0], sink=0.0)).all()


def test_known_values():
    assert_same_bits(ssm.softmax([0.0], sink=0.0), np.array([0.5]))
    assert_same_bits(ssm.softmax([0.0, 0.0, 0.0], sink=0.0), np.full(3, 0.25))


@pytest.mark.parametrize("bad", [np.nan, np.inf, [[0.0], [np.inf]]])
def test_bad_values(bad):
    with pytest.raises(ValueError, match=r"^softmax: sink is (nan|inf); it must be a finite number, or -inf where there is none"):
        ssm.softmax(np.zeros((2, 3)), sink=bad)


def test_bad_shapes_and_types():
    with pytest.raises(
        ValueError, match=r"sink of shape \(3,\) does not broadcast to \(2, 1\), one sink a row of x of shape \(2, 4\)"
    ):
        ssm.softmax(np.zeros((2, 4)), sink=np.zeros(3))
    with pytest.raises(TypeError, match="log_softmax: sink must be a number or an array of them, not a str"):
        ssm.log_softmax(np.zeros(3), sink="deep")


@each
@pytest.mark.parametrize("dtype", DTYPES)
def test_sinks_and_temperatures_of_every_dtype(function, dtype):
    """Those of bfloat16 too, in which attention layers keep what they learn."""
    x = cast([[1.0, 2.0, 4.0], [0.5, -3.0, 0.0]], dtype)
    wanted = function(x, sink=[[1.5], [-2.0]], temperature=[[0.5], [3.0]])
    assert_same_bits(function(x, sink=cast([[1.5], [-2.0]], dtype), temperature=cast([[0.5], [3.0]], dtype)), wanted)
