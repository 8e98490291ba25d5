"""Class centres as means of the batch: a class that the batch does not hold has a count of 0."""

import numpy as np
from doctor.network import Perceptron, batches, clusters

import stablesoftmax as ssm

CAUSE = "zero-norm-division"
ROUND = 4


@np.errstate(all="ignore")
def train(watch, sick):
    x, y = clusters(99, features=12, classes=4)
    rare = (y == 3) & (np.arange(len(y)) % 4 > 0)
    x, y = x[~rare], y[~rare]
    network = Perceptron((12, 16, 8), seed=99)
    for a, b in batches(np.random.default_rng(0), x, y, 300):
        hidden, points = network.forward(a)
        onehot = np.eye(4, dtype=np.float32)[b]
        counts = onehot.sum(axis=0)[:, None]
        share = onehot / (counts.T if sick else np.maximum(counts.T, 1))
        centres = share.T @ points
        logits = points @ centres.T
        loss, error = ssm.cross_entropy_and_grad(logits, b)
        back = error @ centres + share @ (error.T @ points)
        grads = network.backward(a, hidden, back)
        watch.step(
            loss=loss, inputs=a, targets=b, activations={"points": points, "onehot": onehot, "share": share, "centres": centres},
            logits=logits, grads=grads, weights=network.parameters, learning_rate=0.01,
        )  # fmt: skip
        for parameter, gradient in zip(network.parameters, grads, strict=True):
            parameter -= np.float32(0.01) * gradient
