"""A clamp in half precision whose upper bound is 1."""
import torch


def bce(p, y):
    p = p.to(torch.float16)
    p = torch.clamp(p, min=1e-4, max=1 - 1e-5)  # SSM501
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


# fixed
import torch


def bce(p, y):
    p = p.to(torch.float32)
    p = torch.clamp(p, min=1e-4, max=1 - 1e-5)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()
