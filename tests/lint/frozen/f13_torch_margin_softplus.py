"""A pairwise ranking loss by hand."""
import torch


def ranking_loss(positive, negative):
    return torch.log(1 + torch.exp(negative - positive)).mean()  # SSM206


# fixed
import torch
import torch.nn.functional as F


def ranking_loss(positive, negative):
    return F.softplus(negative - positive).mean()
