"""Gradient descent with a learning rate of 10."""

import torch
from doctor.torch_training import digits, fit, mlp

CAUSE = "learning-rate-too-high"


def train(watch, sick):
    torch.manual_seed(5)
    model = mlp(64, 64, 64, 10)
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=10.0 if sick else 0.1), digits(), torch.nn.functional.cross_entropy)
