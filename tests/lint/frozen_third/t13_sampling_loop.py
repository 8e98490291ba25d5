"""Sampling of a language model in plain NumPy."""
import numpy as np


def sample(logits, temperature=1.0, top_k=None, rng=None):
    logits = np.asarray(logits, dtype=np.float16)
    logits = logits / temperature  # SSM106
    if top_k is not None:
        cut = np.sort(logits)[-top_k]
        logits = np.where(logits < cut, -1e10, logits)  # SSM502
    p = np.exp(logits)
    p = p / np.sum(p)  # SSM101
    return rng.choice(len(p), p=p)


def perplexity(token_probs):
    return np.exp(-np.mean(np.log(token_probs)))
# fixed
import numpy as np
from scipy.special import softmax


def sample(logits, temperature=1.0, top_k=None, rng=None):
    logits = np.asarray(logits, dtype=np.float64)
    if temperature == 0:
        return int(np.argmax(logits))
    logits = logits / temperature
    if top_k is not None:
        cut = np.sort(logits)[-top_k]
        logits = np.where(logits < cut, -np.inf, logits)
    return rng.choice(len(logits), p=softmax(logits))


def perplexity(token_log_probs):
    return np.exp(-np.mean(token_log_probs))
