"""A focal loss by hand: (1 - p)^2 log p of the softmax, with a few hopeless rows."""

import torch
from doctor.torch_training import fit, mlp, points

CAUSE = "log-of-zero"
ROUND = 4


def sick_loss(logits, targets):
    p = torch.softmax(logits, dim=1).gather(1, targets[:, None])
    return -((1 - p) ** 2 * p.log()).mean()


def well_loss(logits, targets):
    log_p = torch.log_softmax(logits, dim=1).gather(1, targets[:, None])
    return -((1 - log_p.exp()) ** 2 * log_p).mean()


def train(watch, sick):
    torch.manual_seed(92)
    x, y = points(92, spread=4)
    odd = torch.arange(len(y)) % 300 == 11
    x, y = torch.where(odd[:, None], x * 150, x), torch.where(odd, (y + 2) % 4, y)
    model = mlp(20, 32, 4)
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=0.02), (x, y), sick_loss if sick else well_loss)
