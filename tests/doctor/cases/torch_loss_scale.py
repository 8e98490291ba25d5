"""A float16 model and a loss multiplied by 2^20 once and for all."""

import torch
from doctor.torch_training import digits, mlp

CAUSE = "loss-scale"
ROUND = 2


def train(watch, sick):
    torch.manual_seed(59)
    x, y = digits(torch.float16)
    model = mlp(64, 32, 10).half()
    scale = 2.0**20 if sick else 2.0**6
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1 / scale)
    watch.torch(model, optimizer)
    random = torch.Generator().manual_seed(0)
    for _ in range(250):
        at = torch.randint(0, len(x), (32,), generator=random)
        loss = torch.nn.functional.cross_entropy(model(x[at]).float(), y[at])
        watch.step(loss=loss, targets=y[at], loss_scale=scale)
        optimizer.zero_grad()
        (loss * scale).backward()
        optimizer.step()
