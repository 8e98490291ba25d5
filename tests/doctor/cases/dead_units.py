"""Biases that begin at -20: no unit ever fires."""

from doctor.network import Perceptron, fit, scaled_digits

CAUSE = "dead-units"


def train(watch, sick):
    fit(watch, Perceptron((64, 32, 32, 10), seed=18, bias=-20.0 if sick else 0.0), scaled_digits(), rate=0.05)
