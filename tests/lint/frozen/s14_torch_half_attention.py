"""An additive mask in half precision."""
import torch


def attend(q, k, v, attention_mask):
    scores = (q @ k.transpose(-1, -2)).half()
    extended = (1.0 - attention_mask.half()) * -1e6  # SSM502
    return torch.softmax(scores + extended, dim=-1) @ v


# fixed
import torch


def attend(q, k, v, attention_mask):
    scores = (q @ k.transpose(-1, -2)).half()
    extended = (1.0 - attention_mask.half()) * -1e4
    return torch.softmax(scores + extended, dim=-1) @ v
