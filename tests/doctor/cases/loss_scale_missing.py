"""float16 gradients of a small loss, without a loss scale: almost all of them are 0."""

import numpy as np
from doctor.network import Perceptron, batches, scaled_digits

import stablesoftmax as ssm

CAUSE = "loss-scale"


@np.errstate(all="ignore")
def train(watch, sick):
    """The loss is a mean over a long sequence, hence the factor."""
    master = Perceptron((64, 32, 10), seed=14)
    half = Perceptron((64, 32, 10), seed=14, dtype=np.float16)
    scale, good = (1.0 if sick else 2.0**15), 0
    weight = np.float32(1e-6)
    for x, y in batches(np.random.default_rng(0), *scaled_digits(), 200):
        half.parameters = [p.astype(np.float16) for p in master.parameters]
        hidden, logits = half.forward(x.astype(np.float16))
        loss, error = ssm.cross_entropy_and_grad(logits.astype(np.float32), y)
        grads = half.backward(x.astype(np.float16), hidden, (error * weight * np.float32(scale)).astype(np.float16))
        watch.step(
            loss=loss, inputs=x, targets=y, activations=hidden, logits=logits, grads=grads, weights=master.parameters,
            loss_scale=scale, learning_rate=0.1,
        )  # fmt: skip
        unscaled, finite, scale, good = ssm.loss_scale(grads, scale, good) if not sick else (grads, True, scale, good)
        if finite:
            for parameter, gradient in zip(master.parameters, unscaled, strict=True):
                parameter -= np.float32(0.1) / weight * gradient.astype(np.float32)
