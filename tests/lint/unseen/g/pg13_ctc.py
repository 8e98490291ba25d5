"""CTC scoring and greedy decoding with a bigram language model, plain Python."""
import math
from collections import Counter
from itertools import groupby

BLANK = 0


def frame_probs(frames):
    out = []
    for row in frames:
        top = max(row)
        exps = [math.exp(v - top) for v in row]
        total = sum(exps)
        out.append([e / total for e in exps])
    return out


def label_log_prob(probs, labels):
    """Forward algorithm; utterances have hundreds of frames."""
    ext = [BLANK]
    for c in labels:
        ext += [c, BLANK]
    alpha = [0.0] * len(ext)
    alpha[0] = probs[0][BLANK]
    if len(ext) > 1:
        alpha[1] = probs[0][ext[1]]
    for p in probs[1:]:
        new = []
        for s, c in enumerate(ext):
            a = alpha[s] + (alpha[s - 1] if s > 0 else 0.0)
            if s > 1 and c != BLANK and c != ext[s - 2]:
                a += alpha[s - 2]
            new.append(a * p[c])
        alpha = new
    return math.log(sum(alpha[-2:]))  # SSM301


class Bigram:
    def __init__(self, texts):
        self.pairs, self.firsts = Counter(), Counter()
        for t in texts:
            self.firsts.update(t[:-1])
            self.pairs.update(zip(t, t[1:]))

    def prob(self, a, b):
        return self.pairs[a, b] / self.firsts[a]  # SSM302

    def score(self, text):
        return sum(math.log(self.prob(a, b)) for a, b in zip(text, text[1:]))  # SSM301


def greedy(frames):
    best = [max(range(len(row)), key=row.__getitem__) for row in frames]
    return [c for c, _ in groupby(best) if c != BLANK]


def rescore(frames, candidates, lm, weight=0.5):
    probs = frame_probs(frames)
    return max(candidates, key=lambda c: label_log_prob(probs, c) + weight * lm.score(c))
# fixed
import math
from collections import Counter
from itertools import groupby

BLANK = 0
NEVER = float("-inf")


def logsum(*terms):
    m = max(terms)
    if m == NEVER:
        return NEVER
    return m + math.log(sum(math.exp(t - m) for t in terms))


def frame_log_probs(frames):
    out = []
    for row in frames:
        z = logsum(*row)
        out.append([v - z for v in row])
    return out


def label_log_prob(logp, labels):
    """Forward algorithm; utterances have hundreds of frames."""
    ext = [BLANK]
    for c in labels:
        ext += [c, BLANK]
    alpha = [NEVER] * len(ext)
    alpha[0] = logp[0][BLANK]
    if len(ext) > 1:
        alpha[1] = logp[0][ext[1]]
    for p in logp[1:]:
        new = []
        for s, c in enumerate(ext):
            a = logsum(alpha[s], alpha[s - 1] if s > 0 else NEVER)
            if s > 1 and c != BLANK and c != ext[s - 2]:
                a = logsum(a, alpha[s - 2])
            new.append(a + p[c])
        alpha = new
    return logsum(*alpha[-2:])


class Bigram:
    def __init__(self, texts, symbols=32):
        self.pairs, self.firsts = Counter(), Counter()
        self.symbols = symbols
        for t in texts:
            self.firsts.update(t[:-1])
            self.pairs.update(zip(t, t[1:]))

    def prob(self, a, b):
        return (self.pairs[a, b] + 1) / (self.firsts[a] + self.symbols)

    def score(self, text):
        return sum(math.log(self.prob(a, b)) for a, b in zip(text, text[1:]))


def greedy(frames):
    best = [max(range(len(row)), key=row.__getitem__) for row in frames]
    return [c for c, _ in groupby(best) if c != BLANK]


def rescore(frames, candidates, lm, weight=0.5):
    logp = frame_log_probs(frames)
    return max(candidates, key=lambda c: label_log_prob(logp, c) + weight * lm.score(c))
