"""One image of the data set is corrupt: a NaN among its pixels."""

import torch
from doctor.torch_training import digits, fit, mlp

CAUSE = "bad-input"


def train(watch, sick):
    torch.manual_seed(9)
    x, y = digits()
    if sick:
        x = x.clone()
        x[700, 31] = float("nan")
    model = mlp(64, 32, 10)
    fit(watch, model, torch.optim.Adam(model.parameters(), lr=1e-3), (x, y), torch.nn.functional.cross_entropy, tell_targets=False)
