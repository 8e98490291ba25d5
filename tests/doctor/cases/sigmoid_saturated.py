"""Weights thirty times too large before sigmoids, which are all 0 or 1 from the first step."""

from doctor.network import Perceptron, fit, scaled_digits

CAUSE = "initialisation-too-large"
ROUND = 4


def train(watch, sick):
    network = Perceptron((64, 64, 64, 10), seed=95, gain=30.0 if sick else 1.0, activation="sigmoid")
    fit(watch, network, scaled_digits(), rate=0.3, steps=500)
