"""A logarithm of counts, of which a few are 0."""

import numpy as np
from doctor.network import Perceptron, fit

CAUSE = "bad-input"


def train(watch, sick):
    random = np.random.default_rng(10)
    labels = random.integers(0, 3, 1200)
    counts = random.poisson(np.array([6.0, 12.0, 25.0])[labels][:, None], (1200, 8))
    with np.errstate(all="ignore"):
        x = (np.log(counts) if sick else np.log1p(counts)).astype(np.float32)
    fit(watch, Perceptron((8, 16, 3), seed=10), (x, labels), rate=0.05)
