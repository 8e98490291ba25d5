"""exp(x) / exp(x).sum() in torch, on unscaled pixels."""

import torch
from doctor.torch_training import digits, fit, mlp

CAUSE = "naive-softmax-overflow"


def naive(logits, targets):
    p = logits.exp() / logits.exp().sum(-1, keepdim=True)
    return -p.gather(1, targets[:, None]).log().mean()


def train(watch, sick):
    torch.manual_seed(1)
    x, y = digits()
    model = mlp(64, 64, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
    fit(watch, model, optimizer, (x * 16, y), naive if sick else torch.nn.functional.cross_entropy, steps=500)
