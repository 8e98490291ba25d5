"""Standardised features, of which some never change: their standard deviation is 0."""

import numpy as np
from doctor.network import Perceptron, fit, scaled_digits

CAUSE = "bad-input"


def train(watch, sick):
    images, labels = scaled_digits()
    deviation = images.std(axis=0)
    with np.errstate(all="ignore"):
        x = (images - images.mean(axis=0)) / (deviation if sick else np.where(deviation > 0, deviation, 1))
    fit(watch, Perceptron((64, 32, 10), seed=9), (x, labels), rate=0.05)
