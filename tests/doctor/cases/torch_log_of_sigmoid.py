"""Binary cross entropy written with torch.log, after a sigmoid that reaches 1."""

import torch
from doctor.torch_training import digits, mlp

CAUSE = "log-of-zero"


def train(watch, sick):
    torch.manual_seed(3)
    x, labels = digits()
    x, y = x * 100, (labels % 2 == 0).float()[:, None]
    model = torch.nn.Sequential(mlp(64, 32, 1), torch.nn.Sigmoid()) if sick else mlp(64, 32, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.005)
    watch.torch(model, optimizer)
    for i in range(300):
        at = torch.arange(i * 32, i * 32 + 32) % len(x)
        output = model(x[at])
        if sick:
            loss = -(y[at] * torch.log(output) + (1 - y[at]) * torch.log(1 - output)).mean()
        else:
            loss = torch.nn.functional.binary_cross_entropy_with_logits(output, y[at])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        watch.step(loss=loss)
