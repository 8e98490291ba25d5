"""Clipping against rational arithmetic, from the smallest subnormal to beyond the largest number."""

import math
from fractions import Fraction

import hypothesis
import hypothesis.strategies as st
import ml_dtypes
import numpy as np
import pytest

import stablesoftmax as ssm

FLOATS = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64]


def exact_square(arrays):
    return sum((Fraction(float(v)) ** 2 for array in arrays for v in np.asarray(array).reshape(-1)), Fraction(0))


def check(arrays, max_norm):
    """Norm within 1.5 ulp, elements within 4 * 2^-53 of themselves and one rounding to their dtype."""
    clipped, norm = ssm.clip_by_global_norm(arrays, max_norm)
    square = exact_square(arrays)
    if math.isinf(norm):
        assert square >= Fraction(np.finfo(float).max) ** 2
    else:
        ulp = Fraction(math.ulp(norm))
        assert max(Fraction(norm) - ulp * Fraction(3, 2), 0) ** 2 <= square <= (Fraction(norm) + ulp * Fraction(3, 2)) ** 2
    for before, after in zip(arrays, clipped, strict=True):
        assert (after.dtype, after.shape) == (before.dtype, before.shape)
        if norm <= max_norm:
            np.testing.assert_array_equal(after, before)
            continue
        info = ml_dtypes.finfo(after.dtype)
        for old, new in zip(before.reshape(-1), after.reshape(-1), strict=True):
            x = Fraction(float(old)) * Fraction(max_norm)
            # |new * norm - x| <= slack * norm with norm = sqrt(square), both sides squared
            slack = abs(Fraction(float(new))) * (Fraction(float(info.eps)) / 2 + Fraction(6, 2**53))
            slack += Fraction(float(info.smallest_subnormal))
            low, high = abs(Fraction(float(new))) - slack, abs(Fraction(float(new))) + slack
            assert max(low, 0) ** 2 * square <= x * x <= high * high * square
            assert float(old) * float(new) >= 0


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("max_norm", [1e-3, 1.0, 0.3, 7e3])
def test_every_dtype(dtype, max_norm):
    random = np.random.default_rng(3)
    check([(random.standard_normal((5, 7)) * 50).astype(dtype), random.standard_normal(3).astype(dtype)], max_norm)


@pytest.mark.parametrize("exponent", [-1074, -1060, -1022, -600, -300, 300, 600, 1000, 1021])
@pytest.mark.parametrize("max_norm", [2.0**-1070, 1e-300, 1.0, 1e300])
def test_extreme_magnitudes(exponent, max_norm):
    check([np.ldexp(np.array([1.0, -1.5, 0.75]), exponent), np.ldexp(np.ones((2, 2)), exponent)], max_norm)


def test_values_of_1e300_do_not_overflow_and_of_1e_minus_300_do_not_underflow():
    assert ssm.clip_by_global_norm([np.full(10000, 1e300)], 1.0).norm == 1e302
    assert ssm.clip_by_global_norm([np.full(10000, 1e-300)], 1.0).norm == 1e-298
    clipped, norm = ssm.clip_by_global_norm([np.full(4, 1e308)], 2.0)  # a norm of 2e308 is no float64
    assert norm == np.inf
    np.testing.assert_array_equal(clipped[0], np.ones(4))


@hypothesis.given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6), st.floats(1e-300, 1e300))
@hypothesis.settings(max_examples=60)
def test_any_numbers(values, max_norm):
    check([np.array(values)], max_norm)


def test_order_layout_and_byte_order_change_no_bit():
    random = np.random.default_rng(0)
    x = random.standard_normal((600, 600)) * np.exp(random.standard_normal((600, 600)) * 20)
    y = random.standard_normal(40)
    clipped, norm = ssm.clip_by_global_norm([x, y], 1.0)
    order = random.permutation(x.size)
    shuffled = x.reshape(-1)[order].reshape(x.shape)
    for other in (shuffled, np.asfortranarray(x), x.astype(x.dtype.newbyteorder()), np.repeat(x, 2, axis=1)[:, ::2]):
        assert ssm.clip_by_global_norm([other, y], 1.0).norm == norm
        assert ssm.clip_by_global_norm([y, other], 1.0).norm == norm
    again = ssm.clip_by_global_norm([shuffled, y], 1.0).grads[0]
    np.testing.assert_array_equal(again.reshape(-1), clipped[0].reshape(-1)[order])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_without_direction(bad):
    grads = {"w": np.array([1.0, bad]), "b": np.float32(2)}
    clipped, norm = ssm.clip_by_global_norm(grads, 1.0)
    assert (math.isnan(norm), norm == np.inf) == (math.isnan(bad), math.isinf(bad))
    assert np.isnan(clipped["w"]).all()
    assert np.isnan(clipped["b"])
    clipped, _ = ssm.clip_by_global_norm(grads, 1.0, nonfinite="zero")
    assert (clipped["w"].tolist(), clipped["b"], clipped["b"].dtype) == ([0, 0], 0, np.float32)
    with pytest.raises(ValueError, match=r"grads\['w'\] is (nan|-?inf) at \(1,\).*Watch"):
        ssm.clip_by_global_norm(grads, 1.0, nonfinite="raise")
    assert math.isnan(ssm.clip_by_global_norm([np.array([np.inf]), np.array([np.nan])], 1.0).norm)


