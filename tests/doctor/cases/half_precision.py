"""A network in float16 that is given features of size 1000."""

import numpy as np
from doctor.network import Perceptron, clusters, fit

CAUSE = "half-precision-overflow"


def train(watch, sick):
    x, y = clusters(13, features=64)
    network = Perceptron((64, 24, 24, 4), seed=13, dtype=np.float16)
    fit(watch, network, ((x * (8000 if sick else 1)).astype(np.float16), y), rate=1e-2, steps=100)
