"""Focal loss of torch code that computes in half precision."""
import torch
import torch.nn as nn


class FocalLoss(nn.Module):
    def __init__(self, alpha=0.25, gamma=2.0):
        super().__init__()
        self.alpha, self.gamma = alpha, gamma

    def forward(self, inputs, targets):
        p = torch.sigmoid(inputs.half())
        p = torch.clamp(p, 1e-9, 1 - 1e-9)  # SSM501 SSM501
        pt = torch.where(targets == 1, p, 1 - p)
        loss = -self.alpha * (1 - pt) ** self.gamma * torch.log(pt)
        return loss.mean()


class MultiFocalLoss(nn.Module):
    def forward(self, inputs, targets):
        probs = torch.softmax(inputs, dim=1)
        pt = probs.gather(1, targets.view(-1, 1))
        return (-((1 - pt) ** 2) * pt.log()).mean()  # SSM201
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, alpha=0.25, gamma=2.0):
        super().__init__()
        self.alpha, self.gamma = alpha, gamma

    def forward(self, inputs, targets):
        logpt = torch.where(targets == 1, F.logsigmoid(inputs), F.logsigmoid(-inputs))
        return (-self.alpha * (1 - logpt.exp()) ** self.gamma * logpt).mean()


class MultiFocalLoss(nn.Module):
    def forward(self, inputs, targets):
        logpt = torch.log_softmax(inputs, dim=1).gather(1, targets.view(-1, 1))
        return (-((1 - logpt.exp()) ** 2) * logpt).mean()
