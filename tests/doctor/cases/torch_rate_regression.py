"""Least squares in torch with features of size 30, and the learning rate of an example with features of size 1."""

import torch
from doctor.torch_training import mlp, points

CAUSE = "learning-rate-too-high"
ROUND = 4


def train(watch, sick):
    torch.manual_seed(94)
    x, _ = points(94)
    x, target = x * 30, x[:, :1] - x[:, 1:2]
    model = mlp(20, 16, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05 if sick else 1e-4)
    watch.torch(model, optimizer)
    for i in range(250):
        at = torch.arange(i * 32, i * 32 + 32) % len(x)
        loss = torch.nn.functional.mse_loss(model(x[at]), target[at])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        watch.step(loss=loss)
