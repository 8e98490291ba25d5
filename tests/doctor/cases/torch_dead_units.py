"""Biases of -30 before every relu."""

import torch
from doctor.torch_training import digits, fit, mlp

CAUSE = "dead-units"


def train(watch, sick):
    torch.manual_seed(14)
    model = mlp(64, 64, 64, 10)
    if sick:
        for layer in (model[0], model[2]):
            torch.nn.init.constant_(layer.bias, -30.0)
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=0.1), digits(), torch.nn.functional.cross_entropy)
