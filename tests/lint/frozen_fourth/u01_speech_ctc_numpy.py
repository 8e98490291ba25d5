"""CTC: the forward variable in log space, as in a course on speech recognition."""
import numpy as np

NEG_INF = -1e30


def log_add(*values):
    return np.log(sum(np.exp(v) for v in values))  # SSM203


def posteriors(activations):
    e = np.exp(activations)
    return e / e.sum(axis=1, keepdims=True)  # SSM101


def ctc_loss(activations, labels, blank=0):
    y = np.log(posteriors(activations))  # SSM201
    extended = [blank]
    for label in labels:
        extended += [label, blank]
    steps, states = len(y), len(extended)
    alpha = np.full((steps, states), NEG_INF)
    alpha[0, 0], alpha[0, 1] = y[0, blank], y[0, extended[1]]
    for t in range(1, steps):
        for s in range(states):
            a = alpha[t - 1, s]
            if s > 0:
                a = np.log(np.exp(a) + np.exp(alpha[t - 1, s - 1]))  # SSM203
            if s > 1 and extended[s] != blank and extended[s] != extended[s - 2]:
                a = log_add(a, alpha[t - 1, s - 2])
            alpha[t, s] = a + y[t, extended[s]]
    return -log_add(alpha[-1, -1], alpha[-1, -2])
# fixed
import numpy as np
from scipy.special import log_softmax

NEG_INF = -1e30


def ctc_loss(activations, labels, blank=0):
    y = log_softmax(activations, axis=1)
    extended = [blank]
    for label in labels:
        extended += [label, blank]
    steps, states = len(y), len(extended)
    alpha = np.full((steps, states), NEG_INF)
    alpha[0, 0], alpha[0, 1] = y[0, blank], y[0, extended[1]]
    for t in range(1, steps):
        for s in range(states):
            a = alpha[t - 1, s]
            if s > 0:
                a = np.logaddexp(a, alpha[t - 1, s - 1])
            if s > 1 and extended[s] != blank and extended[s] != extended[s - 2]:
                a = np.logaddexp(a, alpha[t - 1, s - 2])
            alpha[t, s] = a + y[t, extended[s]]
    return -np.logaddexp(alpha[-1, -1], alpha[-1, -2])
