"""Word scores as negative energies in the thousands, and the softmax that one writes from memory."""

import numpy as np
from doctor.network import batches, clusters

import stablesoftmax as ssm

CAUSE = "naive-softmax-overflow"
ROUND = 4


@np.errstate(all="ignore")
def train(watch, sick):
    x, y = clusters(91, features=8)
    x = np.concatenate([x, np.full((len(x), 1), 30, np.float32)], axis=1)  # a constant that somebody forgot to scale
    weights = np.full((9, 4), 0.5, np.float32)
    rate = np.float32(0.0002)
    for a, b in batches(np.random.default_rng(0), x, y, 300):
        logits = -(a @ weights) * np.float32(10)
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True) if sick else ssm.softmax(logits)
        picked = np.arange(len(b)), b
        loss = -np.log(p[picked]).mean() if sick else ssm.cross_entropy(logits, b)
        error = p.copy()
        error[picked] -= 1
        gradient = -(a.T @ error) * np.float32(10) / np.float32(len(b))
        watch.step(loss=loss, inputs=a, targets=b, logits=logits, grads=[gradient], weights=[weights], learning_rate=float(rate))
        weights -= rate * gradient
