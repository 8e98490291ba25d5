"""Population genetics and phylogeny: distances, pruning likelihood, LD, Fst, LOD scores."""
import math

import numpy as np


def p_distance(a, b):
    pairs = [(x, y) for x, y in zip(a, b) if x != "-" and y != "-"]
    return sum(x != y for x, y in pairs) / len(pairs)  # SSM302


def jukes_cantor(a, b):
    p = p_distance(a, b)
    return -0.75 * math.log(1 - 4 * p / 3)  # SSM301


def ts_tv_ratio(a, b):
    purines = {"A", "G"}
    ts = tv = 0
    for x, y in zip(a, b):
        if x != y:
            if (x in purines) == (y in purines):
                ts += 1
            else:
                tv += 1
    return ts / tv  # SSM302


def jc_matrix(t):
    same = 0.25 + 0.75 * np.exp(-4 * t / 3)
    diff = 0.25 - 0.25 * np.exp(-4 * t / 3)
    return np.full((4, 4), diff) + (same - diff) * np.eye(4)


class Tree:
    def __init__(self, left=None, right=None, length=0.1, tip=None):
        self.left, self.right, self.length, self.tip = left, right, length, tip

    def partials(self):
        """Conditional likelihoods, sites by 4; the tip is one-hot."""
        if self.tip is not None:
            return self.tip
        out = 1.0
        for child in (self.left, self.right):
            out = out * (child.partials() @ jc_matrix(child.length).T)
        return out

    def log_likelihood(self):
        site = self.partials() @ np.full(4, 0.25)
        return np.log(np.prod(site))  # SSM301


def hardy_weinberg_chi2(n_aa, n_ab, n_bb):
    n = n_aa + n_ab + n_bb
    p = (2 * n_aa + n_ab) / (2 * n)
    q = 1 - p
    expected = np.array([p * p, 2 * p * q, q * q]) * n
    observed = np.array([n_aa, n_ab, n_bb])
    return np.sum((observed - expected) ** 2 / expected)  # SSM302


def linkage_r2(hap):
    """hap: array of 0/1, haplotypes by two loci."""
    pa, pb = hap.mean(axis=0)
    d = np.mean(hap[:, 0] * hap[:, 1]) - pa * pb
    return d ** 2 / (pa * (1 - pa) * pb * (1 - pb))  # SSM302


def fst(freqs):
    hs = np.mean(2 * freqs * (1 - freqs), axis=0)
    mean = freqs.mean(axis=0)
    ht = 2 * mean * (1 - mean)
    return (ht - hs) / ht  # SSM302


def lod(recombinants, n):
    theta = recombinants / n
    linked = recombinants * math.log10(theta) + (n - recombinants) * math.log10(1 - theta)  # SSM301
    return linked - n * math.log10(0.5)


def haldane(cm):
    return 0.5 * (1 - math.exp(-2 * cm / 100))


def log_fold_change(treated, control):
    return np.log2(treated.mean(axis=0) / control.mean(axis=0))  # SSM301, SSM302


def phred(quality):
    return 10 ** (-quality / 10)
# fixed
import math

import numpy as np
from scipy.special import xlogy


def p_distance(a, b):
    pairs = [(x, y) for x, y in zip(a, b) if x != "-" and y != "-"]
    if not pairs:
        raise ValueError("sequences share no sites")
    return sum(x != y for x, y in pairs) / len(pairs)


def jukes_cantor(a, b):
    p = p_distance(a, b)
    if p >= 0.75:
        return math.inf
    return -0.75 * math.log1p(-4 * p / 3)


def ts_tv_ratio(a, b):
    purines = {"A", "G"}
    ts = tv = 0
    for x, y in zip(a, b):
        if x != y:
            if (x in purines) == (y in purines):
                ts += 1
            else:
                tv += 1
    return ts / tv if tv else math.inf


def jc_matrix(t):
    same = 0.25 + 0.75 * np.exp(-4 * t / 3)
    diff = 0.25 - 0.25 * np.exp(-4 * t / 3)
    return np.full((4, 4), diff) + (same - diff) * np.eye(4)


class Tree:
    def __init__(self, left=None, right=None, length=0.1, tip=None):
        self.left, self.right, self.length, self.tip = left, right, length, tip

    def partials(self):
        """Conditional likelihoods, sites by 4; the tip is one-hot."""
        if self.tip is not None:
            return self.tip
        out = 1.0
        for child in (self.left, self.right):
            out = out * (child.partials() @ jc_matrix(child.length).T)
        return out

    def log_likelihood(self):
        site = self.partials() @ np.full(4, 0.25)
        return np.log(np.maximum(site, 1e-300)).sum()


def hardy_weinberg_chi2(n_aa, n_ab, n_bb):
    n = n_aa + n_ab + n_bb
    p = (2 * n_aa + n_ab) / (2 * n)
    q = 1 - p
    expected = np.array([p * p, 2 * p * q, q * q]) * n
    observed = np.array([n_aa, n_ab, n_bb])
    ok = expected > 0
    return np.sum((observed[ok] - expected[ok]) ** 2 / expected[ok])


def linkage_r2(hap):
    """hap: array of 0/1, haplotypes by two loci."""
    pa, pb = hap.mean(axis=0)
    d = np.mean(hap[:, 0] * hap[:, 1]) - pa * pb
    spread = pa * (1 - pa) * pb * (1 - pb)
    return d ** 2 / spread if spread > 0 else 0.0


def fst(freqs):
    hs = np.mean(2 * freqs * (1 - freqs), axis=0)
    mean = freqs.mean(axis=0)
    ht = 2 * mean * (1 - mean)
    return np.where(ht > 0, (ht - hs) / np.where(ht > 0, ht, 1.0), 0.0)


def lod(recombinants, n):
    theta = recombinants / n
    linked = (xlogy(recombinants, theta) + xlogy(n - recombinants, 1 - theta)) / math.log(10)
    return linked - n * math.log10(0.5)


def haldane(cm):
    return 0.5 * (1 - math.exp(-2 * cm / 100))


def log_fold_change(treated, control):
    return np.log2(np.maximum(treated.mean(axis=0), 1e-6) / np.maximum(control.mean(axis=0), 1e-6))


def phred(quality):
    return 10 ** (-quality / 10)
