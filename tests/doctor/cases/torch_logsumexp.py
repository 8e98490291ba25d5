"""The logarithm of a sum of exponentials by hand, on features in the wrong unit."""

import torch
from doctor.torch_training import fit, mlp, points

CAUSE = "naive-softmax-overflow"
ROUND = 3


def by_hand(logits, targets):
    return (torch.log(torch.exp(logits).sum(dim=1)) - logits.gather(1, targets[:, None])[:, 0]).mean()


def train(watch, sick):
    torch.manual_seed(71)
    x, y = points(71, spread=4)
    x = torch.where((torch.arange(len(y)) % 450 == 9)[:, None], x * 80, x)
    model = mlp(20, 32, 4)
    fit(watch, model, torch.optim.SGD(model.parameters(), lr=0.02), (x, y), by_hand if sick else torch.nn.functional.cross_entropy)
