"""normal_(std=1) on every weight."""

import torch
from doctor.torch_training import digits, fit, mlp

CAUSE = "initialisation-too-large"


def train(watch, sick):
    torch.manual_seed(7)
    model = mlp(64, 128, 128, 10)
    if sick:
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter)
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=0.05), digits(), torch.nn.functional.cross_entropy)
