"""A small network in NumPy, trained with whatever softmax it is given.

Two layers (64 pixels, 128 hidden units, 10 logits), momentum, float32, a learning rate that warms up and decays: nothing exotic.
The two ordinary mistakes, unscaled pixels and a high learning rate, make its logits pass 88.7, beyond which a float32 cannot hold
e^x, after some hundred steps. A right softmax forgives both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stablesoftmax.demo.digits import Digits
from stablesoftmax.demo.formulas import Formula
from stablesoftmax.doctor.watch import Watch

__all__ = ["CLASSES", "HIDDEN", "Network", "Training", "train"]

CLASSES = 10
# A product of 64 x 32 x 128 is the largest that OpenBLAS leaves to one thread; two would only wait for each other.
HIDDEN = 128
BATCH = 32
EPOCHS = 60
LEARNING_RATE = 0.05
WARM_UP_STEPS = 900
MOMENTUM = 0.9
SEED = 4

Array = NDArray[Any]
Progress = Callable[[str, int, int], None]


class Network:
    """Logits from images: `relu(images @ weights + biases) @ weights + biases`.

    Parameters
    ----------
    random : numpy.random.RandomState
        Where the first weights come from: normal, with the variance that keeps a relu layer's scale (He). RandomState, since
        its streams never change between versions of NumPy.
    pixels : int
        Numbers in an image.
    """

    def __init__(self, random: np.random.RandomState, pixels: int) -> None:
        self.parameters: list[Array] = []
        for inputs, outputs in ((pixels, HIDDEN), (HIDDEN, CLASSES)):
            weights = random.standard_normal((inputs, outputs)) * np.sqrt(2 / inputs)
            self.parameters += [weights.astype(np.float32), np.zeros(outputs, np.float32)]

    def hidden(self, images: Array) -> Array:
        """Return the activations of the hidden units."""
        weights, biases, _, _ = self.parameters
        activations: Array = np.maximum(images @ weights + biases, 0)
        return activations

    def logits(self, hidden: Array) -> Array:
        """Return the logits that follow from the hidden units."""
        _, _, weights, biases = self.parameters
        logits: Array = hidden @ weights + biases
        return logits

    def gradients(self, images: Array, hidden: Array, error: Array) -> list[Array]:
        """Return the gradient of the loss for each parameter; `error` is the gradient for the logits."""
        _, _, weights, _ = self.parameters
        hidden_error = (error @ weights.T) * (hidden > 0)
        return [images.T @ hidden_error, hidden_error.sum(axis=0), hidden.T @ error, error.sum(axis=0)]

    def accuracy(self, digits: Digits) -> float:
        """Return the share of images whose largest logit is that of their digit; a row with NaN names none."""
        logits = self.logits(self.hidden(digits.images))
        right = (np.argmax(logits, axis=-1) == digits.labels) & ~np.isnan(logits).any(axis=-1)
        return float(right.mean())


@dataclass(frozen=True)
class Training:
    """What happened while a network was trained.

    Attributes
    ----------
    formula : Formula
        The softmax it was trained with.
    network : Network
        The result.
    losses : list of float
        The mean loss of the batch of each step.
    nan_step : int or None
        The first step, counted from 1, whose probabilities held a NaN.
    nan_logit : float or None
        The largest logit of that step, computed before anything was NaN.
    overflowed : int
        How many logits of that step have an e^x that is infinite.
    accuracy : float
        On the held-out digits.
    """

    formula: Formula
    network: Network
    losses: list[float]
    nan_step: int | None
    nan_logit: float | None
    overflowed: int
    accuracy: float


@np.errstate(all="ignore")  # once a NaN is in the weights, every step would warn of it
def train(
    formula: Formula, training: Digits, held_out: Digits, progress: Progress | None = None, watch: Watch | None = None
) -> Training:
    """Train a network from a fixed start, over the images in a fixed order.

    Parameters
    ----------
    formula : Formula
        The softmax of the gradient, and its logarithm, the loss.
    training, held_out : Digits
        What to learn from, and what to judge by.
    progress : callable, optional
        Told after each step: the formula's name, the step, the number of steps.
    watch : Watch, optional
        Shown every step.

    Returns
    -------
    Training
        The network and its history.
    """
    random = np.random.RandomState(SEED)
    network = Network(random, training.images.shape[1])
    momenta = [np.zeros_like(parameter) for parameter in network.parameters]
    steps = EPOCHS * -(-len(training.labels) // BATCH)
    losses: list[float] = []
    nan_step, nan_logit, overflowed = None, None, 0
    for step, batch in enumerate(_batches(random, len(training.labels)), start=1):
        images, labels = training.images[batch], training.labels[batch]
        hidden = network.hidden(images)
        logits = network.logits(hidden)
        probabilities = formula.softmax(logits)
        picked = np.arange(len(batch)), labels
        losses.append(float(-formula.log_softmax(logits)[picked].mean()))
        if nan_step is None and np.isnan(probabilities).any():
            nan_step, nan_logit = step, float(logits.max())
            overflowed = int(np.isinf(np.exp(logits)).sum())
        error = probabilities.copy()
        error[picked] -= 1
        error /= len(batch)
        rate = np.float32(LEARNING_RATE * min(step / WARM_UP_STEPS, 1) * (1 - step / steps))
        gradients = network.gradients(images, hidden, error)
        if watch is not None:
            watch.step(
                loss=losses[-1], logits=logits, probabilities=probabilities, targets=labels, inputs=images, activations=hidden,
                logit_grads=error, grads=gradients, weights=network.parameters, learning_rate=float(rate),
            )  # fmt: skip
        for parameter, momentum, gradient in zip(network.parameters, momenta, gradients, strict=True):
            momentum *= MOMENTUM
            momentum += gradient
            parameter -= rate * momentum
        if progress is not None:
            progress(formula.name, step, steps)
    return Training(formula, network, losses, nan_step, nan_logit, overflowed, network.accuracy(held_out))


def _batches(random: np.random.RandomState, count: int) -> Any:
    """Yield the positions of each batch: every image once an epoch, shuffled anew."""
    for _ in range(EPOCHS):
        order = random.permutation(count)
        for start in range(0, count, BATCH):
            yield order[start : start + BATCH]
