"""The entropy of the mean of one-hot codes: unused codes."""
import torch
import torch.nn.functional as F


def perplexity(indices, codes):
    encodings = F.one_hot(indices, codes).float()
    avg_probs = torch.mean(encodings, dim=0)
    return torch.exp(-torch.sum(avg_probs * torch.log(avg_probs)))  # SSM301


# fixed
import torch
import torch.nn.functional as F


def perplexity(indices, codes):
    encodings = F.one_hot(indices, codes).float()
    avg_probs = torch.mean(encodings, dim=0)
    return torch.exp(-torch.sum(avg_probs * torch.log(avg_probs + 1e-10)))
