"""255 for pixels that belong to no class, as segmentation data sets have it, and a loss that was not told."""

import numpy as np
from doctor.network import Perceptron, batches, clusters

import stablesoftmax as ssm

CAUSE = "labels-out-of-range"
ROUND = 2


def train(watch, sick):
    x, y = clusters(55, features=12)
    y = np.where(np.arange(len(y)) % 50 == 49, 255, y)
    network = Perceptron((12, 16, 4), seed=55)
    for a, b in batches(np.random.default_rng(0), x, y, 300):
        hidden, logits = network.forward(a)
        loss, error = ssm.cross_entropy_and_grad(logits, b, ignore_index=None if sick else 255)
        grads = network.backward(a, hidden, error)
        watch.step(
            loss=loss, inputs=a, targets=np.where(b == 255, -100, b), activations=hidden, logits=logits, grads=grads,
            weights=network.parameters, learning_rate=0.1,
        )  # fmt: skip
        for parameter, gradient in zip(network.parameters, grads, strict=True):
            parameter -= np.float32(0.1) * gradient
