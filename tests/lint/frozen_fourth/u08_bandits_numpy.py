"""Bandits: UCB, a Boltzmann explorer, EXP3 and a gradient bandit."""
import numpy as np


class UCB:
    def __init__(self, arms):
        self.sums = np.zeros(arms)
        self.counts = np.zeros(arms)
        self.t = 0

    def select(self):
        self.t += 1
        means = self.sums / self.counts  # SSM302
        return np.argmax(means + np.sqrt(2 * np.log(self.t) / self.counts))  # SSM302

    def update(self, arm, reward):
        self.sums[arm] += reward
        self.counts[arm] += 1


class Boltzmann:
    def __init__(self, arms, temperature):
        self.values = np.zeros(arms)
        self.temperature = temperature

    def probabilities(self):
        e = np.exp(self.values / self.temperature)  # SSM106
        return e / np.sum(e)  # SSM101


class Exp3:
    def __init__(self, arms, gamma=0.1):
        self.gamma, self.gains = gamma, np.zeros(arms)

    def distribution(self):
        w = np.exp(self.gamma * self.gains / len(self.gains))
        return (1 - self.gamma) * (w / w.sum()) + self.gamma / len(w)  # SSM101

    def regret_bound(self):
        return np.log(np.sum(np.exp(self.gains)))  # SSM203


def gradient_step(preferences, arm, reward, baseline, step):
    pi = np.exp(preferences) / np.exp(preferences).sum()  # SSM101
    preferences -= step * (reward - baseline) * pi
    preferences[arm] += step * (reward - baseline)
# fixed
import numpy as np
from scipy.special import logsumexp, softmax


class UCB:
    def __init__(self, arms):
        self.sums = np.zeros(arms)
        self.counts = np.zeros(arms)
        self.t = 0

    def select(self):
        self.t += 1
        untried = np.flatnonzero(self.counts == 0)
        if len(untried):
            return untried[0]
        means = self.sums / self.counts
        return np.argmax(means + np.sqrt(2 * np.log(self.t) / self.counts))

    def update(self, arm, reward):
        self.sums[arm] += reward
        self.counts[arm] += 1


class Boltzmann:
    def __init__(self, arms, temperature):
        if temperature <= 0:
            raise ValueError("temperature must be positive")
        self.values = np.zeros(arms)
        self.temperature = temperature

    def probabilities(self):
        return softmax(self.values / self.temperature)


class Exp3:
    def __init__(self, arms, gamma=0.1):
        self.gamma, self.gains = gamma, np.zeros(arms)

    def distribution(self):
        w = softmax(self.gamma * self.gains / len(self.gains))
        return (1 - self.gamma) * w + self.gamma / len(w)

    def regret_bound(self):
        return logsumexp(self.gains)


def gradient_step(preferences, arm, reward, baseline, step):
    pi = softmax(preferences)
    preferences -= step * (reward - baseline) * pi
    preferences[arm] += step * (reward - baseline)
