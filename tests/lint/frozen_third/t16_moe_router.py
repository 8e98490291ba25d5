"""A router of experts in bfloat16, with the balance loss of many repositories."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Router(nn.Module):
    def __init__(self, dim, experts, k=2):
        super().__init__()
        self.gate = nn.Linear(dim, experts, bias=False)
        self.k = k

    def forward(self, x):
        scores = torch.sigmoid(self.gate(x))
        top, index = scores.topk(self.k, dim=-1)
        weights = top / top.sum(dim=-1, keepdim=True)  # SSM302
        return weights, index

    def z_loss(self, x):
        logits = self.gate(x)
        return torch.log(torch.exp(logits).sum(dim=-1)).pow(2).mean()  # SSM203

    def entropy(self, x):
        p = F.softmax(self.gate(x), dim=-1)
        return -(p * torch.log(p)).sum(-1).mean()  # SSM201
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class Router(nn.Module):
    def __init__(self, dim, experts, k=2):
        super().__init__()
        self.gate = nn.Linear(dim, experts, bias=False)
        self.k = k

    def forward(self, x):
        scores = torch.sigmoid(self.gate(x))
        top, index = scores.topk(self.k, dim=-1)
        weights = top / (top.sum(dim=-1, keepdim=True) + 1e-20)
        return weights, index

    def z_loss(self, x):
        return torch.logsumexp(self.gate(x), dim=-1).pow(2).mean()

    def entropy(self, x):
        log_p = F.log_softmax(self.gate(x), dim=-1)
        return -(log_p.exp() * log_p).sum(-1).mean()
