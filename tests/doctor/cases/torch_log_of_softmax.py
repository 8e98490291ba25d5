"""torch.log(torch.softmax(x)), and rows in the wrong unit."""

import torch
from doctor.torch_training import fit, mlp, points

CAUSE = "log-of-zero"


def by_hand(logits, targets):
    return torch.nn.functional.nll_loss(torch.log(torch.softmax(logits, dim=-1)), targets)


def train(watch, sick):
    torch.manual_seed(2)
    x, y = points(22, spread=4)
    odd = torch.arange(len(y)) % 401 == 5
    x, y = torch.where(odd[:, None], x * 60, x), torch.where(odd, (y + 1) % 4, y)
    model = mlp(20, 32, 4)
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=0.02), (x, y), by_hand if sick else torch.nn.functional.cross_entropy)
