"""Ten layers of sigmoids, each of which hands on a quarter at most."""

import torch
from doctor.torch_training import digits, fit, mlp

CAUSE = "vanishing-gradient"


def train(watch, sick):
    torch.manual_seed(8)
    model = mlp(64, *[32] * 10, 10, activation=torch.nn.Sigmoid) if sick else mlp(64, 32, 10, activation=torch.nn.Sigmoid)
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=0.5), digits(), torch.nn.functional.cross_entropy, steps=400)
