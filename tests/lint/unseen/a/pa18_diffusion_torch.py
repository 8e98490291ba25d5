"""Gaussian diffusion in torch: schedules, SNR weighting, learned variance, guidance, likelihood."""
import math

import numpy as np
import torch
import torch as th
import torch.nn as nn


def cosine_alpha_bar(steps, s=0.008):
    t = np.arange(steps, dtype=np.float64) / steps
    f = np.cos((t + s) / (1 + s) * math.pi / 2) ** 2
    return f / f[0]


def approx_standard_normal_cdf(x):
    return 0.5 * (1.0 + th.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x ** 3)))


def gaussian_log_likelihood(x, means, log_scales):
    inv = th.exp(-log_scales.clamp(-7.0, 7.0))
    upper = approx_standard_normal_cdf(inv * (x - means + 1.0 / 255.0))
    lower = approx_standard_normal_cdf(inv * (x - means - 1.0 / 255.0))
    return th.log(upper - lower)  # SSM301


class Schedule:
    def __init__(self, steps=1000):
        abar = cosine_alpha_bar(steps)
        prev = np.append(1.0, abar[:-1])
        betas = np.clip(1.0 - abar / prev, 0, 0.999)
        self.abar = torch.from_numpy(abar).float()
        self.snr = abar / (1.0 - abar)  # SSM302
        post_var = betas * (1.0 - prev) / (1.0 - abar)  # SSM302
        self.post_log_var = np.log(post_var)  # SSM301
        self.sqrt_recip = np.sqrt(1.0 / abar)

    def q_sample(self, x0, t, noise):
        a = self.abar[t].view(-1, 1, 1, 1)
        return a.sqrt() * x0 + (1 - a).sqrt() * noise

    def eps_from_x0(self, x_t, t, x0):
        a = self.abar[t].view(-1, 1, 1, 1)
        return (x_t - a.sqrt() * x0) / (1 - a).sqrt()  # SSM302

    def min_snr_weight(self, t, gamma=5.0):
        snr = torch.as_tensor(self.snr)[t].float()
        return snr.clamp(max=gamma) / snr


class VarianceHead(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 1)

    def forward(self, h, noise):
        log_var = self.conv(h)
        return th.exp(0.5 * log_var) * noise, log_var  # SSM505


def guided(cond, uncond, scale, rescale=0.7):
    cfg = uncond + scale * (cond - uncond)
    dims = list(range(1, cfg.ndim))
    std_c, std_g = cond.std(dim=dims, keepdim=True), cfg.std(dim=dims, keepdim=True)
    return rescale * cfg * (std_c / std_g) + (1 - rescale) * cfg  # SSM302


def dynamic_threshold(x0, q=0.995):
    s = torch.quantile(x0.abs().flatten(1), q, dim=1).clamp(min=1.0).view(-1, 1, 1, 1)
    return x0.clamp(-s, s) / s


def normal_kl(mean1, logvar1, mean2, logvar2):
    return 0.5 * (-1.0 + logvar2 - logvar1 + th.exp(logvar1 - logvar2)
                  + (mean1 - mean2) ** 2 * th.exp(-logvar2))


def karras_sigmas(n, lo=0.002, hi=80.0, rho=7.0):
    ramp = th.linspace(0, 1, n)
    return (hi ** (1 / rho) + ramp * (lo ** (1 / rho) - hi ** (1 / rho))) ** rho


def timestep_embedding(t, dim, max_period=10000):
    half = dim // 2
    freqs = th.exp(-math.log(max_period) * th.arange(half, dtype=th.float32) / half)
    args = t[:, None].float() * freqs[None]
    return th.cat([th.cos(args), th.sin(args)], dim=-1)
# fixed
import math

import numpy as np
import torch
import torch as th
import torch.nn as nn


def cosine_alpha_bar(steps, s=0.008):
    t = np.arange(steps, dtype=np.float64) / steps
    f = np.cos((t + s) / (1 + s) * math.pi / 2) ** 2
    return f / f[0]


def approx_standard_normal_cdf(x):
    return 0.5 * (1.0 + th.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x ** 3)))


def gaussian_log_likelihood(x, means, log_scales):
    inv = th.exp(-log_scales.clamp(-7.0, 7.0))
    upper = approx_standard_normal_cdf(inv * (x - means + 1.0 / 255.0))
    lower = approx_standard_normal_cdf(inv * (x - means - 1.0 / 255.0))
    return th.log((upper - lower).clamp(min=1e-12))


class Schedule:
    def __init__(self, steps=1000):
        if steps < 2:
            raise ValueError("at least two steps are needed")
        abar = cosine_alpha_bar(steps)
        abar = np.clip(abar, 1e-5, 1.0 - 1e-5)
        prev = np.append(1.0, abar[:-1])
        betas = np.clip(1.0 - abar / prev, 0, 0.999)
        self.abar = torch.from_numpy(abar).float()
        self.snr = abar / (1.0 - abar)
        post_var = betas * (1.0 - prev) / (1.0 - abar)
        self.post_log_var = np.log(np.maximum(post_var, 1e-20))
        self.sqrt_recip = np.sqrt(1.0 / abar)

    def q_sample(self, x0, t, noise):
        a = self.abar[t].view(-1, 1, 1, 1)
        return a.sqrt() * x0 + (1 - a).sqrt() * noise

    def eps_from_x0(self, x_t, t, x0):
        a = self.abar[t].view(-1, 1, 1, 1)
        return (x_t - a.sqrt() * x0) / (1 - a).clamp(min=1e-6).sqrt()

    def min_snr_weight(self, t, gamma=5.0):
        snr = torch.as_tensor(self.snr)[t].float()
        return snr.clamp(max=gamma) / snr


class VarianceHead(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 1)

    def forward(self, h, noise):
        log_var = self.conv(h)
        log_var = log_var.clamp(-20.0, 5.0)
        return th.exp(0.5 * log_var) * noise, log_var


def guided(cond, uncond, scale, rescale=0.7):
    cfg = uncond + scale * (cond - uncond)
    dims = list(range(1, cfg.ndim))
    std_c, std_g = cond.std(dim=dims, keepdim=True), cfg.std(dim=dims, keepdim=True)
    return rescale * cfg * (std_c / std_g.clamp(min=1e-6)) + (1 - rescale) * cfg


def dynamic_threshold(x0, q=0.995):
    s = torch.quantile(x0.abs().flatten(1), q, dim=1).clamp(min=1.0).view(-1, 1, 1, 1)
    return x0.clamp(-s, s) / s


def normal_kl(mean1, logvar1, mean2, logvar2):
    return 0.5 * (-1.0 + logvar2 - logvar1 + th.exp(logvar1 - logvar2)
                  + (mean1 - mean2) ** 2 * th.exp(-logvar2))


def karras_sigmas(n, lo=0.002, hi=80.0, rho=7.0):
    ramp = th.linspace(0, 1, n)
    return (hi ** (1 / rho) + ramp * (lo ** (1 / rho) - hi ** (1 / rho))) ** rho


def timestep_embedding(t, dim, max_period=10000):
    half = dim // 2
    freqs = th.exp(-math.log(max_period) * th.arange(half, dtype=th.float32) / half)
    args = t[:, None].float() * freqs[None]
    return th.cat([th.cos(args), th.sin(args)], dim=-1)
