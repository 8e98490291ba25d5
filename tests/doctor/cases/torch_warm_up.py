"""A warm-up with its fraction upside down: 100/step, where step/100 was meant, so that the first steps are the longest."""

import torch
from doctor.torch_training import digits

CAUSE = "learning-rate-too-high"
ROUND = 5


def train(watch, sick):
    torch.manual_seed(99)
    x, y = digits()
    images = x.reshape(-1, 1, 8, 8)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3), torch.nn.ReLU(), torch.nn.Conv2d(8, 16, 3), torch.nn.ReLU(), torch.nn.Flatten(),
        torch.nn.Linear(256, 10),
    )  # fmt: skip
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.5)
    warm_up = (lambda step: 100 / (step + 1)) if sick else (lambda step: min(1.0, (step + 1) / 100))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, warm_up)
    watch.torch(model, optimizer)
    for at in torch.randint(0, len(x), (300, 32), generator=torch.Generator().manual_seed(9)):
        loss = torch.nn.functional.cross_entropy(model(images[at]), y[at])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        watch.step(loss=loss.item(), targets=y[at])
