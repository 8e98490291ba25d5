"""A right loss and right weights, and a learning rate fifty times too high."""

from doctor.network import Perceptron, fit, scaled_digits

CAUSE = "learning-rate-too-high"


def train(watch, sick):
    fit(watch, Perceptron((64, 64, 64, 10), seed=5), scaled_digits(), rate=5.0 if sick else 0.1)
