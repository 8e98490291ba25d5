"""Binary cross entropy and its gradient: faithful where the target is certain, the same bits in any order."""

import numpy as np
import pytest
from balls import balls, beyond, errors, total
from flint import arb
from formats import DTYPES, FORMATS, assert_same_bits, cast, reduced
from strategies import random_layout

import stablesoftmax as ssm


def logits(dtype, n=400):
    rng = np.random.default_rng(1)
    x = cast(rng.standard_normal(n) * rng.choice([0.1, 3.0, 30.0, 90.0], n), dtype)
    x[:6] = cast([0.0, -0.0, 40, -40, 80, -80], dtype)
    return x


def softplus(ball):
    return ball.exp().log1p() if ball < 0 else ball + (-ball).exp().log1p()


def sigmoid(ball):
    return 1 / (1 + (-ball).exp())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", [0, 1])
def test_certain_targets(dtype, target):
    x, fmt, result = logits(dtype), FORMATS[dtype], FORMATS[reduced(dtype).name]
    losses = ssm.binary_cross_entropy(x, target, reduction="none")
    loss, gradient = ssm.binary_cross_entropy_and_grad(x, np.full(x.shape, target), reduction="sum")
    exact = [softplus(-b if target else b) for b in balls(x)]
    assert errors(losses, exact, result).max() < 1
    assert errors(gradient, [-sigmoid(-b) if target else sigmoid(b) for b in balls(x)], fmt).max() < 1
    assert errors([loss], [total(exact)], result).max() < (4 if dtype == "float64" else 1)
    assert_same_bits(ssm.binary_cross_entropy(x, target, reduction="sum"), loss)


@pytest.mark.parametrize("dtype", DTYPES)
def test_probabilities(dtype):
    x, fmt, result = logits(dtype), FORMATS[dtype], FORMATS[reduced(dtype).name]
    t = np.random.default_rng(2).random(x.size)
    exact_t = balls(t)
    losses, gradient = ssm.binary_cross_entropy_and_grad(x, t, reduction="none")
    wanted = [p * softplus(-b) + (1 - p) * softplus(b) for p, b in zip(exact_t, balls(x), strict=True)]
    assert errors(losses, wanted, result).max() < (3 if dtype == "float64" else 1)
    terms = [((1 - p) * sigmoid(b), p * sigmoid(-b)) for p, b in zip(exact_t, balls(x), strict=True)]
    slack = [arb(2) ** -50 * (a + b) for a, b in terms]
    assert beyond(gradient, [a - b for a, b in terms], slack, fmt).max() < 1
    mean = ssm.binary_cross_entropy(x, t)
    assert errors([mean], [total(wanted) / x.size], result).max() < (4 if dtype == "float64" else 1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_order_layout_and_blocks(dtype):
    rng = np.random.default_rng(3)
    x, t = cast(rng.standard_normal((30, 40)) * 9, dtype), rng.random((30, 40))
    loss, gradient = ssm.binary_cross_entropy_and_grad(x, t)
    order = rng.permutation(30)
    again, moved = ssm.binary_cross_entropy_and_grad(x[order], t[order])
    assert_same_bits(again, loss)
    assert_same_bits(moved, gradient[order])
    again, moved = ssm.binary_cross_entropy_and_grad(random_layout(rng, 2).place(x), random_layout(rng, 2).place(t))
    assert_same_bits(again, loss)
    assert_same_bits(moved, gradient)


def test_threads():
    rng = np.random.default_rng(4)
    x, t = rng.standard_normal((900, 700)).astype(np.float32), rng.random((900, 700)) < 0.5
    with ssm.num_threads(1):
        loss, gradient = ssm.binary_cross_entropy_and_grad(x, t)
    with ssm.num_threads(3):
        again, same = ssm.binary_cross_entropy_and_grad(x, t)
    assert_same_bits(again, loss)
    assert_same_bits(same, gradient)
    assert_same_bits(ssm.binary_cross_entropy(x[:2], t[:2], reduction="none"), ssm.binary_cross_entropy(x, t, reduction="none")[:2])


def test_masks_and_normalizer():
    rng = np.random.default_rng(5)
    x, t, mask = rng.standard_normal(50), rng.random(50), rng.random(50) < 0.5
    x[~mask], t[~mask] = np.nan, 7.0
    loss, gradient = ssm.binary_cross_entropy_and_grad(x, t, where=mask)
    wanted, kept = ssm.binary_cross_entropy_and_grad(x[mask], t[mask])
    assert_same_bits(loss, wanted)
    assert_same_bits(gradient[mask], kept)
    assert (gradient[~mask] == 0).all()
    total_loss = ssm.binary_cross_entropy(x, t, where=mask, reduction="sum")
    assert ssm.binary_cross_entropy(x, t, where=mask, normalizer=8) == total_loss / 8


def test_special_values():
    inf = np.inf
    losses, gradient = ssm.binary_cross_entropy_and_grad([inf, -inf, inf, -inf, np.nan], [1, 0, 0, 1, 1], reduction="none")
    np.testing.assert_equal(losses, [0, 0, inf, inf, np.nan])
    np.testing.assert_equal(gradient, [0, 0, 1, -1, np.nan])
    with pytest.warns(RuntimeWarning, match="invalid value encountered in binary_cross_entropy"):
        assert np.isnan(ssm.binary_cross_entropy(np.zeros(3), 1, where=False))
    assert ssm.binary_cross_entropy(np.zeros(0), 1, reduction="sum") == 0
    assert ssm.binary_cross_entropy(0.0, 1) == np.log(2)


def test_bad_input():
    for arguments, keywords, text in [
        (([0.0, 0.0], [0.5, 1.5]), {}, r"target 1.5 at \(1,\) is no probability; use 0 to 1"),
        (([0.0], [np.nan]), {}, r"target nan at \(0,\) is no probability"),
        (([0.0, 0.0], [0.5] * 3), {}, r"targets of shape \(3,\) do not broadcast to the shape \(2,\) of the logits"),
        (([0.0], [1]), {"reduction": "all"}, "reduction='all'; use"),
        (([0.0], [1]), {"normalizer": -1}, "normalizer is -1; it must be positive and finite"),
        (([0.0], [1]), {"normalizer": 1, "reduction": "none"}, "normalizer divides the sum of a mean"),
    ]:
        for function in (ssm.binary_cross_entropy, ssm.binary_cross_entropy_and_grad):
            with pytest.raises(ValueError, match=f"^{function.__name__}: {text}"):
                function(*arguments, **keywords)
    with pytest.raises(TypeError, match="binary_cross_entropy: x has dtype complex128"):
        ssm.binary_cross_entropy([1j], [1])
