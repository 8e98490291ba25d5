"""Logits are squared distances to prototypes, negative and large: every exponential underflows, and 0/0 is NaN."""

import numpy as np
from doctor.network import batches, clusters

import stablesoftmax as ssm

CAUSE = "naive-softmax-overflow"


@np.errstate(all="ignore")
def train(watch, sick):
    x, y = clusters(2, features=30)
    prototypes = np.random.default_rng(3).standard_normal((4, 30)).astype(np.float32)
    for a, b in batches(np.random.default_rng(0), x * 2, y, 300):
        logits = -((a[:, None] - prototypes) ** 2).sum(axis=-1)
        if sick:
            p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
            loss = -np.log(p[np.arange(len(b)), b]).mean()
        else:
            p = ssm.softmax(logits)
            loss = ssm.cross_entropy(logits, b)
        error = p.copy()
        error[np.arange(len(b)), b] -= 1
        gradient = np.einsum("ij,ijk->jk", error, 2 * (a[:, None] - prototypes)) / len(b)
        watch.step(
            loss=loss,
            logits=logits,
            targets=b,
            probabilities=p,
            grads=[gradient],
            weights=[prototypes],
            inputs=a,
            learning_rate=0.02,
        )
        prototypes -= np.float32(0.02) * gradient
