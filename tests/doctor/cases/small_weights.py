"""A deep network of tanh whose first weights are ten times too small."""

from doctor.network import Perceptron, fit, scaled_digits

CAUSE = "vanishing-gradient"
ROUND = 2


def train(watch, sick):
    network = Perceptron((64, *[32] * 6, 10), seed=54, gain=0.1 if sick else 1.0, activation="tanh")
    fit(watch, network, scaled_digits(), rate=0.1, steps=500)
