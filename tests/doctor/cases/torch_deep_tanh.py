"""Twenty layers of tanh with the weights that torch gives a Linear by itself."""

import torch
from doctor.torch_training import digits, fit, mlp

CAUSE = "vanishing-gradient"
ROUND = 4


def train(watch, sick):
    torch.manual_seed(96)
    model = mlp(64, *[32] * (20 if sick else 2), 10, activation=torch.nn.Tanh)
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=0.1), digits(), torch.nn.functional.cross_entropy, steps=400)
