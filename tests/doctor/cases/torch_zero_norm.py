"""Features divided by their length, where relu may have left nothing."""

import torch
from doctor.torch_training import digits, fit

CAUSE = "zero-norm-division"


class Unit(torch.nn.Module):
    """x / |x|."""

    def __init__(self, eps):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        return x / (x.norm(dim=-1, keepdim=True) + self.eps)


def train(watch, sick):
    torch.manual_seed(12)
    x, y = digits()
    x = torch.where((torch.arange(len(y)) % 200 == 7)[:, None], 0.0, x)  # a few blank pages
    model = torch.nn.Sequential(
        torch.nn.Linear(64, 32, bias=False), torch.nn.ReLU(), Unit(0.0 if sick else 1e-6), torch.nn.Linear(32, 10)
    )
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=0.5), (x, y), torch.nn.functional.cross_entropy)
