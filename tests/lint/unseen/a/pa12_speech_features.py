"""Speech features in NumPy: log-mel, cepstra, CMVN (batch and online), level and SNR meters."""
import numpy as np
from scipy.fftpack import dct



def hz2mel(hz):
    return 2595.0 * np.log10(1.0 + hz / 700.0)


def mel2hz(mel):
    return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)


def mel_filterbank(n_mels, n_fft, sr):
    edges = mel2hz(np.linspace(hz2mel(20.0), hz2mel(sr / 2), n_mels + 2))
    bins = np.floor((n_fft + 1) * edges / sr).astype(int)
    fb = np.zeros((n_mels, n_fft // 2 + 1))
    for m in range(1, n_mels + 1):
        left, center, right = bins[m - 1:m + 2]
        for k in range(left, center):
            fb[m - 1, k] = (k - left) / (center - left)
        for k in range(center, right):
            fb[m - 1, k] = (right - k) / (right - center)
    return fb


def frames(signal, size=400, hop=160):
    n = 1 + max(0, (len(signal) - size) // hop)
    idx = np.arange(size)[None, :] + hop * np.arange(n)[:, None]
    return np.pad(signal, (0, size))[idx] * np.hamming(size)


def peak_normalize(wav, level=0.95):
    return level * wav / np.max(np.abs(wav))  # SSM302


def log_mel(signal, sr=16000, n_fft=512, n_mels=40):
    power = np.abs(np.fft.rfft(frames(signal), n_fft)) ** 2 / n_fft
    return np.log(power @ mel_filterbank(n_mels, n_fft, sr).T)  # SSM301


def mfcc(signal, n_ceps=13, lifter=22):
    c = dct(log_mel(signal), type=2, axis=1, norm="ortho")[:, :n_ceps]
    return c * (1 + (lifter / 2.0) * np.sin(np.pi * np.arange(n_ceps) / lifter))


def cmvn(feats):
    return (feats - feats.mean(axis=0)) / feats.std(axis=0)  # SSM302


class OnlineCMVN:
    def __init__(self, dim):
        self.n, self.s, self.ss = 0, np.zeros(dim), np.zeros(dim)

    def __call__(self, frame):
        self.n += 1
        self.s += frame
        self.ss += frame ** 2
        mean = self.s / self.n
        std = np.sqrt(self.ss / self.n - mean ** 2)  # SSM504
        return (frame - mean) / std  # SSM302


def level_db(signal):
    rms = np.sqrt(np.mean(signal ** 2, axis=-1))
    return 20 * np.log10(rms)  # SSM301


def snr_db(clean, noisy):
    return 10 * np.log10(np.sum(clean ** 2) / np.sum((noisy - clean) ** 2))  # SSM302, SSM301


def flatness(power):
    gmean = np.exp(np.mean(np.log(power), axis=-1))  # SSM301
    return gmean / np.mean(power, axis=-1)  # SSM302


def centroid(mag, sr):
    freqs = np.linspace(0, sr / 2, mag.shape[1])
    return (mag * freqs).sum(axis=1) / mag.sum(axis=1)  # SSM302
# fixed
import numpy as np
from scipy.fftpack import dct

EPS = 1e-10


def hz2mel(hz):
    return 2595.0 * np.log10(1.0 + hz / 700.0)


def mel2hz(mel):
    return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)


def mel_filterbank(n_mels, n_fft, sr):
    edges = mel2hz(np.linspace(hz2mel(20.0), hz2mel(sr / 2), n_mels + 2))
    bins = np.floor((n_fft + 1) * edges / sr).astype(int)
    fb = np.zeros((n_mels, n_fft // 2 + 1))
    for m in range(1, n_mels + 1):
        left, center, right = bins[m - 1:m + 2]
        for k in range(left, center):
            fb[m - 1, k] = (k - left) / (center - left)
        for k in range(center, right):
            fb[m - 1, k] = (right - k) / (right - center)
    return fb


def frames(signal, size=400, hop=160):
    n = 1 + max(0, (len(signal) - size) // hop)
    idx = np.arange(size)[None, :] + hop * np.arange(n)[:, None]
    return np.pad(signal, (0, size))[idx] * np.hamming(size)


def peak_normalize(wav, level=0.95):
    return level * wav / max(np.max(np.abs(wav)), EPS)


def log_mel(signal, sr=16000, n_fft=512, n_mels=40):
    power = np.abs(np.fft.rfft(frames(signal), n_fft)) ** 2 / n_fft
    return np.log(np.maximum(power @ mel_filterbank(n_mels, n_fft, sr).T, EPS))


def mfcc(signal, n_ceps=13, lifter=22):
    c = dct(log_mel(signal), type=2, axis=1, norm="ortho")[:, :n_ceps]
    return c * (1 + (lifter / 2.0) * np.sin(np.pi * np.arange(n_ceps) / lifter))


def cmvn(feats):
    return (feats - feats.mean(axis=0)) / (feats.std(axis=0) + 1e-6)


class OnlineCMVN:
    def __init__(self, dim):
        self.n, self.mean, self.m2 = 0, np.zeros(dim), np.zeros(dim)

    def __call__(self, frame):
        self.n += 1
        delta = frame - self.mean
        self.mean = self.mean + delta / self.n
        self.m2 = self.m2 + delta * (frame - self.mean)
        std = np.sqrt(self.m2 / self.n)
        return (frame - self.mean) / np.maximum(std, 1e-4)


def level_db(signal):
    rms = np.sqrt(np.mean(signal ** 2, axis=-1))
    return 20 * np.log10(np.maximum(rms, 1e-8))


def snr_db(clean, noisy):
    return 10 * np.log10((np.sum(clean ** 2) + EPS) / (np.sum((noisy - clean) ** 2) + EPS))


def flatness(power):
    power = np.maximum(power, EPS)
    gmean = np.exp(np.mean(np.log(power), axis=-1))
    return gmean / np.mean(power, axis=-1)


def centroid(mag, sr):
    freqs = np.linspace(0, sr / 2, mag.shape[1])
    return (mag * freqs).sum(axis=1) / (mag.sum(axis=1) + EPS)
