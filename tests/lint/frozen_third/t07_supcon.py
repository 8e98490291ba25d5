"""Supervised contrastive loss, as in many repositories."""
import torch
import torch.nn as nn


class SupConLoss(nn.Module):
    def __init__(self, temperature=0.07):
        super().__init__()
        self.temperature = temperature

    def forward(self, features, labels):
        features = features / features.norm(dim=1, keepdim=True)  # SSM302
        logits = features @ features.T / self.temperature
        mask = torch.eq(labels.unsqueeze(0), labels.unsqueeze(1)).float()
        eye = torch.eye(len(labels), device=features.device)
        mask = mask - eye
        exp_logits = torch.exp(logits) * (1 - eye)
        log_prob = logits - torch.log(exp_logits.sum(1, keepdim=True))  # SSM203
        mean_log_prob_pos = (mask * log_prob).sum(1) / mask.sum(1)  # SSM302
        return -mean_log_prob_pos.mean()
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class SupConLoss(nn.Module):
    def __init__(self, temperature=0.07):
        super().__init__()
        self.temperature = temperature

    def forward(self, features, labels):
        features = F.normalize(features, dim=1)
        logits = features @ features.T / self.temperature
        mask = torch.eq(labels.unsqueeze(0), labels.unsqueeze(1)).float()
        eye = torch.eye(len(labels), dtype=torch.bool, device=features.device)
        mask = mask.masked_fill(eye, 0.0)
        log_prob = logits - torch.logsumexp(logits.masked_fill(eye, -1e4), dim=1, keepdim=True)
        mean_log_prob_pos = (mask * log_prob).sum(1) / mask.sum(1).clamp(min=1)
        return -mean_log_prob_pos.mean()
