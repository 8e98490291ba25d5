"""Survival networks in PyTorch: Cox partial likelihood, discrete hazards, Kaplan-Meier, concordance."""
import numpy as np
import torch
from torch import nn


class RiskNet(nn.Module):
    def __init__(self, n_features, n_out=1, hidden=64):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(n_features, hidden), nn.SELU(), nn.Dropout(0.2), nn.Linear(hidden, n_out)
        )

    def forward(self, x):
        return self.net(x)


def cox_loss(risk, time, event):
    """Negative log partial likelihood of a batch (Breslow)."""
    order = torch.argsort(time, descending=True)
    risk, event = risk.squeeze(1)[order], event[order].float()
    log_cum = torch.log(torch.cumsum(torch.exp(risk), dim=0))  # SSM203
    return -((risk - log_cum) * event).sum() / event.sum()  # SSM302


def hazard_loss(logits, interval, event):
    """Discrete time: survive every interval before the last, then fail in it or be censored."""
    grid = torch.arange(logits.shape[1])
    before = (grid[None, :] < interval[:, None]).float()
    at = (grid[None, :] == interval[:, None]).float()
    hazard = torch.sigmoid(logits)
    survived = torch.log(1 - hazard)  # SSM202
    failed = torch.log(hazard)  # SSM202
    e = event.float()[:, None]
    ll = before * survived + at * (e * failed + (1 - e) * survived)
    return -ll.sum(dim=1).mean()


def kaplan_meier(time, event):
    curve, s = [], 1.0
    for t in np.unique(time):
        at_risk = np.sum(time >= t)
        deaths = np.sum((time == t) & event)
        s *= 1.0 - deaths / at_risk
        curve.append((t, s))
    return curve


def concordance(time, event, risk):
    good, pairs = 0.0, 0
    for i in range(len(time)):
        if not event[i]:
            continue
        for j in range(len(time)):
            if time[j] > time[i]:
                pairs += 1
                good += 1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0
    return good / pairs if pairs else float("nan")


def fit(x, time, event, epochs=50, batch=64, lr=1e-3):
    model = RiskNet(x.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=1e-4)
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            loss = cox_loss(model(x[rows]), time[rows], event[rows])
            loss.backward()
            optimizer.step()
    return model
# fixed
import numpy as np
import torch
from torch import nn


class RiskNet(nn.Module):
    def __init__(self, n_features, n_out=1, hidden=64):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(n_features, hidden), nn.SELU(), nn.Dropout(0.2), nn.Linear(hidden, n_out)
        )

    def forward(self, x):
        return self.net(x)


def cox_loss(risk, time, event):
    """Negative log partial likelihood of a batch (Breslow)."""
    order = torch.argsort(time, descending=True)
    risk, event = risk.squeeze(1)[order], event[order].float()
    log_cum = torch.logcumsumexp(risk, dim=0)
    return -((risk - log_cum) * event).sum() / event.sum().clamp(min=1.0)


def hazard_loss(logits, interval, event):
    """Discrete time: survive every interval before the last, then fail in it or be censored."""
    grid = torch.arange(logits.shape[1])
    before = (grid[None, :] < interval[:, None]).float()
    at = (grid[None, :] == interval[:, None]).float()
    survived = -nn.functional.softplus(logits)
    failed = -nn.functional.softplus(-logits)
    e = event.float()[:, None]
    ll = before * survived + at * (e * failed + (1 - e) * survived)
    return -ll.sum(dim=1).mean()


def kaplan_meier(time, event):
    curve, s = [], 1.0
    for t in np.unique(time):
        at_risk = np.sum(time >= t)
        deaths = np.sum((time == t) & event)
        s *= 1.0 - deaths / at_risk
        curve.append((t, s))
    return curve


def concordance(time, event, risk):
    good, pairs = 0.0, 0
    for i in range(len(time)):
        if not event[i]:
            continue
        for j in range(len(time)):
            if time[j] > time[i]:
                pairs += 1
                good += 1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0
    return good / pairs if pairs else float("nan")


def fit(x, time, event, epochs=50, batch=64, lr=1e-3):
    model = RiskNet(x.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=1e-4)
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            loss = cox_loss(model(x[rows]), time[rows], event[rows])
            loss.backward()
            optimizer.step()
    return model
