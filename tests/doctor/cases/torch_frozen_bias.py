"""Every bias at -10 after a checkpoint was loaded with the wrong sign."""

import torch
from doctor.torch_training import digits, fit, mlp

CAUSE = "dead-units"
ROUND = 4


def train(watch, sick):
    torch.manual_seed(100)
    model = mlp(64, 48, 48, 10)
    if sick:
        with torch.no_grad():
            for layer in (model[0], model[2]):
                layer.bias.fill_(-10.0)
    fit(watch, model, torch.optim.Adam(model.parameters(), lr=1e-3), digits(), torch.nn.functional.cross_entropy, steps=400)
