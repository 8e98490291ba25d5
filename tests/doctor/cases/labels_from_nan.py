"""A column of labels with gaps: NaN became the smallest integer on its way through astype."""

import numpy as np
from doctor.network import Perceptron, clusters, fit

import stablesoftmax as ssm

CAUSE = "labels-out-of-range"
ROUND = 3


def forgiving(logits, targets):
    """As one writes it to get rid of an IndexError."""
    return ssm.cross_entropy_and_grad(logits, np.clip(targets, 0, logits.shape[1] - 1))


def train(watch, sick):
    x, y = clusters(80, features=12)
    column = np.where(np.arange(len(y)) % 20 == 3, np.nan, y.astype(float))
    kept = slice(None) if sick else ~np.isnan(column)
    with np.errstate(invalid="ignore"):
        labels = column[kept].astype(np.int64)
    fit(watch, Perceptron((12, 16, 4), seed=80), (x[kept], labels), loss=forgiving, rate=0.1)
