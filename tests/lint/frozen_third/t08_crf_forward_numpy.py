"""The partition function of a linear-chain CRF, by hand."""
import numpy as np


def partition(emissions, transitions, start, end):
    steps, tags = emissions.shape
    alpha = start + emissions[0]
    for t in range(1, steps):
        scores = alpha[:, None] + transitions + emissions[t][None, :]
        alpha = np.log(np.sum(np.exp(scores), axis=0))  # SSM203
    return np.log(np.sum(np.exp(alpha + end)))  # SSM203


def marginals(log_alpha, log_beta, log_z):
    joint = np.exp(log_alpha + log_beta)
    return joint / joint.sum(axis=1, keepdims=True)  # SSM101
# fixed
import numpy as np
from scipy.special import logsumexp, softmax


def partition(emissions, transitions, start, end):
    steps, tags = emissions.shape
    alpha = start + emissions[0]
    for t in range(1, steps):
        scores = alpha[:, None] + transitions + emissions[t][None, :]
        alpha = logsumexp(scores, axis=0)
    return logsumexp(alpha + end)


def marginals(log_alpha, log_beta, log_z):
    return softmax(log_alpha + log_beta, axis=1)
