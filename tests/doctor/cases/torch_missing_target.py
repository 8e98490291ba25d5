"""Regression on measurements of which one is missing: NaN among the targets."""

import torch
from doctor.torch_training import mlp, points

CAUSE = "bad-input"
ROUND = 2


def train(watch, sick):
    torch.manual_seed(57)
    x, _ = points(57)
    target = x[:, :1] * 2 - x[:, 1:2]
    if sick:
        target[888] = float("nan")
    model = mlp(20, 32, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    watch.torch(model, optimizer)
    for i in range(200):
        at = torch.arange(i * 32, i * 32 + 32) % len(x)
        loss = torch.nn.functional.mse_loss(model(x[at]), target[at])
        watch.step(loss=loss, targets=target[at])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
