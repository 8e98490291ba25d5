"""A perceptron in NumPy and its training loop: what every script of the clinic does, so that a case shows only its own."""

import itertools

import numpy as np

import stablesoftmax as ssm
from stablesoftmax.demo import digits


def scaled_digits():
    """1440 images of digits with pixels from 0 to 1, float32, and what they show."""
    training, _ = digits.load()
    return training.images / np.float32(16), training.labels


def clusters(seed, rows=1500, features=20, classes=4, spread=3.0):
    """Points around `classes` centres, float32, and the number of the centre."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, rows)
    centres = random.standard_normal((classes, features)) * spread / np.sqrt(features)
    return (centres[labels] + random.standard_normal((rows, features)) / 2).astype(np.float32), labels


def batches(random, x, y, steps, size=32):
    """Batches drawn with replacement."""
    for _ in range(steps):
        at = random.integers(0, len(x), size)
        yield x[at], y[at]


class Perceptron:
    """Layers with an activation between them; `gain` is that of the first weights (root 2: He)."""

    def __init__(self, sizes, seed, gain=2**0.5, activation="relu", dtype=np.float32, bias=0.0):
        random = np.random.default_rng(seed)
        self.parameters = []
        for inputs, outputs in itertools.pairwise(sizes):
            weights = random.standard_normal((inputs, outputs)) * gain / np.sqrt(inputs)
            self.parameters += [weights.astype(dtype), np.full(outputs, bias, dtype)]
        self.activation = activation

    def forward(self, x):
        """The hidden activations and the logits."""
        hidden = []
        for i in range(0, len(self.parameters), 2):
            x = x @ self.parameters[i] + self.parameters[i + 1]
            if i + 2 < len(self.parameters):
                x = (
                    np.maximum(x, 0)
                    if self.activation == "relu"
                    else ssm.sigmoid(x)
                    if self.activation == "sigmoid"
                    else np.tanh(x)
                )
                hidden.append(x)
        return hidden, x

    def backward(self, x, hidden, error):
        """The gradients, in the order of the parameters."""
        grads = []
        for i in reversed(range(0, len(self.parameters), 2)):
            before = hidden[i // 2 - 1] if i else x
            grads = [before.T @ error, error.sum(axis=0), *grads]
            if i:
                slope = {"relu": before > 0, "sigmoid": before * (1 - before), "tanh": 1 - before * before}[self.activation]
                error = (error @ self.parameters[i].T) * slope
        return grads


def faithful(logits, targets):
    """The cross entropy of this package: loss, gradient for the logits."""
    return ssm.cross_entropy_and_grad(logits, targets)


def from_probabilities(softmax):
    """A loss as it is written by hand: the logarithm of a softmax, and p - onehot."""

    def loss(logits, targets):
        p = softmax(logits)
        picked = np.arange(len(targets)), targets
        error = p.copy()
        error[picked] -= 1
        return -np.log(p[picked]).mean(), error / np.asarray(len(targets), error.dtype)

    return loss


@np.errstate(all="ignore")
def fit(watch, network, data, loss=faithful, rate=0.1, steps=400, seed=0, momentum=0.0, warm_up=0):
    """Train by gradient descent and tell the watch everything."""
    momenta, highest = [np.zeros_like(parameter) for parameter in network.parameters], rate
    for step, (x, y) in enumerate(batches(np.random.default_rng(seed), *data, steps), start=1):
        rate = highest * min(1.0, step / warm_up) if warm_up else highest
        hidden, logits = network.forward(x)
        value, error = loss(logits, y)
        grads = network.backward(x, hidden, error)
        watch.step(
            loss=value, inputs=x, targets=y, activations=hidden, logits=logits, logit_grads=error, grads=grads,
            weights=network.parameters, learning_rate=rate,
        )  # fmt: skip
        for parameter, moving, gradient in zip(network.parameters, momenta, grads, strict=True):
            moving *= np.asarray(momentum, moving.dtype)
            moving += gradient
            parameter -= np.asarray(rate, parameter.dtype) * moving
