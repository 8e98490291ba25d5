"""Eight layers of sigmoids."""

from doctor.network import Perceptron, fit, scaled_digits

CAUSE = "vanishing-gradient"


def train(watch, sick):
    sizes = (64, *[32] * 8, 10)
    network = Perceptron(sizes, seed=8, gain=1.0, activation="sigmoid") if sick else Perceptron(sizes, seed=8)
    fit(watch, network, scaled_digits(), rate=0.1 if sick else 0.05, steps=500)
