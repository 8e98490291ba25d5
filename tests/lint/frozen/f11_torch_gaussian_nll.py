"""A predicted variance goes through a ReLU, and then into a logarithm and a denominator."""
import torch
import torch.nn.functional as F


def gaussian_nll(mean, raw, y):
    variance = F.relu(raw)
    return (torch.log(variance) + (y - mean) ** 2 / variance).mean()  # SSM301 SSM302


# fixed
import torch
import torch.nn.functional as F


def gaussian_nll(mean, raw, y):
    variance = F.softplus(raw) + 1e-6
    return (torch.log(variance) + (y - mean) ** 2 / variance).mean()
