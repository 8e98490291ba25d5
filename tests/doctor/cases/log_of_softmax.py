"""The textbook softmax, and then its logarithm: where the network is certain and the label says otherwise, it is that of 0."""

import numpy as np
from doctor.network import Perceptron, clusters, faithful, fit, from_probabilities

CAUSE = "log-of-zero"


def textbook(x):
    terms = np.exp(x - x.max(axis=-1, keepdims=True))
    return terms / terms.sum(axis=-1, keepdims=True)


def train(watch, sick):
    x, y = clusters(2, spread=4)
    odd = np.arange(len(y)) % 499 == 7
    x, y = np.where(odd[:, None], x * 25, x), np.where(odd, (y + 1) % 4, y)  # a few measurements in the wrong unit, mislabelled
    fit(
        watch,
        Perceptron((20, 32, 4), seed=2),
        (x, y),
        loss=from_probabilities(textbook) if sick else faithful,
        rate=0.01,
        steps=900,
    )
