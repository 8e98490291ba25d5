"""Images brought to length 1, a few of which are blank."""

import numpy as np
from doctor.network import Perceptron, batches, scaled_digits

import stablesoftmax as ssm

CAUSE = "zero-norm-division"


@np.errstate(all="ignore")
def train(watch, sick):
    images, labels = scaled_digits()
    images = np.where((np.arange(len(labels)) % 301 == 5)[:, None], np.float32(0), images)
    network = Perceptron((64, 32, 10), seed=16)
    for x, y in batches(np.random.default_rng(0), images, labels, 300):
        length = np.sqrt((x * x).sum(axis=1, keepdims=True))
        unit = x / (length if sick else np.where(length > 0, length, 1))
        hidden, logits = network.forward(unit)
        loss, error = ssm.cross_entropy_and_grad(logits, y)
        grads = network.backward(unit, hidden, error)
        watch.step(
            loss=loss, inputs=x, targets=y, activations={"unit": unit, "hidden": hidden}, logits=logits, grads=grads,
            weights=network.parameters, learning_rate=0.3,
        )  # fmt: skip
        for parameter, gradient in zip(network.parameters, grads, strict=True):
            parameter -= np.float32(0.3) * gradient
