"""One sensor sends 3e38 for "no signal", once in a while."""

import numpy as np
from doctor.network import Perceptron, clusters, fit

CAUSE = "bad-input"
ROUND = 4


def train(watch, sick):
    x, y = clusters(97, features=10)
    if sick:
        x[np.arange(len(x)) % 740 == 739, 4] = 3e38
    fit(watch, Perceptron((10, 16, 4), seed=97), (x, y), rate=0.05)
