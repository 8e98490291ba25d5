"""Distillation: KLDivLoss expects log-probabilities as its input."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Distiller(nn.Module):
    def __init__(self, T):
        super().__init__()
        self.T = T
        self.kl = nn.KLDivLoss(reduction="batchmean")

    def forward(self, student, teacher):
        return self.kl(F.softmax(student / self.T, dim=1), F.softmax(teacher / self.T, dim=1))  # SSM403


# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class Distiller(nn.Module):
    def __init__(self, T):
        super().__init__()
        self.T = T
        self.kl = nn.KLDivLoss(reduction="batchmean")

    def forward(self, student, teacher):
        return self.kl(F.log_softmax(student / self.T, dim=1), F.softmax(teacher / self.T, dim=1))
