"""Losses of an anchor-based detector in torch: box coding, IoU family, focal loss."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def box_area(boxes):
    return (boxes[..., 2] - boxes[..., 0]).clamp(min=0) * (boxes[..., 3] - boxes[..., 1]).clamp(min=0)


def intersection(a, b):
    lt = torch.max(a[..., :2], b[..., :2])
    rb = torch.min(a[..., 2:], b[..., 2:])
    wh = (rb - lt).clamp(min=0)
    return wh[..., 0] * wh[..., 1]


def giou(pred, target):
    inter = intersection(pred, target)
    union = box_area(pred) + box_area(target) - inter
    iou = inter / union  # SSM302
    lt = torch.min(pred[..., :2], target[..., :2])
    rb = torch.max(pred[..., 2:], target[..., 2:])
    hull = (rb - lt).clamp(min=0).prod(dim=-1)
    return iou - (hull - union) / hull  # SSM302


def aspect_penalty(pred_wh, target_wh):
    a = torch.atan(target_wh[:, 0] / target_wh[:, 1])  # SSM302
    b = torch.atan(pred_wh[:, 0] / pred_wh[:, 1])  # SSM302
    return 4 / math.pi ** 2 * (a - b) ** 2


class BoxCoder:
    def __init__(self, weights=(10.0, 10.0, 5.0, 5.0)):
        self.weights = weights

    def encode(self, gt, anchors):
        wx, wy, ww, wh = self.weights
        a_w, a_h = anchors[:, 2] - anchors[:, 0], anchors[:, 3] - anchors[:, 1]
        g_w, g_h = gt[:, 2] - gt[:, 0], gt[:, 3] - gt[:, 1]
        dx = wx * ((gt[:, 0] + gt[:, 2]) - (anchors[:, 0] + anchors[:, 2])) / (2 * a_w)
        dy = wy * ((gt[:, 1] + gt[:, 3]) - (anchors[:, 1] + anchors[:, 3])) / (2 * a_h)
        dw = ww * torch.log(g_w / a_w)  # SSM301
        dh = wh * torch.log(g_h / a_h)  # SSM301
        return torch.stack([dx, dy, dw, dh], dim=1)


class Head(nn.Module):
    def __init__(self, channels, anchors, classes, prior=0.01):
        super().__init__()
        self.coder = BoxCoder()
        self.cls = nn.Conv2d(channels, anchors * classes, 3, padding=1)
        self.reg = nn.Conv2d(channels, anchors * 4, 3, padding=1)
        nn.init.constant_(self.cls.bias, -math.log((1 - prior) / prior))

    def sizes(self, features, anchor_wh):
        deltas = self.reg(features).flatten(2).transpose(1, 2)
        return anchor_wh * torch.exp(deltas[..., 2:4] / 5.0)  # SSM505

    def focal_loss(self, features, targets, alpha=0.25, gamma=2.0):
        logits = self.cls(features).flatten(1)
        p = torch.sigmoid(logits)
        ce = -(targets * torch.log(p) + (1 - targets) * torch.log(1 - p))  # SSM202
        p_t = p * targets + (1 - p) * (1 - targets)
        weight = alpha * targets + (1 - alpha) * (1 - targets)
        loss = (weight * (1 - p_t) ** gamma * ce).sum()
        positives = (targets > 0).sum()
        return loss / positives  # SSM302
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def box_area(boxes):
    return (boxes[..., 2] - boxes[..., 0]).clamp(min=0) * (boxes[..., 3] - boxes[..., 1]).clamp(min=0)


def intersection(a, b):
    lt = torch.max(a[..., :2], b[..., :2])
    rb = torch.min(a[..., 2:], b[..., 2:])
    wh = (rb - lt).clamp(min=0)
    return wh[..., 0] * wh[..., 1]


def giou(pred, target):
    inter = intersection(pred, target)
    union = box_area(pred) + box_area(target) - inter
    iou = inter / union.clamp(min=1e-7)
    lt = torch.min(pred[..., :2], target[..., :2])
    rb = torch.max(pred[..., 2:], target[..., 2:])
    hull = (rb - lt).clamp(min=0).prod(dim=-1)
    return iou - (hull - union) / hull.clamp(min=1e-7)


def aspect_penalty(pred_wh, target_wh):
    a = torch.atan2(target_wh[:, 0], target_wh[:, 1].clamp(min=1e-6))
    b = torch.atan2(pred_wh[:, 0], pred_wh[:, 1].clamp(min=1e-6))
    return 4 / math.pi ** 2 * (a - b) ** 2


class BoxCoder:
    def __init__(self, weights=(10.0, 10.0, 5.0, 5.0)):
        self.weights = weights
        self.clip = math.log(1000.0 / 16)

    def encode(self, gt, anchors):
        wx, wy, ww, wh = self.weights
        a_w, a_h = anchors[:, 2] - anchors[:, 0], anchors[:, 3] - anchors[:, 1]
        g_w, g_h = gt[:, 2] - gt[:, 0], gt[:, 3] - gt[:, 1]
        g_w, g_h = g_w.clamp(min=1e-3), g_h.clamp(min=1e-3)
        dx = wx * ((gt[:, 0] + gt[:, 2]) - (anchors[:, 0] + anchors[:, 2])) / (2 * a_w)
        dy = wy * ((gt[:, 1] + gt[:, 3]) - (anchors[:, 1] + anchors[:, 3])) / (2 * a_h)
        dw = ww * torch.log(g_w / a_w)
        dh = wh * torch.log(g_h / a_h)
        return torch.stack([dx, dy, dw, dh], dim=1)


class Head(nn.Module):
    def __init__(self, channels, anchors, classes, prior=0.01):
        super().__init__()
        self.coder = BoxCoder()
        self.cls = nn.Conv2d(channels, anchors * classes, 3, padding=1)
        self.reg = nn.Conv2d(channels, anchors * 4, 3, padding=1)
        nn.init.constant_(self.cls.bias, -math.log((1 - prior) / prior))

    def sizes(self, features, anchor_wh):
        deltas = self.reg(features).flatten(2).transpose(1, 2)
        return anchor_wh * torch.exp((deltas[..., 2:4] / 5.0).clamp(max=self.coder.clip))

    def focal_loss(self, features, targets, alpha=0.25, gamma=2.0):
        logits = self.cls(features).flatten(1)
        p = torch.sigmoid(logits)
        ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        p_t = p * targets + (1 - p) * (1 - targets)
        weight = alpha * targets + (1 - alpha) * (1 - targets)
        loss = (weight * (1 - p_t) ** gamma * ce).sum()
        positives = (targets > 0).sum()
        return loss / positives.clamp(min=1)
