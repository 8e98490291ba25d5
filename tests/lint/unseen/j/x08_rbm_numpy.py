"""Restricted Boltzmann machine with contrastive divergence, NumPy."""
import numpy as np
from scipy.special import expit


class RBM:
    def __init__(self, n_visible, n_hidden, lr=0.1, seed=123):
        self.rng = np.random.RandomState(seed)
        a = 1.0 / n_visible
        self.W = self.rng.uniform(-a, a, (n_visible, n_hidden))
        self.hbias = np.zeros(n_hidden)
        self.vbias = np.zeros(n_visible)
        self.lr = lr

    def propup(self, v):
        return expit(v @ self.W + self.hbias)

    def propdown(self, h):
        return expit(h @ self.W.T + self.vbias)

    def sample(self, mean):
        return (self.rng.uniform(size=mean.shape) < mean).astype(np.float64)

    def contrastive_divergence(self, v0, k=1):
        ph0 = self.propup(v0)
        h = self.sample(ph0)
        for _ in range(k):
            v = self.sample(self.propdown(h))
            ph = self.propup(v)
            h = self.sample(ph)
        n = len(v0)
        self.W += self.lr * (v0.T @ ph0 - v.T @ ph) / n
        self.vbias += self.lr * np.mean(v0 - v, axis=0)
        self.hbias += self.lr * np.mean(ph0 - ph, axis=0)

    def free_energy(self, v):
        wx_b = v @ self.W + self.hbias
        return -v @ self.vbias - np.sum(np.log(1 + np.exp(wx_b)), axis=1)  # SSM206

    def pseudo_likelihood(self, v, bit):
        flipped = v.copy()
        flipped[:, bit] = 1 - flipped[:, bit]
        gap = self.free_energy(flipped) - self.free_energy(v)
        return np.mean(v.shape[1] * np.log(expit(gap)))  # SSM202

    def reconstruction_cross_entropy(self, v):
        p = self.propdown(self.propup(v))
        return -np.mean(np.sum(v * np.log(p) + (1 - v) * np.log(1 - p), axis=1))  # SSM202


def train(data, n_hidden=500, epochs=15, batch_size=20):
    rbm = RBM(data.shape[1], n_hidden)
    bit = 0
    for epoch in range(epochs):
        rbm.lr = 0.1 / np.sqrt(1.0 + epoch)
        for start in range(0, len(data), batch_size):
            rbm.contrastive_divergence(data[start:start + batch_size], k=1)
        cost = rbm.pseudo_likelihood(data, bit)
        bit = (bit + 1) % data.shape[1]
        print("epoch %d: pseudo-likelihood %.3f, cross entropy %.3f"
              % (epoch, cost, rbm.reconstruction_cross_entropy(data)))
    return rbm
# fixed
import numpy as np
from scipy.special import expit, log_expit


class RBM:
    def __init__(self, n_visible, n_hidden, lr=0.1, seed=123):
        self.rng = np.random.RandomState(seed)
        a = 1.0 / n_visible
        self.W = self.rng.uniform(-a, a, (n_visible, n_hidden))
        self.hbias = np.zeros(n_hidden)
        self.vbias = np.zeros(n_visible)
        self.lr = lr

    def propup(self, v):
        return expit(v @ self.W + self.hbias)

    def propdown(self, h):
        return expit(h @ self.W.T + self.vbias)

    def sample(self, mean):
        return (self.rng.uniform(size=mean.shape) < mean).astype(np.float64)

    def contrastive_divergence(self, v0, k=1):
        ph0 = self.propup(v0)
        h = self.sample(ph0)
        for _ in range(k):
            v = self.sample(self.propdown(h))
            ph = self.propup(v)
            h = self.sample(ph)
        n = len(v0)
        self.W += self.lr * (v0.T @ ph0 - v.T @ ph) / n
        self.vbias += self.lr * np.mean(v0 - v, axis=0)
        self.hbias += self.lr * np.mean(ph0 - ph, axis=0)

    def free_energy(self, v):
        wx_b = v @ self.W + self.hbias
        return -v @ self.vbias - np.sum(np.logaddexp(0, wx_b), axis=1)

    def pseudo_likelihood(self, v, bit):
        flipped = v.copy()
        flipped[:, bit] = 1 - flipped[:, bit]
        gap = self.free_energy(flipped) - self.free_energy(v)
        return np.mean(v.shape[1] * log_expit(gap))

    def reconstruction_cross_entropy(self, v):
        a = self.propup(v) @ self.W.T + self.vbias
        return -np.mean(np.sum(v * log_expit(a) + (1 - v) * log_expit(-a), axis=1))


def train(data, n_hidden=500, epochs=15, batch_size=20):
    rbm = RBM(data.shape[1], n_hidden)
    bit = 0
    for epoch in range(epochs):
        rbm.lr = 0.1 / np.sqrt(1.0 + epoch)
        for start in range(0, len(data), batch_size):
            rbm.contrastive_divergence(data[start:start + batch_size], k=1)
        cost = rbm.pseudo_likelihood(data, bit)
        bit = (bit + 1) % data.shape[1]
        print("epoch %d: pseudo-likelihood %.3f, cross entropy %.3f"
              % (epoch, cost, rbm.reconstruction_cross_entropy(data)))
    return rbm
