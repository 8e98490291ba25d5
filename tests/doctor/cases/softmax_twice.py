"""The network ends with a softmax, and so does the loss."""

import numpy as np
from doctor.network import Perceptron, batches, scaled_digits

import stablesoftmax as ssm

CAUSE = "softmax-twice"


def train(watch, sick):
    network = Perceptron((64, 32, 10), seed=4)
    for x, y in batches(np.random.default_rng(0), *scaled_digits(), 300):
        hidden, scores = network.forward(x)
        output = ssm.softmax(scores) if sick else scores
        loss, error = ssm.cross_entropy_and_grad(output, y)
        grads = network.backward(x, hidden, ssm.softmax_vjp(output, error) if sick else error)
        watch.step(
            loss=loss,
            inputs=x,
            targets=y,
            activations=hidden,
            logits=output,
            grads=grads,
            weights=network.parameters,
            learning_rate=0.2,
        )
        for parameter, gradient in zip(network.parameters, grads, strict=True):
            parameter -= np.float32(0.2) * gradient
