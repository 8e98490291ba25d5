"""A pair that is the same twice: the distance is 0, and the derivative of the root there is inf."""

import torch
from doctor.torch_training import mlp, points

CAUSE = "zero-norm-division"


def train(watch, sick):
    torch.manual_seed(13)
    x, _ = points(13)
    model = mlp(20, 32, 8)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    random = torch.Generator().manual_seed(0)
    watch.torch(model, optimizer)
    for i in range(200):
        a, b = (torch.randint(0, len(x), (16,), generator=random) for _ in range(2))
        if i == 120:
            b[3] = a[3]
        difference = model(x[a]) - model(x[b])
        square = (difference * difference).sum(dim=-1)
        distance = torch.sqrt(square if sick else square + 1e-12)
        loss = ((distance - 1) ** 2).mean()
        watch.step(loss=loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