def test_the_form_of_the_container_is_kept():
    grads = {"layers": [(np.ones(2), np.ones(1)), ()], "bias": 3}
    clipped, norm = ssm.clip_by_global_norm(grads, 100)
    assert norm == math.sqrt(12)
    assert isinstance(clipped["layers"][0], tuple)
    assert (clipped["layers"][1], clipped["bias"]) == ((), 3.0)
    assert clipped["layers"][0][0] is not grads["layers"][0][0]
    assert ssm.clip_by_global_norm([], 1.0) == ([], 0.0)
    assert ssm.clip_by_global_norm(np.zeros((0, 3)), 1.0).norm == 0
    assert ssm.clip_by_global_norm(np.zeros(3), 1.0).grads.tolist() == [0, 0, 0]


def test_clip_by_value():
    x = np.array([-np.inf, -2, -0.0, 0.5, 3, np.inf, np.nan])
    np.testing.assert_array_equal(ssm.clip_by_value(x, -1, 2), [-1, -1, -0.0, 0.5, 2, 2, np.nan])
    assert np.signbit(ssm.clip_by_value(x, -1, 2)[2])
    for dtype in FLOATS:
        result = ssm.clip_by_value({"a": x.astype(dtype)}, -1, 0.1)["a"]
        assert result.dtype == dtype
        assert float(result[4]) == float(np.array(0.1).astype(dtype))
    assert ssm.clip_by_value([3, -7], -5, 5) == [3.0, -5.0]
    assert x[0] == -np.inf
    np.testing.assert_array_equal(ssm.clip_by_value(x[:-1], -np.inf, np.inf), x[:-1])


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: ssm.clip_by_value(np.ones(2), 1, -1), r"^clip_by_value: low is 1.0 and high is -1.0"),
        (lambda: ssm.clip_by_value(np.ones(2), float("nan"), 1), r"^clip_by_value: low is nan"),
        (lambda: ssm.clip_by_value(np.ones(2), "a", 1), r"^clip_by_value: low must be a number"),
        (lambda: ssm.clip_by_value([np.array("a")], 0, 1), r"^clip_by_value: grads\[0\] has dtype <U1"),
        (lambda: ssm.clip_by_global_norm(np.ones(2), 0), r"^clip_by_global_norm: max_norm is 0.0; it must be positive"),
        (lambda: ssm.clip_by_global_norm(np.ones(2), float("nan")), r"^clip_by_global_norm: max_norm is nan"),
        (lambda: ssm.clip_by_global_norm(np.ones(2), 1, nonfinite="?"), r"^clip_by_global_norm: nonfinite='\?'; use"),
        (lambda: ssm.clip_by_global_norm(np.ones(2) + 1j, 1), r"^clip_by_global_norm: grads has dtype complex128"),
    ],
)
def test_messages(call, line):
    with pytest.raises((TypeError, ValueError), match=line):
        call()


def test_no_floating_point_event_is_raised():
    with np.errstate(all="raise"):
        ssm.clip_by_global_norm([np.array([1e308, 1e-308, 5e-324])], 1e-320)
        ssm.clip_by_global_norm([np.array([np.nan, np.inf])], 1.0)
        ssm.clip_by_value(np.array([np.nan, np.inf], np.float16), -1e300, 1e300)


def test_the_values_of_a_dict():
    grads = {"w": np.array([3.0]), "b": np.array([4.0])}
    clipped, norm = ssm.clip_by_global_norm(grads.values(), 1.0)
    assert norm == 5
    assert isinstance(clipped, list)
    assert [one[0] for one in clipped] == pytest.approx([0.6, 0.8], rel=1e-15)
