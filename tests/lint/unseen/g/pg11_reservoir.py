"""Echo state network in NumPy: reservoir, ridge readout, intrinsic plasticity, state entropy."""
import numpy as np


class Reservoir:
    def __init__(self, inputs, units=300, radius=0.9, leak=0.3, seed=0):
        rng = np.random.default_rng(seed)
        w = rng.uniform(-1, 1, (units, units)) * (rng.random((units, units)) < 0.1)
        self.w = w * (radius / np.abs(np.linalg.eigvals(w)).max())
        self.w_in = rng.uniform(-0.5, 0.5, (units, inputs))
        self.gain, self.bias = np.ones(units), np.zeros(units)
        self.leak = leak

    def activate(self, x):
        return 1.0 / (1.0 + np.exp(-(self.gain * x + self.bias)))  # SSM110

    def adapt(self, x, y, eta=1e-4, mu=0.2):
        delta = eta * (1 - (2 + 1 / mu) * y + y * y / mu)
        self.bias += delta
        self.gain = np.maximum(self.gain + eta / self.gain + delta * x, 1e-3)

    def run(self, u, plastic=False):
        s = np.zeros(len(self.w))
        states = np.empty((len(u), len(s)))
        for t, ut in enumerate(u):
            net = self.w_in @ ut + self.w @ s
            y = self.activate(net)
            if plastic:
                self.adapt(net, y)
            s = (1 - self.leak) * s + self.leak * y
            states[t] = s
        return states


def standardize(u):
    return (u - np.mean(u, axis=0)) / np.std(u, axis=0)  # SSM302


def ridge(states, targets, lam=1e-6):
    a = states.T @ states + lam * np.eye(states.shape[1])
    return np.linalg.solve(a, states.T @ targets)


def nrmse(pred, target):
    mse = np.mean((pred - target) ** 2, axis=0)
    return np.sqrt(mse / np.maximum(np.var(target, axis=0), 1e-12))


def state_entropy(column, bins=20):
    counts, _ = np.histogram(column, bins=bins, range=(0.0, 1.0))
    p = counts / len(column)
    return -np.sum(p * np.log(p))  # SSM301
# fixed
import numpy as np
from scipy.special import expit, xlogy


class Reservoir:
    def __init__(self, inputs, units=300, radius=0.9, leak=0.3, seed=0):
        rng = np.random.default_rng(seed)
        w = rng.uniform(-1, 1, (units, units)) * (rng.random((units, units)) < 0.1)
        self.w = w * (radius / np.abs(np.linalg.eigvals(w)).max())
        self.w_in = rng.uniform(-0.5, 0.5, (units, inputs))
        self.gain, self.bias = np.ones(units), np.zeros(units)
        self.leak = leak

    def activate(self, x):
        return expit(self.gain * x + self.bias)

    def adapt(self, x, y, eta=1e-4, mu=0.2):
        delta = eta * (1 - (2 + 1 / mu) * y + y * y / mu)
        self.bias += delta
        self.gain = np.maximum(self.gain + eta / self.gain + delta * x, 1e-3)

    def run(self, u, plastic=False):
        s = np.zeros(len(self.w))
        states = np.empty((len(u), len(s)))
        for t, ut in enumerate(u):
            net = self.w_in @ ut + self.w @ s
            y = self.activate(net)
            if plastic:
                self.adapt(net, y)
            s = (1 - self.leak) * s + self.leak * y
            states[t] = s
        return states


def standardize(u):
    spread = np.std(u, axis=0)
    return (u - np.mean(u, axis=0)) / np.where(spread > 0, spread, 1.0)


def ridge(states, targets, lam=1e-6):
    a = states.T @ states + lam * np.eye(states.shape[1])
    return np.linalg.solve(a, states.T @ targets)


def nrmse(pred, target):
    mse = np.mean((pred - target) ** 2, axis=0)
    return np.sqrt(mse / np.maximum(np.var(target, axis=0), 1e-12))


def state_entropy(column, bins=20):
    counts, _ = np.histogram(column, bins=bins, range=(0.0, 1.0))
    p = counts / len(column)
    return -np.sum(xlogy(p, p))
