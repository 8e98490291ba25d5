"""The learning rate that was right without momentum, and then a momentum of 0.99."""

from doctor.network import Perceptron, fit, scaled_digits

CAUSE = "learning-rate-too-high"
ROUND = 2


def train(watch, sick):
    network = Perceptron((64, 64, 32, 10), seed=53)
    fit(watch, network, scaled_digits(), rate=0.5 if sick else 0.005, momentum=0.99 if sick else 0.9, steps=500)
