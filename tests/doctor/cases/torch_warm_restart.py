"""A schedule with a slip of the pen: after two hundred steps the learning rate is a thousand times higher."""

import torch
from doctor.torch_training import digits, mlp

CAUSE = "learning-rate-too-high"
ROUND = 3


def train(watch, sick):
    torch.manual_seed(75)
    x, y = digits()
    model = mlp(64, 48, 48, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0 if step < 200 else 1000.0 if sick else 0.1)
    watch.torch(model, optimizer)
    for i in range(600):
        at = torch.arange(i * 32, i * 32 + 32) % len(x)
        loss = torch.nn.functional.cross_entropy(model(x[at]), y[at])
        watch.step(loss=loss, targets=y[at])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
