"""A discrete hidden Markov model written by hand: forward, backward, Baum-Welch, Viterbi."""
import numpy as np


def random_stochastic(rng, rows, cols):
    m = rng.uniform(0.5, 1.5, size=(rows, cols))
    return m / m.sum(axis=1, keepdims=True)


class HMM(object):
    """Transition matrix A, emission matrix B and initial distribution pi."""

    def __init__(self, n_states, n_symbols, seed=None):
        rng = np.random.default_rng(seed)
        self.N, self.M = n_states, n_symbols
        self.A = random_stochastic(rng, n_states, n_states)
        self.B = random_stochastic(rng, n_states, n_symbols)
        self.pi = np.ones(n_states) / n_states

    def forward(self, obs):
        T = len(obs)
        alpha = np.zeros((T, self.N))
        alpha[0] = self.pi * self.B[:, obs[0]]
        for t in range(1, T):
            alpha[t] = (alpha[t - 1] @ self.A) * self.B[:, obs[t]]
        return alpha

    def backward(self, obs):
        T = len(obs)
        beta = np.ones((T, self.N))
        for t in range(T - 2, -1, -1):
            beta[t] = self.A @ (self.B[:, obs[t + 1]] * beta[t + 1])
        return beta

    def log_likelihood(self, obs):
        return np.log(self.forward(obs)[-1].sum())  # SSM301

    def posterior(self, obs):
        gamma = self.forward(obs) * self.backward(obs)
        return gamma / gamma.sum(axis=1, keepdims=True)  # SSM302

    def baum_welch(self, obs, n_iter=20):
        T = len(obs)
        history = []
        for _ in range(n_iter):
            alpha, beta = self.forward(obs), self.backward(obs)
            xi = np.zeros((T - 1, self.N, self.N))
            for t in range(T - 1):
                xi[t] = np.outer(alpha[t], self.B[:, obs[t + 1]] * beta[t + 1]) * self.A
                xi[t] /= xi[t].sum()  # SSM302
            gamma = self.posterior(obs)
            self.pi = gamma[0]
            self.A = xi.sum(axis=0) / gamma[:-1].sum(axis=0)[:, None]  # SSM302
            for k in range(self.M):
                self.B[:, k] = gamma[np.asarray(obs) == k].sum(axis=0) / gamma.sum(axis=0)  # SSM302
            history.append(self.log_likelihood(obs))
        return history

    def viterbi(self, obs):
        tiny = 1e-300
        logA, logB = np.log(self.A + tiny), np.log(self.B + tiny)
        score = np.log(self.pi + tiny) + logB[:, obs[0]]
        back = []
        for o in obs[1:]:
            step = score[:, None] + logA
            back.append(step.argmax(axis=0))
            score = step.max(axis=0) + logB[:, o]
        path = [int(score.argmax())]
        for pointers in reversed(back):
            path.append(int(pointers[path[-1]]))
        return path[::-1]

    def perplexity(self, sequences):
        n = sum(len(s) for s in sequences)
        total = sum(self.log_likelihood(s) for s in sequences)
        return np.exp(-total / max(n, 1))
# fixed
import numpy as np


def random_stochastic(rng, rows, cols):
    m = rng.uniform(0.5, 1.5, size=(rows, cols))
    return m / m.sum(axis=1, keepdims=True)


class HMM(object):
    """Transition matrix A, emission matrix B and initial distribution pi."""

    def __init__(self, n_states, n_symbols, seed=None):
        rng = np.random.default_rng(seed)
        self.N, self.M = n_states, n_symbols
        self.A = random_stochastic(rng, n_states, n_states)
        self.B = random_stochastic(rng, n_states, n_symbols)
        self.pi = np.ones(n_states) / n_states

    def forward(self, obs):
        T = len(obs)
        alpha = np.zeros((T, self.N))
        scale = np.zeros(T)
        for t in range(T):
            prior = self.pi if t == 0 else alpha[t - 1] @ self.A
            alpha[t] = prior * (self.B[:, obs[t]] + 1e-300)
            scale[t] = max(alpha[t].sum(), 1e-300)
            alpha[t] /= scale[t]
        return alpha, scale

    def backward(self, obs, scale):
        T = len(obs)
        beta = np.ones((T, self.N))
        for t in range(T - 2, -1, -1):
            beta[t] = self.A @ ((self.B[:, obs[t + 1]] + 1e-300) * beta[t + 1]) / scale[t + 1]
        return beta

    def log_likelihood(self, obs):
        return np.log(self.forward(obs)[1]).sum()

    def posterior(self, obs):
        alpha, scale = self.forward(obs)
        gamma = alpha * self.backward(obs, scale)
        return gamma / (gamma.sum(axis=1, keepdims=True) + 1e-300)

    def baum_welch(self, obs, n_iter=20):
        T = len(obs)
        history = []
        for _ in range(n_iter):
            alpha, scale = self.forward(obs)
            beta = self.backward(obs, scale)
            xi = np.zeros((T - 1, self.N, self.N))
            for t in range(T - 1):
                xi[t] = np.outer(alpha[t], self.B[:, obs[t + 1]] * beta[t + 1]) * self.A
                xi[t] /= max(xi[t].sum(), 1e-300)
            gamma = self.posterior(obs)
            self.pi = gamma[0]
            visits = gamma[:-1].sum(axis=0)[:, None]
            self.A = np.where(visits > 1e-12, xi.sum(axis=0) / np.maximum(visits, 1e-12), self.A)
            occupancy = gamma.sum(axis=0) + 1e-12
            for k in range(self.M):
                self.B[:, k] = gamma[np.asarray(obs) == k].sum(axis=0) / occupancy
            history.append(self.log_likelihood(obs))
        return history

    def viterbi(self, obs):
        tiny = 1e-300
        logA, logB = np.log(self.A + tiny), np.log(self.B + tiny)
        score = np.log(self.pi + tiny) + logB[:, obs[0]]
        back = []
        for o in obs[1:]:
            step = score[:, None] + logA
            back.append(step.argmax(axis=0))
            score = step.max(axis=0) + logB[:, o]
        path = [int(score.argmax())]
        for pointers in reversed(back):
            path.append(int(pointers[path[-1]]))
        return path[::-1]

    def perplexity(self, sequences):
        n = sum(len(s) for s in sequences)
        total = sum(self.log_likelihood(s) for s in sequences)
        return np.exp(-total / max(n, 1))
