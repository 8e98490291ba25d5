"""Two classes that a child could tell apart, Adam, and no end to the training: the float32 loss becomes exactly 0."""

import torch
from doctor.torch_training import fit, mlp, points

CAUSE = "collapsed-cross-entropy"
ROUND = 2


def train(watch, sick):
    torch.manual_seed(60)
    x, y = points(60, classes=2, spread=45.0)
    model = mlp(20, 32, 2)
    if not sick:
        model, x = model.double(), x.double()
    fit(watch, model, torch.optim.Adam(model.parameters(), lr=1e-2), (x, y), torch.nn.functional.cross_entropy, steps=500)
