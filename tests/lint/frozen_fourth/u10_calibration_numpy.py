"""Calibration after training: temperature, Platt, expected calibration error."""
import numpy as np
from scipy.optimize import minimize, minimize_scalar


def softmax(z):
    e = np.exp(z)
    return e / np.sum(e, axis=1, keepdims=True)  # SSM101


def temperature_nll(T, logits, labels):
    p = softmax(logits / T)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))  # SSM201


def fit_temperature(logits, labels):
    return minimize_scalar(temperature_nll, bounds=(0.05, 10), args=(logits, labels), method="bounded").x


def fit_platt(scores, y):
    def objective(ab):
        p = 1.0 / (1.0 + np.exp(ab[0] * scores + ab[1]))  # SSM110
        return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))  # SSM202 SSM202

    return minimize(objective, [-1.0, 0.0]).x


def expected_calibration_error(confidence, correct, bins=15):
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        accuracy = np.sum(correct * inside) / np.sum(inside)  # SSM302
        total += np.mean(inside) * abs(accuracy - np.sum(confidence * inside) / np.sum(inside))  # SSM302
    return total
# fixed
import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_expit, log_softmax


def temperature_nll(T, logits, labels):
    log_p = log_softmax(logits / T, axis=1)
    return -np.mean(log_p[np.arange(len(labels)), labels])


def fit_temperature(logits, labels):
    return minimize_scalar(temperature_nll, bounds=(0.05, 10), args=(logits, labels), method="bounded").x


def fit_platt(scores, y):
    def objective(ab):
        z = ab[0] * scores + ab[1]
        return -np.sum(y * log_expit(-z) + (1 - y) * log_expit(z))

    return minimize(objective, [-1.0, 0.0]).x


def expected_calibration_error(confidence, correct, bins=15):
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        n = np.sum(inside)
        if n == 0:
            continue
        accuracy = np.sum(correct * inside) / n
        total += np.mean(inside) * abs(accuracy - np.sum(confidence * inside) / n)
    return total
