"""The question itself: np.exp(x) / np.sum(np.exp(x)), on pixels nobody scaled."""

import numpy as np
from doctor.network import Perceptron, faithful, fit, from_probabilities, scaled_digits

CAUSE = "naive-softmax-overflow"


def naive(x):
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def train(watch, sick):
    images, labels = scaled_digits()
    network = Perceptron((64, 64, 10), seed=1)
    fit(
        watch,
        network,
        (images * 16, labels),
        loss=from_probabilities(naive) if sick else faithful,
        rate=0.04,
        steps=900,
        momentum=0.9,
        warm_up=900,
    )
