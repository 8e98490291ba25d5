"""A where around a division."""
import torch


def unit(x):
    n = x.norm(dim=-1, keepdim=True)
    return torch.where(n > 0, x / n, torch.zeros_like(x))  # SSM305


# fixed
import torch


def unit(x):
    n = x.norm(dim=-1, keepdim=True)
    safe = torch.where(n > 0, n, torch.ones_like(n))
    return torch.where(n > 0, x / safe, torch.zeros_like(x))
