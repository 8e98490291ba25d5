"""A Monte Carlo estimate of an evidence."""
import torch


def evidence(log_w):
    return torch.log(torch.exp(log_w).mean(dim=0))  # SSM204


# fixed
import math

import torch


def evidence(log_w):
    return torch.logsumexp(log_w, dim=0) - math.log(log_w.shape[0])
