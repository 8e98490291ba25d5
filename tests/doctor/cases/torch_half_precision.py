"""model.half(), and features that were never scaled."""

import torch
from doctor.torch_training import fit, mlp, points

CAUSE = "half-precision-overflow"


def train(watch, sick):
    torch.manual_seed(11)
    x, y = points(11, features=64)
    model = mlp(64, 128, 128, 4)
    if sick:
        model, x = model.half(), (x * 20000).half()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    fit(watch, model, optimizer, (x, y), lambda logits, y: torch.nn.functional.cross_entropy(logits.float(), y))
