"""Heads and losses of a one-stage detector in PyTorch: anchors, focal loss, box decoding."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Head(nn.Module):
    def __init__(self, channels, anchors, classes, prior=0.01):
        super().__init__()
        self.classes = classes
        self.tower = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU())
        self.cls = nn.Conv2d(channels, anchors * classes, 3, padding=1)
        self.box = nn.Conv2d(channels, anchors * 4, 3, padding=1)
        nn.init.constant_(self.cls.bias, -math.log((1 - prior) / prior))

    def forward(self, feature):
        t = self.tower(feature)
        n = feature.shape[0]
        logits = self.cls(t).permute(0, 2, 3, 1).reshape(n, -1, self.classes)
        deltas = self.box(t).permute(0, 2, 3, 1).reshape(n, -1, 4)
        return logits, deltas


def make_anchors(size, stride, scales=(1.0, 1.26, 1.59), ratios=(0.5, 1.0, 2.0)):
    ys, xs = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    centers = torch.stack([xs, ys], dim=-1).reshape(-1, 1, 2) * stride + stride / 2
    shapes = torch.tensor([[4 * stride * s * math.sqrt(r), 4 * stride * s / math.sqrt(r)] for s in scales for r in ratios])
    k = len(shapes)
    return torch.cat([centers.expand(-1, k, 2), shapes.expand(len(centers), k, 2)], dim=-1).reshape(-1, 4)


def encode(gt, anchors):
    xy = (gt[..., :2] - anchors[:, :2]) / anchors[:, 2:]
    wh = torch.log(gt[..., 2:].clamp(min=1.0) / anchors[:, 2:])
    return torch.cat([xy, wh], dim=-1)


def decode(deltas, anchors):
    xy = deltas[..., :2] * anchors[:, 2:] + anchors[:, :2]
    wh = torch.exp(deltas[..., 2:]) * anchors[:, 2:]  # SSM505
    return torch.cat([xy - wh / 2, xy + wh / 2], dim=-1)


def focal_loss(logits, targets, alpha=0.25):
    p = torch.sigmoid(logits)
    weight = (targets - p) ** 2 * torch.where(targets > 0, alpha, 1 - alpha)
    bce = -(targets * torch.log(p) + (1 - targets) * torch.log(1 - p))  # SSM202
    return weight * bce


def detection_loss(head, feature, anchors, gt_boxes, gt_labels):
    logits, deltas = head(feature)
    positive = gt_labels > 0
    targets = F.one_hot(gt_labels, head.classes + 1)[..., 1:].float()
    cls = focal_loss(logits, targets).sum()
    wanted = encode(gt_boxes, anchors)
    box = F.smooth_l1_loss(deltas[positive], wanted[positive], reduction="sum")
    return (cls + box) / positive.sum()  # SSM302


def detect(head, feature, anchors, threshold=0.5):
    with torch.no_grad():
        logits, deltas = head(feature)
        scores, labels = torch.sigmoid(logits).max(dim=-1)
        keep = scores > threshold
        return decode(deltas, anchors)[keep], labels[keep], scores[keep]
# fixed
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Head(nn.Module):
    def __init__(self, channels, anchors, classes, prior=0.01):
        super().__init__()
        self.classes = classes
        self.tower = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU())
        self.cls = nn.Conv2d(channels, anchors * classes, 3, padding=1)
        self.box = nn.Conv2d(channels, anchors * 4, 3, padding=1)
        nn.init.constant_(self.cls.bias, -math.log((1 - prior) / prior))

    def forward(self, feature):
        t = self.tower(feature)
        n = feature.shape[0]
        logits = self.cls(t).permute(0, 2, 3, 1).reshape(n, -1, self.classes)
        deltas = self.box(t).permute(0, 2, 3, 1).reshape(n, -1, 4)
        return logits, deltas


def make_anchors(size, stride, scales=(1.0, 1.26, 1.59), ratios=(0.5, 1.0, 2.0)):
    ys, xs = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    centers = torch.stack([xs, ys], dim=-1).reshape(-1, 1, 2) * stride + stride / 2
    shapes = torch.tensor([[4 * stride * s * math.sqrt(r), 4 * stride * s / math.sqrt(r)] for s in scales for r in ratios])
    k = len(shapes)
    return torch.cat([centers.expand(-1, k, 2), shapes.expand(len(centers), k, 2)], dim=-1).reshape(-1, 4)


def encode(gt, anchors):
    xy = (gt[..., :2] - anchors[:, :2]) / anchors[:, 2:]
    wh = torch.log(gt[..., 2:].clamp(min=1.0) / anchors[:, 2:])
    return torch.cat([xy, wh], dim=-1)


def decode(deltas, anchors):
    xy = deltas[..., :2] * anchors[:, 2:] + anchors[:, :2]
    wh = torch.exp(deltas[..., 2:].clamp(max=math.log(1000.0 / 16))) * anchors[:, 2:]
    return torch.cat([xy - wh / 2, xy + wh / 2], dim=-1)


def focal_loss(logits, targets, alpha=0.25):
    p = torch.sigmoid(logits)
    weight = (targets - p) ** 2 * torch.where(targets > 0, alpha, 1 - alpha)
    bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return weight * bce


def detection_loss(head, feature, anchors, gt_boxes, gt_labels):
    logits, deltas = head(feature)
    positive = gt_labels > 0
    targets = F.one_hot(gt_labels, head.classes + 1)[..., 1:].float()
    cls = focal_loss(logits, targets).sum()
    wanted = encode(gt_boxes, anchors)
    box = F.smooth_l1_loss(deltas[positive], wanted[positive], reduction="sum")
    return (cls + box) / positive.sum().clamp(min=1)


def detect(head, feature, anchors, threshold=0.5):
    with torch.no_grad():
        logits, deltas = head(feature)
        scores, labels = torch.sigmoid(logits).max(dim=-1)
        keep = scores > threshold
        return decode(deltas, anchors)[keep], labels[keep], scores[keep]
