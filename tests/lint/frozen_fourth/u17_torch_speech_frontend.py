"""Features and a transducer for speech: log mel energies, cepstral normalization, half precision attention."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class LogMel(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.register_buffer("filters", filters)

    def forward(self, wave):
        spectrum = torch.stft(wave, 400, 160, return_complex=True).abs()
        mel = F.relu(self.filters @ spectrum.pow(2))
        return torch.log(mel)  # SSM301


def cmvn(x):
    return (x - x.mean(dim=1, keepdim=True)) / x.std(dim=1, keepdim=True)  # SSM302


class RelativeAttention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.q, self.k = nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, x, lengths_mask):
        x = x.half()
        scores = self.q(x).half() @ self.k(x).half().transpose(1, 2)
        scores = scores.masked_fill(lengths_mask, -1e9)  # SSM502
        return scores.softmax(-1) @ x


class Joiner(nn.Module):
    def __init__(self, dim, vocabulary):
        super().__init__()
        self.out = nn.Linear(dim, vocabulary)

    def forward(self, encoder, predictor):
        joint = torch.tanh(encoder.unsqueeze(2) + predictor.unsqueeze(1))
        return torch.softmax(self.out(joint), dim=-1).log()  # SSM201


def masked_l1(pred, target, padding):
    keep = ~padding
    return ((pred - target).abs() * keep).sum() / keep.sum()  # SSM302
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class LogMel(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.register_buffer("filters", filters)

    def forward(self, wave):
        spectrum = torch.stft(wave, 400, 160, return_complex=True).abs()
        mel = F.relu(self.filters @ spectrum.pow(2))
        return torch.log(mel.clamp(min=1e-5))


def cmvn(x):
    return (x - x.mean(dim=1, keepdim=True)) / (x.std(dim=1, keepdim=True) + 1e-5)


class RelativeAttention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.q, self.k = nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, x, lengths_mask):
        x = x.half()
        scores = self.q(x).half() @ self.k(x).half().transpose(1, 2)
        scores = scores.masked_fill(lengths_mask, torch.finfo(scores.dtype).min)
        return scores.softmax(-1) @ x


class Joiner(nn.Module):
    def __init__(self, dim, vocabulary):
        super().__init__()
        self.out = nn.Linear(dim, vocabulary)

    def forward(self, encoder, predictor):
        joint = torch.tanh(encoder.unsqueeze(2) + predictor.unsqueeze(1))
        return torch.log_softmax(self.out(joint), dim=-1)


def masked_l1(pred, target, padding):
    keep = ~padding
    return ((pred - target).abs() * keep).sum() / keep.sum().clamp(min=1)
