"""A student learns from a teacher: the sum of p log(p/q) by hand, where some of the teacher's p are 0."""

import numpy as np
from doctor.network import Perceptron, batches, clusters

import stablesoftmax as ssm

CAUSE = "log-of-zero"
ROUND = 2


@np.errstate(all="ignore")
def train(watch, sick):
    x, y = clusters(52, features=16)
    random = np.random.default_rng(52)
    teacher = random.standard_normal((len(y), 4)).astype(np.float32) * 3
    teacher[np.arange(len(y)), y] += 8
    certain = np.arange(len(y)) % 700 == 300
    teacher[certain] *= 20
    network = Perceptron((16, 32, 4), seed=52)
    for a, t in batches(np.random.default_rng(0), x, teacher, 400):
        hidden, logits = network.forward(a)
        p, q = ssm.softmax(t), ssm.softmax(logits)
        loss = (p * np.log(p / q)).sum(axis=1).mean() if sick else ssm.kl_divergence_from_logits(t, logits).mean()
        error = (q - p) / np.float32(len(a))
        grads = network.backward(a, hidden, error)
        watch.step(
            loss=loss, inputs=a, activations=hidden, logits=logits, probabilities=p, grads=grads, weights=network.parameters,
            learning_rate=0.1,
        )  # fmt: skip
        for parameter, gradient in zip(network.parameters, grads, strict=True):
            parameter -= np.float32(0.1) * gradient
