"""Label smoothing by hand: every class counts a little, also the one whose probability is 0."""

import numpy as np
from doctor.network import Perceptron, clusters, fit

import stablesoftmax as ssm

CAUSE = "log-of-zero"
ROUND = 3


def by_hand(logits, targets):
    p = ssm.softmax(logits)
    wanted = np.full_like(p, 0.1 / p.shape[1])
    wanted[np.arange(len(targets)), targets] += np.float32(0.9)
    return -(wanted * np.log(p)).sum(axis=1).mean(), (p - wanted) / np.float32(len(targets))


def right(logits, targets):
    return ssm.cross_entropy_and_grad(logits, targets, label_smoothing=0.1)


def train(watch, sick):
    x, y = clusters(78, spread=4)
    x = np.where((np.arange(len(y)) % 500 == 77)[:, None], x * 60, x)
    fit(watch, Perceptron((20, 32, 4), seed=78), (x, y), loss=by_hand if sick else right, rate=0.01, steps=400)
