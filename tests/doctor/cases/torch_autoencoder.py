"""An autoencoder of digits whose ten layers are sigmoids, squared error; with two layers of ReLU it learns."""

import torch
from doctor.torch_training import digits, mlp

CAUSE = "vanishing-gradient"
ROUND = 5


def train(watch, sick):
    torch.manual_seed(93)
    pixels, _ = digits()
    deep = 64, 48, 32, 24, 16, 12, 16, 24, 32, 48, 64
    model = mlp(*deep, activation=torch.nn.Sigmoid) if sick else mlp(64, 16, 64)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    watch.torch(model, optimizer)
    for epoch in range(8):
        for batch in pixels[torch.randperm(len(pixels), generator=torch.Generator().manual_seed(epoch))].split(36):
            loss = torch.nn.functional.mse_loss(model(batch), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            watch.step(loss=loss)
