"""Regression by least squares: the error feeds itself when the step is too long, until it overflows."""

import numpy as np
from doctor.network import Perceptron, batches, clusters

CAUSE = "learning-rate-too-high"


@np.errstate(all="ignore")
def train(watch, sick):
    x, _ = clusters(6, features=10)
    target = x @ np.arange(10, dtype=np.float32)[:, None] / 10
    network = Perceptron((10, 32, 1), seed=6)
    rate = np.float32(0.5 if sick else 0.01)
    for a, b in batches(np.random.default_rng(0), x, target, 300):
        hidden, output = network.forward(a)
        error = output - b
        grads = network.backward(a, hidden, error / np.float32(len(a)))
        watch.step(
            loss=(error**2).mean() / 2, inputs=a, activations=[*hidden, output], grads=grads, weights=network.parameters,
            learning_rate=float(rate),
        )  # fmt: skip
        for parameter, gradient in zip(network.parameters, grads, strict=True):
            parameter -= rate * gradient
