"""The network: its gradients against differences, and what training does with each softmax."""

import numpy as np

import stablesoftmax
from stablesoftmax.demo.digits import load
from stablesoftmax.demo.formulas import OURS, TEXTBOOK
from stablesoftmax.demo.network import CLASSES, HIDDEN, Network, train


def test_gradients_are_those_of_the_loss():
    """In float64, against central differences along random directions."""
    source = np.random.RandomState(0)
    network = Network(source, 64)
    network.parameters = [parameter.astype(np.float64) for parameter in network.parameters]
    images, labels = source.random_sample((7, 64)), source.randint(0, CLASSES, 7)
    picked = np.arange(7), labels

    def loss():
        return -stablesoftmax.log_softmax(network.logits(network.hidden(images)))[picked].mean()

    hidden = network.hidden(images)
    error = stablesoftmax.softmax(network.logits(hidden))
    error[picked] -= 1
    gradients = network.gradients(images, hidden, error / 7)
    assert [gradient.shape for gradient in gradients] == [(64, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,)]
    for i, gradient in enumerate(gradients):
        direction = source.standard_normal(gradient.shape)
        start = network.parameters[i]
        step = 1e-6
        network.parameters[i] = start + step * direction
        above = loss()
        network.parameters[i] = start - step * direction
        below = loss()
        network.parameters[i] = start
        np.testing.assert_allclose((above - below) / (2 * step), np.sum(gradient * direction), rtol=1e-5, atol=1e-9)


def test_the_first_weights_are_fixed_and_float32():
    first, second = (Network(np.random.RandomState(3), 64) for _ in range(2))
    for one, other in zip(first.parameters, second.parameters, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_array_equal(one, other)
    assert abs(first.parameters[0].std() / np.sqrt(2 / 64) - 1) < 0.05


def test_the_naive_softmax_ends_in_nan(outcome):
    naive = outcome.naive
    assert 1 < naive.nan_step < len(naive.losses)
    assert naive.nan_logit > np.log(np.finfo(np.float32).max)
    assert naive.overflowed >= 1
    assert not np.isnan(naive.losses[: naive.nan_step - 1]).any()
    assert np.isnan(naive.losses[naive.nan_step :]).all()
    assert all(np.isnan(parameter).all() for parameter in naive.network.parameters[2:])
    assert naive.accuracy == 0


def test_ours_learns_the_digits(outcome):
    ours = outcome.ours
    assert (ours.nan_step, ours.nan_logit, ours.overflowed) == (None, None, 0)
    assert np.isfinite(ours.losses).all()
    assert ours.accuracy > 0.95
    assert np.mean(ours.losses[-100:]) < 0.1
    assert all(np.isfinite(parameter).all() for parameter in ours.network.parameters)


def test_both_start_alike(outcome):
    """Until the first overflow the naive softmax is good enough: the two trainings differ in their last bits only."""
    assert np.allclose(outcome.naive.losses[:20], outcome.ours.losses[:20], rtol=1e-3)


def test_a_training_can_be_repeated(outcome):
    """The same machine, the same bits; and the textbook formula learns as well, so the setting is not made for ours."""
    again = train(OURS, outcome.training, outcome.held_out)
    assert again.losses == outcome.ours.losses
    textbook = train(TEXTBOOK, *load())
    assert textbook.nan_step is None
    assert textbook.accuracy > 0.95


def test_progress_is_told_after_every_step(outcome, steps_told):
    steps = len(outcome.ours.losses)
    assert steps_told == [(name, step, steps) for name in ("naive", "ours") for step in range(1, steps + 1)]


def test_accuracy_counts_a_row_of_nan_as_wrong():
    _, held_out = load()
    network = Network(np.random.RandomState(0), 64)
    network.parameters = [np.zeros_like(parameter) for parameter in network.parameters]
    zeros = (held_out.labels == 0).mean()
    assert network.accuracy(held_out) == zeros
    network.parameters[3][5] = np.nan
    assert network.accuracy(held_out) == 0
