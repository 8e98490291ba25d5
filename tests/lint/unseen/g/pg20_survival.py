"""Survival analysis in PyTorch: Cox partial likelihood, discrete hazards, concordance."""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def cox_loss(risk, time, event):
    order = torch.argsort(time, descending=True)
    risk, event = risk[order], event[order].float()
    at_risk = torch.log(torch.cumsum(torch.exp(risk), dim=0))  # SSM203
    return -((risk - at_risk) * event).sum() / event.sum()  # SSM302


class HazardNet(nn.Module):
    def __init__(self, features, intervals=20):
        super().__init__()
        self.intervals = intervals
        self.body = nn.Sequential(nn.Linear(features, 64), nn.SELU(), nn.Linear(64, intervals))

    def forward(self, x):
        return torch.sigmoid(self.body(x))

    def survival(self, x):
        return torch.cumprod(torch.sigmoid(-self.body(x)), dim=1)

    def loss(self, x, interval, event):
        hazard = self(x)
        hit = F.one_hot(interval, self.intervals).float()
        lived = (torch.arange(self.intervals) < interval[:, None]).float()
        died = event[:, None] * hit
        return -(died * torch.log(hazard) + lived * torch.log(1 - hazard)).sum(1).mean()  # SSM202


def concordance(risk, time, event):
    good, pairs = 0.0, 0
    for i in range(len(time)):
        if not event[i]:
            continue
        for j in range(len(time)):
            if time[i] < time[j]:
                pairs += 1
                good += float(risk[i] > risk[j]) + 0.5 * float(risk[i] == risk[j])
    return good / pairs if pairs else float("nan")


def kaplan_meier(time, event):
    steps, s = [], 1.0
    for t in np.unique(time):
        s *= 1 - np.sum(event[time == t]) / np.sum(time >= t)
        steps.append((t, s))
    return steps
# fixed
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def cox_loss(risk, time, event):
    order = torch.argsort(time, descending=True)
    risk, event = risk[order], event[order].float()
    at_risk = torch.logcumsumexp(risk, dim=0)
    return -((risk - at_risk) * event).sum() / event.sum().clamp(min=1.0)


class HazardNet(nn.Module):
    def __init__(self, features, intervals=20):
        super().__init__()
        self.intervals = intervals
        self.body = nn.Sequential(nn.Linear(features, 64), nn.SELU(), nn.Linear(64, intervals))

    def forward(self, x):
        return self.body(x)

    def survival(self, x):
        return F.logsigmoid(-self(x)).cumsum(dim=1).exp()

    def loss(self, x, interval, event):
        logits = self(x)
        hit = F.one_hot(interval, self.intervals).float()
        lived = (torch.arange(self.intervals) < interval[:, None]).float()
        died = event[:, None] * hit * F.logsigmoid(logits)
        alive = lived * F.logsigmoid(-logits)
        return -(died + alive).sum(1).mean()


def concordance(risk, time, event):
    good, pairs = 0.0, 0
    for i in range(len(time)):
        if not event[i]:
            continue
        for j in range(len(time)):
            if time[i] < time[j]:
                pairs += 1
                good += float(risk[i] > risk[j]) + 0.5 * float(risk[i] == risk[j])
    return good / pairs if pairs else float("nan")


def kaplan_meier(time, event):
    steps, s = [], 1.0
    for t in np.unique(time):
        s *= 1 - np.sum(event[time == t]) / np.sum(time >= t)
        steps.append((t, s))
    return steps
