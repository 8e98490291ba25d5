"""Points that are easily told apart, and the usual float32 loss: after a while it is exactly 0."""

import numpy as np
from doctor.network import Perceptron, clusters, faithful, fit

CAUSE = "collapsed-cross-entropy"


def usual(logits, targets):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    terms = np.exp(shifted)
    total = terms.sum(axis=-1, keepdims=True)
    picked = np.arange(len(targets)), targets
    error = terms / total
    error[picked] -= 1
    return (np.log(total[:, 0]) - shifted[picked]).mean(), error / np.float32(len(targets))


def train(watch, sick):
    x, y = clusters(17, features=20, spread=25, classes=2)
    fit(watch, Perceptron((20, 32, 2), seed=17), (x, y), loss=usual if sick else faithful, rate=0.05, steps=500)
