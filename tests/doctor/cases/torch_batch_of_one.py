"""Normalised over the batch by its standard deviation; 1441 points in batches of 32 leave a last batch of one."""

import torch
from doctor.torch_training import points

CAUSE = "zero-norm-division"
ROUND = 5


class Standardise(torch.nn.Module):
    """Zero mean and unit deviation over the batch, a scale and a shift that are learnt."""

    def __init__(self, features):
        super().__init__()
        self.scale, self.shift = torch.nn.Parameter(torch.ones(features)), torch.nn.Parameter(torch.zeros(features))

    def forward(self, x):
        centred = x - x.mean(dim=0)
        deviation = torch.sqrt(centred.square().sum(dim=0) / (len(x) - 1))
        return centred / (deviation + 1e-5) * self.scale + self.shift


def train(watch, sick):
    torch.manual_seed(98)
    x, y = points(98, rows=1441 if sick else 1440)
    model = torch.nn.Sequential(torch.nn.Linear(20, 32), Standardise(32), torch.nn.Tanh(), torch.nn.Linear(32, 4))
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
    watch.torch(model, optimizer)
    for _ in range(4):
        for at in torch.randperm(len(x)).split(32):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(x[at]), y[at])
            watch.step(loss=loss, targets=y[at])
            loss.backward()
            optimizer.step()
