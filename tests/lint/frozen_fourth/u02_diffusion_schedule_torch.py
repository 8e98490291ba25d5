"""A Gaussian diffusion process: schedule, posterior, and the weights of the loss."""
import math

import torch
import torch.nn.functional as F


def cosine_betas(timesteps, s=0.008):
    t = torch.linspace(0, timesteps, timesteps + 1)
    alphas_cumprod = torch.cos((t / timesteps + s) / (1 + s) * math.pi * 0.5) ** 2
    return 1 - alphas_cumprod[1:] / alphas_cumprod[:-1]


class GaussianDiffusion:
    def __init__(self, timesteps=1000):
        betas = cosine_betas(timesteps)
        alphas_cumprod = torch.cumprod(1.0 - betas, dim=0)
        alphas_cumprod_prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
        self.alphas_cumprod = alphas_cumprod
        self.posterior_variance = betas * (1 - alphas_cumprod_prev) / (1 - alphas_cumprod)
        self.posterior_log_variance = torch.log(self.posterior_variance)  # SSM301

    def snr_weight(self, t, gamma=5.0):
        snr = self.alphas_cumprod[t] / (1 - self.alphas_cumprod[t])
        return torch.minimum(snr, torch.full_like(snr, gamma)) / snr

    def kl(self, mean1, logvar1, mean2, logvar2):
        return 0.5 * (-1 + logvar2 - logvar1 + torch.exp(logvar1 - logvar2) + (mean1 - mean2) ** 2 * torch.exp(-logvar2))


def discretized_nll(x, means, log_scales):
    centered = x - means
    inv_std = torch.exp(-log_scales)
    cdf_plus = torch.sigmoid(inv_std * (centered + 1 / 255))
    cdf_min = torch.sigmoid(inv_std * (centered - 1 / 255))
    return -torch.log(cdf_plus - cdf_min)  # SSM301


def rescale(noise_cfg, noise_text):
    std_text = noise_text.std(dim=(1, 2, 3), keepdim=True)
    std_cfg = noise_cfg.std(dim=(1, 2, 3), keepdim=True)
    return noise_cfg * (std_text / std_cfg)  # SSM302
# fixed
import math

import torch
import torch.nn.functional as F


def cosine_betas(timesteps, s=0.008):
    t = torch.linspace(0, timesteps, timesteps + 1)
    alphas_cumprod = torch.cos((t / timesteps + s) / (1 + s) * math.pi * 0.5) ** 2
    return torch.clip(1 - alphas_cumprod[1:] / alphas_cumprod[:-1], 0, 0.999)


class GaussianDiffusion:
    def __init__(self, timesteps=1000):
        betas = cosine_betas(timesteps)
        alphas_cumprod = torch.cumprod(1.0 - betas, dim=0)
        alphas_cumprod_prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
        self.alphas_cumprod = alphas_cumprod
        self.posterior_variance = betas * (1 - alphas_cumprod_prev) / (1 - alphas_cumprod)
        self.posterior_log_variance = torch.log(self.posterior_variance.clamp(min=1e-20))

    def snr_weight(self, t, gamma=5.0):
        snr = self.alphas_cumprod[t] / (1 - self.alphas_cumprod[t])
        return torch.minimum(snr, torch.full_like(snr, gamma)) / snr

    def kl(self, mean1, logvar1, mean2, logvar2):
        return 0.5 * (-1 + logvar2 - logvar1 + torch.exp(logvar1 - logvar2) + (mean1 - mean2) ** 2 * torch.exp(-logvar2))


def discretized_nll(x, means, log_scales):
    centered = x - means
    inv_std = torch.exp(-log_scales)
    cdf_plus = torch.sigmoid(inv_std * (centered + 1 / 255))
    cdf_min = torch.sigmoid(inv_std * (centered - 1 / 255))
    return -torch.log((cdf_plus - cdf_min).clamp(min=1e-12))


def rescale(noise_cfg, noise_text):
    std_text = noise_text.std(dim=(1, 2, 3), keepdim=True)
    std_cfg = noise_cfg.std(dim=(1, 2, 3), keepdim=True)
    return noise_cfg * (std_text / (std_cfg + 1e-6))
