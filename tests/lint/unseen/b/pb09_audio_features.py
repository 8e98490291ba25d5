"""Audio features frame by frame: levels, spectral shape, pitch and a Wiener noise gate."""
from dataclasses import dataclass

import numpy as np


@dataclass
class Config:
    sr: int = 16000
    n_fft: int = 512
    hop: int = 256
    mu: float = 255.0


def frames(x, cfg):
    n = 1 + (len(x) - cfg.n_fft) // cfg.hop
    idx = np.arange(cfg.n_fft)[None, :] + cfg.hop * np.arange(n)[:, None]
    return x[idx] * np.hanning(cfg.n_fft)


def power_spectrum(x, cfg):
    return np.abs(np.fft.rfft(frames(x, cfg), axis=1)) ** 2 / cfg.n_fft


def rms(x):
    return np.sqrt(np.mean(x ** 2, axis=-1))


def level_db(x):
    return 20 * np.log10(rms(x))  # SSM301


def peak_normalize(x, target=0.95):
    return target * x / np.abs(x).max()  # SSM302


def crest_factor(x):
    return np.max(np.abs(x)) / rms(x)  # SSM302


def spectral_flatness(S):
    geometric = np.exp(np.mean(np.log(S), axis=1))  # SSM301
    return geometric / np.mean(S, axis=1)  # SSM302


def spectral_centroid(S, cfg):
    freqs = np.linspace(0, cfg.sr / 2, S.shape[1])
    return (S * freqs).sum(axis=1) / S.sum(axis=1)  # SSM302


def spectral_flux(S):
    return np.sqrt(np.sum(np.diff(np.sqrt(S), axis=0) ** 2, axis=1))


def hz_to_mel(f):
    return 2595.0 * np.log10(1.0 + f / 700.0)


def mel_to_hz(m):
    return 700.0 * (10.0 ** (m / 2595.0) - 1.0)


def mu_law(x, cfg):
    return np.sign(x) * np.log1p(cfg.mu * np.abs(x)) / np.log1p(cfg.mu)


def pitch(frame, cfg, fmin=60, fmax=400):
    r = np.correlate(frame, frame, mode="full")[len(frame) - 1:]
    r = r / r[0]  # SSM302
    lo, hi = cfg.sr // fmax, cfg.sr // fmin
    lag = lo + np.argmax(r[lo:hi])
    return cfg.sr / lag


def wiener_gain(S, noise):
    signal = np.maximum(S - noise, 0.0)
    return signal / (signal + noise)  # SSM302


def snr_db(clean, noisy):
    residual = noisy - clean
    return 10 * np.log10(np.sum(clean ** 2) / np.sum(residual ** 2))  # SSM301, SSM302


def log_mel(S, filterbank, floor=1e-10):
    return np.log(np.maximum(S @ filterbank.T, floor))


def zero_crossing_rate(x):
    return np.mean(np.abs(np.diff(np.signbit(x).astype(int))))
# fixed
from dataclasses import dataclass

import numpy as np

EPS = 1e-12


@dataclass
class Config:
    sr: int = 16000
    n_fft: int = 512
    hop: int = 256
    mu: float = 255.0


def frames(x, cfg):
    n = 1 + (len(x) - cfg.n_fft) // cfg.hop
    idx = np.arange(cfg.n_fft)[None, :] + cfg.hop * np.arange(n)[:, None]
    return x[idx] * np.hanning(cfg.n_fft)


def power_spectrum(x, cfg):
    return np.abs(np.fft.rfft(frames(x, cfg), axis=1)) ** 2 / cfg.n_fft


def rms(x):
    return np.sqrt(np.mean(x ** 2, axis=-1))


def level_db(x):
    return 20 * np.log10(np.maximum(rms(x), EPS))


def peak_normalize(x, target=0.95):
    peak = np.abs(x).max()
    if peak < EPS:
        return x
    return target * x / peak


def crest_factor(x):
    return np.max(np.abs(x)) / (rms(x) + EPS)


def spectral_flatness(S):
    S = np.maximum(S, 1e-30)
    geometric = np.exp(np.mean(np.log(S), axis=1))
    return geometric / np.mean(S, axis=1)


def spectral_centroid(S, cfg):
    freqs = np.linspace(0, cfg.sr / 2, S.shape[1])
    total = S.sum(axis=1)
    return np.divide((S * freqs).sum(axis=1), total, out=np.zeros_like(total), where=total > 0)


def spectral_flux(S):
    return np.sqrt(np.sum(np.diff(np.sqrt(S), axis=0) ** 2, axis=1))


def hz_to_mel(f):
    return 2595.0 * np.log10(1.0 + f / 700.0)


def mel_to_hz(m):
    return 700.0 * (10.0 ** (m / 2595.0) - 1.0)


def mu_law(x, cfg):
    return np.sign(x) * np.log1p(cfg.mu * np.abs(x)) / np.log1p(cfg.mu)


def pitch(frame, cfg, fmin=60, fmax=400):
    r = np.correlate(frame, frame, mode="full")[len(frame) - 1:]
    if r[0] <= EPS:
        return 0.0
    r = r / r[0]
    lo, hi = cfg.sr // fmax, cfg.sr // fmin
    lag = lo + np.argmax(r[lo:hi])
    return cfg.sr / lag


def wiener_gain(S, noise):
    signal = np.maximum(S - noise, 0.0)
    return signal / np.maximum(signal + noise, EPS)


def snr_db(clean, noisy):
    residual = noisy - clean
    return 10 * np.log10((np.sum(clean ** 2) + EPS) / (np.sum(residual ** 2) + EPS))


def log_mel(S, filterbank, floor=1e-10):
    return np.log(np.maximum(S @ filterbank.T, floor))


def zero_crossing_rate(x):
    return np.mean(np.abs(np.diff(np.signbit(x).astype(int))))
