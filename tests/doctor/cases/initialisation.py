"""First weights from the standard normal distribution, without a thought for the number of inputs."""

from doctor.network import Perceptron, fit, scaled_digits

CAUSE = "initialisation-too-large"


def train(watch, sick):
    network = Perceptron((64, 64, 64, 64, 10), seed=7, gain=11.0 if sick else 2**0.5)
    fit(watch, network, scaled_digits(), rate=0.05, steps=250)
