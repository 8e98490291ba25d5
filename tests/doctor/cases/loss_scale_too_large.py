"""A fixed loss scale of 2^24, which float16 gradients do not survive."""

import numpy as np
from doctor.network import Perceptron, batches, scaled_digits

import stablesoftmax as ssm

CAUSE = "loss-scale"


@np.errstate(all="ignore")
def train(watch, sick):
    master = Perceptron((64, 32, 10), seed=15)
    half = Perceptron((64, 32, 10), seed=15, dtype=np.float16)
    scale = 2.0**24 if sick else 2.0**8
    for x, y in batches(np.random.default_rng(0), *scaled_digits(), 300):
        half.parameters = [p.astype(np.float16) for p in master.parameters]
        hidden, logits = half.forward(x.astype(np.float16))
        loss, error = ssm.cross_entropy_and_grad(logits.astype(np.float32), y)
        grads = half.backward(x.astype(np.float16), hidden, (error * np.float32(scale)).astype(np.float16))
        watch.step(
            loss=loss, inputs=x, targets=y, activations=hidden, logits=logits, grads=grads, weights=master.parameters,
            loss_scale=scale, learning_rate=0.1,
        )  # fmt: skip
        for parameter, gradient in zip(master.parameters, grads, strict=True):
            parameter -= np.float32(0.1 / scale) * gradient.astype(np.float32)
