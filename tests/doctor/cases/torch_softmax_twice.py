"""nn.Softmax as the last layer, and CrossEntropyLoss."""

import torch
from doctor.torch_training import digits, fit, mlp

CAUSE = "softmax-twice"


def train(watch, sick):
    torch.manual_seed(4)
    model = torch.nn.Sequential(mlp(64, 32, 10), torch.nn.Softmax(dim=-1)) if sick else mlp(64, 32, 10)
    fit(watch, model, torch.optim.Adam(model.parameters(), lr=1e-3), digits(), torch.nn.CrossEntropyLoss())
