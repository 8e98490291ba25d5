"""Sequence models by hand: HMM estimates, linear-chain CRF and CTC forward passes."""
import math
import numpy as np

BLANK = 0


def frame_posteriors(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)  # SSM103


def log_add(a, b):
    return math.log(math.exp(a) + math.exp(b))  # SSM203


class HMM:
    def __init__(self, n_states, n_symbols):
        self.A = np.zeros((n_states, n_states))
        self.B = np.zeros((n_states, n_symbols))

    def fit(self, paths, observations):
        for path, obs in zip(paths, observations):
            for s, t in zip(path[:-1], path[1:]):
                self.A[s, t] += 1
            for s, o in zip(path, obs):
                self.B[s, o] += 1
        self.A = self.A / self.A.sum(axis=1, keepdims=True)  # SSM302
        self.B = self.B / self.B.sum(axis=1, keepdims=True)  # SSM302
        return self

    def viterbi(self, obs):
        logA, logB = np.log(self.A), np.log(self.B)  # SSM301
        score = logB[:, obs[0]] - math.log(len(self.A))
        back = []
        for o in obs[1:]:
            m = score[:, None] + logA
            back.append(m.argmax(axis=0))
            score = m.max(axis=0) + logB[:, o]
        path = [int(score.argmax())]
        for b in reversed(back):
            path.append(int(b[path[-1]]))
        return path[::-1]


def crf_log_partition(emissions, transitions):
    alpha = emissions[0]
    for t in range(1, len(emissions)):
        m = alpha[:, None] + transitions + emissions[t][None, :]
        alpha = np.log(np.sum(np.exp(m), axis=0))  # SSM203
    return np.log(np.exp(alpha).sum())  # SSM203


def crf_gold_score(emissions, transitions, tags):
    tags = np.asarray(tags)
    return emissions[np.arange(len(tags)), tags].sum() + transitions[tags[:-1], tags[1:]].sum()


def ctc_loss(probs, labels):
    ext = [BLANK]
    for c in labels:
        ext += [c, BLANK]
    T, S = len(probs), len(ext)
    alpha = np.zeros(S)
    alpha[0] = probs[0, BLANK]
    if S > 1:
        alpha[1] = probs[0, ext[1]]
    loss = 0.0
    for t in range(T):
        if t > 0:
            prev, alpha = alpha, np.zeros(S)
            for s in range(S):
                a = prev[s]
                if s > 0:
                    a += prev[s - 1]
                if s > 1 and ext[s] != BLANK and ext[s] != ext[s - 2]:
                    a += prev[s - 2]
                alpha[s] = a * probs[t, ext[s]]
        c = alpha.sum()
        loss -= np.log(c)  # SSM301
        alpha /= c  # SSM302
    return loss - np.log(alpha[-1] + alpha[-2])  # SSM301


def label_error_rate(distances, lengths):
    return sum(distances) / max(sum(lengths), 1)
# fixed
import math
import numpy as np

BLANK = 0


def frame_posteriors(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def log_add(a, b):
    return float(np.logaddexp(a, b))


class HMM:
    def __init__(self, n_states, n_symbols):
        self.A = np.zeros((n_states, n_states))
        self.B = np.zeros((n_states, n_symbols))

    def fit(self, paths, observations):
        for path, obs in zip(paths, observations):
            for s, t in zip(path[:-1], path[1:]):
                self.A[s, t] += 1
            for s, o in zip(path, obs):
                self.B[s, o] += 1
        self.A = (self.A + 0.01) / (self.A + 0.01).sum(axis=1, keepdims=True)
        self.B = (self.B + 0.01) / (self.B + 0.01).sum(axis=1, keepdims=True)
        return self

    def viterbi(self, obs):
        logA, logB = np.log(self.A), np.log(self.B)
        score = logB[:, obs[0]] - math.log(len(self.A))
        back = []
        for o in obs[1:]:
            m = score[:, None] + logA
            back.append(m.argmax(axis=0))
            score = m.max(axis=0) + logB[:, o]
        path = [int(score.argmax())]
        for b in reversed(back):
            path.append(int(b[path[-1]]))
        return path[::-1]


def crf_log_partition(emissions, transitions):
    alpha = emissions[0]
    for t in range(1, len(emissions)):
        m = alpha[:, None] + transitions + emissions[t][None, :]
        alpha = np.logaddexp.reduce(m, axis=0)
    return np.logaddexp.reduce(alpha)


def crf_gold_score(emissions, transitions, tags):
    tags = np.asarray(tags)
    return emissions[np.arange(len(tags)), tags].sum() + transitions[tags[:-1], tags[1:]].sum()


def ctc_loss(probs, labels):
    ext = [BLANK]
    for c in labels:
        ext += [c, BLANK]
    T, S = len(probs), len(ext)
    alpha = np.zeros(S)
    alpha[0] = probs[0, BLANK]
    if S > 1:
        alpha[1] = probs[0, ext[1]]
    loss = 0.0
    for t in range(T):
        if t > 0:
            prev, alpha = alpha, np.zeros(S)
            for s in range(S):
                a = prev[s]
                if s > 0:
                    a += prev[s - 1]
                if s > 1 and ext[s] != BLANK and ext[s] != ext[s - 2]:
                    a += prev[s - 2]
                alpha[s] = a * probs[t, ext[s]]
        c = alpha.sum()
        if c == 0.0:
            return np.inf
        loss -= np.log(c)
        alpha /= c
    end = alpha[-2:].sum()
    return loss - np.log(end) if end > 0 else np.inf


def label_error_rate(distances, lengths):
    return sum(distances) / max(sum(lengths), 1)
