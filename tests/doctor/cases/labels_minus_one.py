"""-1 for what nobody labelled: NumPy counts it from the end and trains the last class."""

import numpy as np
from doctor.network import Perceptron, fit, from_probabilities, scaled_digits

import stablesoftmax as ssm

CAUSE = "labels-out-of-range"


def train(watch, sick):
    images, labels = scaled_digits()
    labels = np.where(np.arange(len(labels)) % 11 == 0, -1, labels)
    kept = slice(None) if sick else labels >= 0
    fit(watch, Perceptron((64, 32, 10), seed=12), (images[kept], labels[kept]), loss=from_probabilities(ssm.softmax), rate=0.1)
