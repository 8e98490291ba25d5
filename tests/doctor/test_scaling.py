"""Dynamic loss scaling: exact division, and the scale of the next step."""

import numpy as np
import pytest

import stablesoftmax as ssm


def test_unscaling_is_exact():
    bits = np.arange(65536, dtype=np.uint16).view(np.float16)
    finite = bits[np.isfinite(bits)]
    grads, good, scale, steps = ssm.loss_scale([finite], 2.0**15, 3)
    assert (good, scale, steps) == (True, 2.0**15, 4)
    assert grads[0].dtype == np.float32
    np.testing.assert_array_equal(grads[0].astype(float), finite.astype(float) / 2**15)


def test_the_scale_goes_down_and_up():
    bad, good = {"w": np.array([1, np.inf], np.float32)}, {"w": np.ones(2, np.float32)}
    result = ssm.loss_scale(bad, 8.0, 5)
    assert (result.finite, result.scale, result.good_steps) == (False, 4.0, 0)
    assert np.isinf(result.grads["w"][1])
    assert ssm.loss_scale(bad, 2.0**-24).scale == 2.0**-24
    assert ssm.loss_scale([np.float16(np.nan)], 2.0).finite is False
    assert ssm.loss_scale(good, 8.0, 1, growth_interval=3)[2:] == (8.0, 2)
    assert ssm.loss_scale(good, 8.0, 2, growth_interval=3)[2:] == (16.0, 0)
    assert ssm.loss_scale(good, 2.0**24, 2, growth_interval=3)[2:] == (2.0**24, 0)
    assert ssm.loss_scale(good, 2.0**30, 2, growth_interval=3)[2:] == (2.0**30, 0)
    assert ssm.loss_scale([], 8.0) == ([], True, 8.0, 1)
    assert ssm.loss_scale([2**60], 2.0).grads == [2.0**59]


def test_training_that_float16_gradients_would_end():
    """A quadratic whose gradients are below half of the smallest float16 goes nowhere without a scale, and home with one."""
    for scaled in (False, True):
        w, scale, good = np.float32(2.0**-12), 2.0**24 if scaled else 1.0, 0
        for _ in range(50):
            gradient = np.float16(np.float32(w * 2.0**-16) * np.float32(scale))
            grads, _, scale, good = ssm.loss_scale([gradient], scale, good)
            w -= grads[0] * np.float32(2.0**15)
        assert (w < 2.0**-20) == scaled


@pytest.mark.parametrize("scale", [3.0, 0.0, -2.0, np.inf, np.nan, 2.0**128])
def test_the_scale_is_a_power_of_two(scale):
    with pytest.raises(ValueError, match=r"^loss_scale: scale is .*power of two"):
        ssm.loss_scale([np.ones(2)], scale)


def test_other_messages():
    with pytest.raises(ValueError, match=r"^loss_scale: good_steps is -1"):
        ssm.loss_scale([np.ones(2)], 2.0, -1)
    with pytest.raises(TypeError, match=r"^loss_scale: scale must be a number"):
        ssm.loss_scale([np.ones(2)], "2")


@pytest.mark.parametrize(
    "keywords", [{"good_steps": "1"}, {"good_steps": 1.5}, {"growth_interval": None}, {"growth_interval": float("nan")}]
)
def test_counts_are_ints(keywords):
    with pytest.raises(TypeError, match=rf"^loss_scale: {next(iter(keywords))} must be an int, not"):
        ssm.loss_scale(np.ones(2), 2.0, **keywords)
