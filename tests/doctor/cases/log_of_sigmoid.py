"""Binary cross entropy by hand: log(1 - p), where p has become 1."""

import numpy as np
from doctor.network import Perceptron, batches, scaled_digits

import stablesoftmax as ssm

CAUSE = "log-of-zero"


@np.errstate(all="ignore")
def train(watch, sick):
    images, labels = scaled_digits()
    is_even = (labels % 2 == 0).astype(np.float32)[:, None]
    network = Perceptron((64, 32, 1), seed=3)
    for x, y in batches(np.random.default_rng(0), images * 30, is_even, 500):
        hidden, logits = network.forward(x)
        p = ssm.sigmoid(logits)
        loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean() if sick else ssm.binary_cross_entropy(logits, y)
        grads = network.backward(x, hidden, (p - y) / np.float32(len(y)))
        watch.step(
            loss=loss,
            inputs=x,
            activations=hidden,
            logits=p if sick else logits,
            grads=grads,
            weights=network.parameters,
            learning_rate=0.02,
        )
        for parameter, gradient in zip(network.parameters, grads, strict=True):
            parameter -= np.float32(0.02) * gradient
