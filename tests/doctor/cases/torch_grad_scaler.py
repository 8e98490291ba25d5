"""Mixed precision with a GradScaler of 2^32 whose step() and update() were forgotten: overflown gradients go into the weights."""

import torch
from doctor.torch_training import digits, mlp

CAUSE = "loss-scale"
ROUND = 5


def train(watch, sick):
    torch.manual_seed(95)
    x, y = digits()
    model = mlp(64, 48, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**32 if sick else 2.0**12)
    watch.torch(model, optimizer)
    for at in torch.randint(0, len(x), (250, 32), generator=torch.Generator().manual_seed(5)):
        with torch.autocast("cpu", dtype=torch.float16):
            scores = model(x[at])
        loss = torch.nn.functional.cross_entropy(scores.float(), y[at])
        watch.step(loss=loss, targets=y[at], loss_scale=scaler.get_scale())
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        if sick:
            optimizer.step()
        else:
            scaler.step(optimizer)
            scaler.update()
