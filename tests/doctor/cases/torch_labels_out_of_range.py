"""Ten digits, and a last layer for nine."""

import torch
from doctor.torch_training import digits, fit, mlp

CAUSE = "labels-out-of-range"


def train(watch, sick):
    torch.manual_seed(10)
    model = mlp(64, 32, 9 if sick else 10)
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=0.1), digits(), torch.nn.functional.cross_entropy, tell_targets=False)
