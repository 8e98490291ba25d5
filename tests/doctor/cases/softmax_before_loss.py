"""A linear classifier whose scores pass a softmax before they are handed to the loss, and nobody tells the watch the targets."""

import numpy as np
from doctor.network import batches, scaled_digits

import stablesoftmax as ssm

CAUSE = "softmax-twice"
ROUND = 4


def train(watch, sick):
    weights = np.zeros((64, 10), np.float32)
    rate = np.float32(0.5)
    for a, b in batches(np.random.default_rng(0), *scaled_digits(), 400):
        scores = a @ weights
        given = ssm.softmax(scores) if sick else scores
        loss, error = ssm.cross_entropy_and_grad(given, b)
        error = ssm.softmax_vjp(given, error) if sick else error
        gradient = a.T @ error
        watch.step(loss=loss, logits=given, grads=[gradient], weights=[weights], learning_rate=float(rate))
        weights -= rate * gradient
