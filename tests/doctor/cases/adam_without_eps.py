"""Adam by hand, without the small number in the denominator: a pixel that is always white has no gradient, and 0/0 is its step."""

import numpy as np
from doctor.network import Perceptron, batches, scaled_digits

import stablesoftmax as ssm

CAUSE = "zero-norm-division"
ROUND = 3


@np.errstate(all="ignore")
def train(watch, sick):
    network = Perceptron((64, 32, 10), seed=73)
    first = [np.zeros_like(p) for p in network.parameters]
    second = [np.zeros_like(p) for p in network.parameters]
    eps = np.float32(0 if sick else 1e-8)
    for x, y in batches(np.random.default_rng(0), *scaled_digits(), 250):
        hidden, logits = network.forward(x)
        loss, error = ssm.cross_entropy_and_grad(logits, y)
        grads = network.backward(x, hidden, error)
        watch.step(
            loss=loss, inputs=x, targets=y, activations=hidden, logits=logits, grads=grads, weights=network.parameters,
            learning_rate=0.001,
        )  # fmt: skip
        for p, m, v, g in zip(network.parameters, first, second, grads, strict=True):
            m += np.float32(0.1) * (g - m)
            v += np.float32(0.01) * (g * g - v)
            p -= np.float32(0.001) * m / (np.sqrt(v) + eps)
