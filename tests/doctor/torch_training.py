"""The training loop of the clinic's torch cases."""

import itertools

import torch
from doctor.network import clusters, scaled_digits


def tensors(x, y, dtype=torch.float32):
    """NumPy data as tensors."""
    return torch.from_numpy(x).to(dtype), torch.from_numpy(y).long()


def digits(dtype=torch.float32):
    return tensors(*scaled_digits(), dtype)


def points(seed, **keywords):
    return tensors(*clusters(seed, **keywords))


def mlp(*sizes, activation=torch.nn.ReLU):
    """Linear layers with an activation between them."""
    layers = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs), activation()]
    return torch.nn.Sequential(*layers[:-1])


def fit(watch, model, optimizer, data, loss_function, steps=300, tell_targets=True):
    """The usual loop: forward, loss, backward, step."""
    x, y = data
    random = torch.Generator().manual_seed(0)
    watch.torch(model, optimizer)
    for _ in range(steps):
        at = torch.randint(0, len(x), (32,), generator=random)
        optimizer.zero_grad()
        loss = loss_function(model(x[at]), y[at])
        watch.step(loss=loss, targets=y[at] if tell_targets else None)
        loss.backward()
        optimizer.step()
