"""Log-mel features of speech with energies and mean and variance normalisation."""
import numpy as np
from scipy.fftpack import dct
from scipy.io import wavfile


def preemphasis(signal, coeff=0.97):
    return np.append(signal[0], signal[1:] - coeff * signal[:-1])


def framesig(signal, frame_len, frame_step):
    numframes = 1 + int(np.ceil(max(0, len(signal) - frame_len) / frame_step))
    padded = np.concatenate((signal, np.zeros((numframes - 1) * frame_step + frame_len - len(signal))))
    index = np.arange(frame_len)[None, :] + frame_step * np.arange(numframes)[:, None]
    return padded[index] * np.hamming(frame_len)


def hz2mel(hz):
    return 2595 * np.log10(1 + hz / 700.0)


def mel2hz(mel):
    return 700 * (10 ** (mel / 2595.0) - 1)


def filterbank(nfilt, nfft, rate):
    points = mel2hz(np.linspace(hz2mel(0), hz2mel(rate / 2), nfilt + 2))
    freqs = np.linspace(0, rate / 2, nfft // 2 + 1)
    fb = np.zeros((nfilt, nfft // 2 + 1))
    for j in range(nfilt):
        lo, mid, hi = points[j:j + 3]
        fb[j] = np.maximum(0, np.minimum((freqs - lo) / (mid - lo), (hi - freqs) / (hi - mid)))
    return fb


def features(path, nfft=512, nfilt=26, numcep=13):
    rate, signal = wavfile.read(path)
    signal = preemphasis(signal.astype(np.float64) / 32768.0)
    frames = framesig(signal, int(0.025 * rate), int(0.010 * rate))
    power = np.abs(np.fft.rfft(frames, nfft)) ** 2 / nfft
    energy = np.sum(power, axis=1)
    mel = np.dot(power, filterbank(nfilt, nfft, rate).T)
    logmel = np.log(mel)  # SSM301
    cep = dct(logmel, type=2, axis=1, norm="ortho")[:, :numcep]
    cep[:, 0] = np.log(energy)  # SSM301
    return cep


def lifter(cep, L=22):
    n = np.arange(cep.shape[1])
    return (1 + (L / 2.0) * np.sin(np.pi * n / L)) * cep


def delta(feat, N=2):
    denominator = 2 * sum(i ** 2 for i in range(1, N + 1))
    padded = np.pad(feat, ((N, N), (0, 0)), mode="edge")
    return np.stack([np.dot(np.arange(-N, N + 1), padded[t:t + 2 * N + 1]) / denominator for t in range(len(feat))])


def cmvn(feat):
    return (feat - feat.mean(axis=0)) / feat.std(axis=0)  # SSM302


def extract(paths):
    for path in paths:
        cep = lifter(features(path))
        yield path, cmvn(np.hstack([cep, delta(cep)]))
# fixed
import numpy as np
from scipy.fftpack import dct
from scipy.io import wavfile


def preemphasis(signal, coeff=0.97):
    return np.append(signal[0], signal[1:] - coeff * signal[:-1])


def framesig(signal, frame_len, frame_step):
    numframes = 1 + int(np.ceil(max(0, len(signal) - frame_len) / frame_step))
    padded = np.concatenate((signal, np.zeros((numframes - 1) * frame_step + frame_len - len(signal))))
    index = np.arange(frame_len)[None, :] + frame_step * np.arange(numframes)[:, None]
    return padded[index] * np.hamming(frame_len)


def hz2mel(hz):
    return 2595 * np.log10(1 + hz / 700.0)


def mel2hz(mel):
    return 700 * (10 ** (mel / 2595.0) - 1)


def filterbank(nfilt, nfft, rate):
    points = mel2hz(np.linspace(hz2mel(0), hz2mel(rate / 2), nfilt + 2))
    freqs = np.linspace(0, rate / 2, nfft // 2 + 1)
    fb = np.zeros((nfilt, nfft // 2 + 1))
    for j in range(nfilt):
        lo, mid, hi = points[j:j + 3]
        fb[j] = np.maximum(0, np.minimum((freqs - lo) / (mid - lo), (hi - freqs) / (hi - mid)))
    return fb


def features(path, nfft=512, nfilt=26, numcep=13):
    rate, signal = wavfile.read(path)
    signal = preemphasis(signal.astype(np.float64) / 32768.0)
    frames = framesig(signal, int(0.025 * rate), int(0.010 * rate))
    power = np.abs(np.fft.rfft(frames, nfft)) ** 2 / nfft
    floor = np.finfo(float).eps
    energy = np.sum(power, axis=1)
    energy = np.where(energy == 0, floor, energy)
    mel = np.dot(power, filterbank(nfilt, nfft, rate).T)
    logmel = np.log(np.maximum(mel, floor))
    cep = dct(logmel, type=2, axis=1, norm="ortho")[:, :numcep]
    cep[:, 0] = np.log(energy)
    return cep


def lifter(cep, L=22):
    n = np.arange(cep.shape[1])
    return (1 + (L / 2.0) * np.sin(np.pi * n / L)) * cep


def delta(feat, N=2):
    denominator = 2 * sum(i ** 2 for i in range(1, N + 1))
    padded = np.pad(feat, ((N, N), (0, 0)), mode="edge")
    return np.stack([np.dot(np.arange(-N, N + 1), padded[t:t + 2 * N + 1]) / denominator for t in range(len(feat))])


def cmvn(feat):
    std = feat.std(axis=0)
    std[std == 0] = 1.0
    return (feat - feat.mean(axis=0)) / std


def extract(paths):
    for path in paths:
        cep = lifter(features(path))
        yield path, cmvn(np.hstack([cep, delta(cep)]))
