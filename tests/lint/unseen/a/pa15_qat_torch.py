"""Quantization-aware training in torch: observers, fake quantization, calibration by KL, reports."""
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class FakeQuantize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero_point, qmin, qmax):
        q = torch.clamp(torch.round(x / scale + zero_point), qmin, qmax)  # SSM302
        ctx.save_for_backward((q > qmin) & (q < qmax))
        return (q - zero_point) * scale

    @staticmethod
    def backward(ctx, grad):
        (inside,) = ctx.saved_tensors
        return grad * inside, None, None, None, None


class MinMaxObserver(nn.Module):
    def __init__(self, bits=8, momentum=0.1):
        super().__init__()
        self.qmin, self.qmax, self.momentum = 0, 2 ** bits - 1, momentum
        self.register_buffer("lo", torch.tensor(0.0))
        self.register_buffer("hi", torch.tensor(0.0))

    def forward(self, x):
        if self.training:
            self.lo += self.momentum * (x.detach().min().clamp(max=0.0) - self.lo)
            self.hi += self.momentum * (x.detach().max().clamp(min=0.0) - self.hi)
        scale = (self.hi - self.lo) / (self.qmax - self.qmin)
        zero_point = torch.round(self.qmin - self.lo / scale)  # SSM302
        return FakeQuantize.apply(x, scale, zero_point, self.qmin, self.qmax)


def per_channel_symmetric(weight, bits=8):
    bound = 2 ** (bits - 1) - 1
    absmax = weight.detach().abs().flatten(1).amax(dim=1)
    scale = (absmax / bound).view(-1, *[1] * (weight.dim() - 1))
    q = (weight / scale).round().clamp(-bound, bound)  # SSM302
    return weight + (q * scale - weight).detach()


def power_of_two_scale(weight, bits=8):
    absmax = weight.detach().abs().max()
    return 2.0 ** torch.ceil(torch.log2(absmax / (2 ** (bits - 1) - 1)))  # SSM301


class LSQ(nn.Module):
    def __init__(self, channels, qmax=127):
        super().__init__()
        self.step = nn.Parameter(torch.full((channels, 1), 0.05))
        self.qmax = qmax

    def forward(self, w):
        g = 1.0 / math.sqrt(w.numel() * self.qmax)
        s = self.step * g + (self.step * (1 - g)).detach()
        s = F.relu(s)
        v = (w / s).clamp(-self.qmax, self.qmax)  # SSM302
        return (v + (v.round() - v).detach()) * s


def calibrate_kl(hist, levels=128):
    best, best_kl = len(hist), float("inf")
    if hist.sum() == 0:
        return best
    for i in range(levels, len(hist) + 1, levels):
        p = hist[:i].astype(np.float64)
        p[-1] += hist[i:].sum()
        q = np.repeat(p.reshape(levels, -1).mean(axis=1), i // levels)
        p = p / p.sum()
        q = q / q.sum()
        kl = np.sum(p * np.log(p / q))  # SSM301, SSM302
        if kl < best_kl:
            best, best_kl = i, kl
    return best


def sqnr_db(x, xq):
    noise = (x - xq).pow(2).mean()
    return 10 * torch.log10(x.pow(2).mean() / noise)  # SSM302


def half_error(x, xq):
    diff = (x - xq).half().flatten()
    return diff.abs().sum() / diff.numel()  # SSM507
# fixed
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class FakeQuantize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, zero_point, qmin, qmax):
        q = torch.clamp(torch.round(x / scale + zero_point), qmin, qmax)
        ctx.save_for_backward((q > qmin) & (q < qmax))
        return (q - zero_point) * scale

    @staticmethod
    def backward(ctx, grad):
        (inside,) = ctx.saved_tensors
        return grad * inside, None, None, None, None


class MinMaxObserver(nn.Module):
    def __init__(self, bits=8, momentum=0.1):
        super().__init__()
        self.qmin, self.qmax, self.momentum = 0, 2 ** bits - 1, momentum
        self.register_buffer("lo", torch.tensor(0.0))
        self.register_buffer("hi", torch.tensor(0.0))

    def forward(self, x):
        if self.training:
            self.lo += self.momentum * (x.detach().min().clamp(max=0.0) - self.lo)
            self.hi += self.momentum * (x.detach().max().clamp(min=0.0) - self.hi)
        scale = (self.hi - self.lo) / (self.qmax - self.qmin)
        scale = torch.clamp(scale, min=1e-8)
        zero_point = torch.round(self.qmin - self.lo / scale)
        return FakeQuantize.apply(x, scale, zero_point, self.qmin, self.qmax)


def per_channel_symmetric(weight, bits=8):
    bound = 2 ** (bits - 1) - 1
    absmax = weight.detach().abs().flatten(1).amax(dim=1)
    absmax = absmax.clamp(min=1e-8)
    scale = (absmax / bound).view(-1, *[1] * (weight.dim() - 1))
    q = (weight / scale).round().clamp(-bound, bound)
    return weight + (q * scale - weight).detach()


def power_of_two_scale(weight, bits=8):
    absmax = weight.detach().abs().max()
    return 2.0 ** torch.ceil(torch.log2(absmax.clamp(min=1e-12) / (2 ** (bits - 1) - 1)))


class LSQ(nn.Module):
    def __init__(self, channels, qmax=127):
        super().__init__()
        self.step = nn.Parameter(torch.full((channels, 1), 0.05))
        self.qmax = qmax

    def forward(self, w):
        g = 1.0 / math.sqrt(w.numel() * self.qmax)
        s = self.step * g + (self.step * (1 - g)).detach()
        s = s.clamp(min=1e-6)
        v = (w / s).clamp(-self.qmax, self.qmax)
        return (v + (v.round() - v).detach()) * s


def calibrate_kl(hist, levels=128):
    best, best_kl = len(hist), float("inf")
    if hist.sum() == 0:
        return best
    for i in range(levels, len(hist) + 1, levels):
        p = hist[:i].astype(np.float64)
        p[-1] += hist[i:].sum()
        q = np.repeat(p.reshape(levels, -1).mean(axis=1), i // levels)
        p = p / p.sum()
        q = q / q.sum()
        live = p > 0
        kl = np.sum(p[live] * np.log(p[live] / q[live]))
        if kl < best_kl:
            best, best_kl = i, kl
    return best


def sqnr_db(x, xq):
    noise = (x - xq).pow(2).mean()
    return 10 * torch.log10((x.pow(2).mean() + 1e-20) / (noise + 1e-20))


def half_error(x, xq):
    diff = (x - xq).half().flatten()
    return diff.abs().float().sum() / diff.numel()
