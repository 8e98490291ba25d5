"""Normalised over the batch by hand: a unit that is the same for the whole batch has no deviation."""

import torch
from doctor.torch_training import digits, fit

CAUSE = "zero-norm-division"
ROUND = 3


class Normalise(torch.nn.Module):
    """(x - mean) / deviation."""

    def __init__(self, eps):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        centred = x - x.mean(dim=0)
        return centred / torch.sqrt((centred * centred).mean(dim=0) + self.eps)


def train(watch, sick):
    torch.manual_seed(74)
    model = torch.nn.Sequential(torch.nn.Linear(64, 48), torch.nn.ReLU(), Normalise(0.0 if sick else 1e-5), torch.nn.Linear(48, 10))
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=0.1), digits(), torch.nn.functional.cross_entropy)
