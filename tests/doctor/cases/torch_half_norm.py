"""A float16 model that normalises by the root mean square of numbers around 500: the squares are inf."""

import torch
from doctor.torch_training import fit, points

CAUSE = "half-precision-overflow"
ROUND = 4


class RootMeanSquare(torch.nn.Module):
    """x / sqrt(mean(x * x))."""

    def forward(self, x):
        return x / torch.sqrt((x * x).mean(dim=-1, keepdim=True) + 1e-3)


def train(watch, sick):
    torch.manual_seed(98)
    x, y = points(98)
    model = torch.nn.Sequential(torch.nn.Linear(20, 32), RootMeanSquare(), torch.nn.Linear(32, 4))
    if sick:
        model, x = model.half(), (x * 700).half()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    fit(watch, model, optimizer, (x, y), lambda logits, y: torch.nn.functional.cross_entropy(logits.float(), y))
