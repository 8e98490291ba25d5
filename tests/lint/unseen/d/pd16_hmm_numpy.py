"""Hidden Markov model with discrete symbols: Baum-Welch and Viterbi."""
import numpy as np


class HMM:
    def __init__(self, n_states, n_symbols, seed=0):
        rng = np.random.RandomState(seed)
        self.A = rng.dirichlet(np.ones(n_states), n_states)
        self.B = rng.dirichlet(np.ones(n_symbols), n_states)
        self.pi = np.full(n_states, 1.0 / n_states)

    def forward(self, obs):
        alpha = np.zeros((len(obs), len(self.pi)))
        alpha[0] = self.pi * self.B[:, obs[0]]
        for t in range(1, len(obs)):
            alpha[t] = alpha[t - 1].dot(self.A) * self.B[:, obs[t]]
        return alpha

    def backward(self, obs):
        beta = np.ones((len(obs), len(self.pi)))
        for t in range(len(obs) - 2, -1, -1):
            beta[t] = self.A.dot(self.B[:, obs[t + 1]] * beta[t + 1])
        return beta

    def loglik(self, obs):
        return np.log(self.forward(obs)[-1].sum())  # SSM301

    def baum_welch(self, obs, n_iter=50):
        obs = np.asarray(obs)
        for _ in range(n_iter):
            alpha, beta = self.forward(obs), self.backward(obs)
            evidence = alpha[-1].sum()
            gamma = alpha * beta / evidence  # SSM302
            later = (self.B[:, obs[1:]].T * beta[1:])[:, None, :]
            xi = alpha[:-1, :, None] * self.A * later / evidence  # SSM302
            self.pi = gamma[0]
            self.A = xi.sum(axis=0) / gamma[:-1].sum(axis=0)[:, None]  # SSM302
        return self

    def viterbi(self, obs):
        logA, logB = np.log(np.maximum(self.A, 1e-300)), np.log(np.maximum(self.B, 1e-300))
        delta = np.log(np.maximum(self.pi, 1e-300)) + logB[:, obs[0]]
        back = []
        for o in obs[1:]:
            trans = delta[:, None] + logA
            back.append(trans.argmax(axis=0))
            delta = trans.max(axis=0) + logB[:, o]
        path = [int(delta.argmax())]
        for b in reversed(back):
            path.append(int(b[path[-1]]))
        return path[::-1]


def sample(model, length, rng):
    state, out = rng.choice(len(model.pi), p=model.pi), []
    for _ in range(length):
        out.append(rng.choice(model.B.shape[1], p=model.B[state]))
        state = rng.choice(len(model.pi), p=model.A[state])
    return out


if __name__ == "__main__":
    truth = HMM(3, 6, seed=1)
    obs = sample(truth, 2000, np.random.RandomState(2))
    model = HMM(3, 6).baum_welch(obs)
    print(model.loglik(obs) / len(obs), model.viterbi(obs)[:20])
# fixed
import numpy as np


class HMM:
    def __init__(self, n_states, n_symbols, seed=0):
        rng = np.random.RandomState(seed)
        self.A = rng.dirichlet(np.ones(n_states), n_states)
        self.B = rng.dirichlet(np.ones(n_symbols), n_states)
        self.pi = np.full(n_states, 1.0 / n_states)

    def forward(self, obs):
        """Scaled: every row of alpha sums to 1, and scale keeps the factors."""
        alpha = np.zeros((len(obs), len(self.pi)))
        scale = np.zeros(len(obs))
        for t, o in enumerate(obs):
            prior = self.pi if t == 0 else alpha[t - 1].dot(self.A)
            row = prior * self.B[:, o]
            scale[t] = max(row.sum(), 1e-300)
            alpha[t] = row / scale[t]
        return alpha, scale

    def backward(self, obs, scale):
        beta = np.ones((len(obs), len(self.pi)))
        for t in range(len(obs) - 2, -1, -1):
            beta[t] = self.A.dot(self.B[:, obs[t + 1]] * beta[t + 1]) / scale[t + 1]
        return beta

    def loglik(self, obs):
        _, scale = self.forward(obs)
        return np.log(scale).sum()

    def baum_welch(self, obs, n_iter=50):
        obs = np.asarray(obs)
        for _ in range(n_iter):
            alpha, scale = self.forward(obs)
            beta = self.backward(obs, scale)
            gamma = alpha * beta
            later = (self.B[:, obs[1:]].T * beta[1:] / scale[1:, None])[:, None, :]
            xi = alpha[:-1, :, None] * self.A * later
            self.pi = gamma[0]
            counts = xi.sum(axis=0) + 1e-6
            self.A = counts / counts.sum(axis=1, keepdims=True)
        return self

    def viterbi(self, obs):
        logA, logB = np.log(np.maximum(self.A, 1e-300)), np.log(np.maximum(self.B, 1e-300))
        delta = np.log(np.maximum(self.pi, 1e-300)) + logB[:, obs[0]]
        back = []
        for o in obs[1:]:
            trans = delta[:, None] + logA
            back.append(trans.argmax(axis=0))
            delta = trans.max(axis=0) + logB[:, o]
        path = [int(delta.argmax())]
        for b in reversed(back):
            path.append(int(b[path[-1]]))
        return path[::-1]


def sample(model, length, rng):
    state, out = rng.choice(len(model.pi), p=model.pi), []
    for _ in range(length):
        out.append(rng.choice(model.B.shape[1], p=model.B[state]))
        state = rng.choice(len(model.pi), p=model.A[state])
    return out


if __name__ == "__main__":
    truth = HMM(3, 6, seed=1)
    obs = sample(truth, 2000, np.random.RandomState(2))
    model = HMM(3, 6).baum_welch(obs)
    print(model.loglik(obs) / len(obs), model.viterbi(obs)[:20])
