"""Differentiable audio synthesis (harmonics plus noise) with a multi-scale spectral loss, PyTorch."""
import math
import torch
import torch.nn as nn

RATE = 16000


def harmonic(f0, loudness, distribution):
    """f0, loudness: (B, T, 1); distribution: (B, T, K), already ReLU outputs."""
    k = torch.arange(1, distribution.shape[-1] + 1)
    pitches = f0 * k
    audible = (pitches < RATE / 2).float()
    amps = distribution * audible
    amps = amps / amps.sum(-1, keepdim=True)  # SSM302
    phase = torch.cumsum(2 * math.pi * f0 / RATE, dim=1)
    return (loudness * amps * torch.sin(phase * k)).sum(-1)


def magnitude(audio, size):
    spec = torch.stft(audio, size, size // 4, window=torch.hann_window(size), return_complex=True)
    return torch.sqrt(spec.real ** 2 + spec.imag ** 2)  # SSM303


def spectral_loss(target, audio, sizes=(2048, 512, 128), alpha=1.0):
    loss = 0.0
    for size in sizes:
        t, a = magnitude(target, size), magnitude(audio, size)
        loss = loss + (t - a).abs().mean()
        loss = loss + alpha * (torch.log(t) - torch.log(a)).abs().mean()  # SSM301
    return loss / len(sizes)


class Decoder(nn.Module):
    def __init__(self, hidden=128, harmonics=40):
        super().__init__()
        self.gru = nn.GRU(2, hidden, batch_first=True)
        self.amps = nn.Linear(hidden, harmonics)
        self.loud = nn.Linear(hidden, 1)

    def forward(self, f0, level):
        h, _ = self.gru(torch.cat([torch.log2(f0.clamp(min=20.0)), level], -1))
        loudness = 2 * torch.sigmoid(self.loud(h)) ** math.log(10) + 1e-7
        return harmonic(f0, loudness, torch.relu(self.amps(h)))


def level_db(audio, hop=160):
    rms = audio.unfold(-1, hop, hop).pow(2).mean(-1)
    return 10 * torch.log10(rms.clamp(min=1e-9))
# fixed
import math
import torch
import torch.nn as nn

RATE = 16000


def harmonic(f0, loudness, distribution):
    """f0, loudness: (B, T, 1); distribution: (B, T, K), already ReLU outputs."""
    k = torch.arange(1, distribution.shape[-1] + 1)
    pitches = f0 * k
    audible = (pitches < RATE / 2).float()
    amps = distribution * audible
    amps = amps / (amps.sum(-1, keepdim=True) + 1e-6)
    phase = torch.cumsum(2 * math.pi * f0 / RATE, dim=1)
    return (loudness * amps * torch.sin(phase * k)).sum(-1)


def magnitude(audio, size):
    spec = torch.stft(audio, size, size // 4, window=torch.hann_window(size), return_complex=True)
    return torch.sqrt(spec.real ** 2 + spec.imag ** 2 + 1e-10)


def spectral_loss(target, audio, sizes=(2048, 512, 128), alpha=1.0):
    loss = 0.0
    for size in sizes:
        t, a = magnitude(target, size), magnitude(audio, size)
        loss = loss + (t - a).abs().mean()
        loss = loss + alpha * (torch.log(t) - torch.log(a)).abs().mean()
    return loss / len(sizes)


class Decoder(nn.Module):
    def __init__(self, hidden=128, harmonics=40):
        super().__init__()
        self.gru = nn.GRU(2, hidden, batch_first=True)
        self.amps = nn.Linear(hidden, harmonics)
        self.loud = nn.Linear(hidden, 1)

    def forward(self, f0, level):
        h, _ = self.gru(torch.cat([torch.log2(f0.clamp(min=20.0)), level], -1))
        loudness = 2 * torch.sigmoid(self.loud(h)) ** math.log(10) + 1e-7
        return harmonic(f0, loudness, torch.relu(self.amps(h)))


def level_db(audio, hop=160):
    rms = audio.unfold(-1, hop, hop).pow(2).mean(-1)
    return 10 * torch.log10(rms.clamp(min=1e-9))
