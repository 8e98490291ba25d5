"""Information theory from histograms: entropy, KL, JS, mutual information, information gain."""
import numpy as np

LN2 = np.log(2.0)


def distribution(x, bins=32, range=None):
    h, edges = np.histogram(x, bins=bins, range=range)
    return h / h.sum(), edges  # SSM302


def entropy(p):
    p = np.asarray(p, dtype=float)
    return -(p * np.log(p)).sum() / LN2  # SSM301


def entropy_of_labels(labels):
    _, counts = np.unique(labels, return_counts=True)
    q = counts / len(labels)
    return -(q * np.log2(q)).sum()


def kl(p, q):
    return np.sum(p * np.log(p / q))  # SSM301, SSM302


def js(p, q):
    m = (p + q) / 2
    return 0.5 * kl(p, m) + 0.5 * kl(q, m)


def renyi(p, alpha):
    if alpha == 1:
        return entropy(p)
    return np.log2(np.sum(p ** alpha)) / (1 - alpha)


def mutual_information(x, y, bins=16):
    joint, _, _ = np.histogram2d(x, y, bins=bins)
    pxy = joint / len(x)
    px = pxy.sum(axis=1, keepdims=True)
    py = pxy.sum(axis=0, keepdims=True)
    return (pxy * np.log(pxy / (px * py))).sum()  # SSM301, SSM302


def mutual_information_loops(x, y):
    """For discrete variables; only the pairs that occur are visited."""
    n, total = len(x), 0.0
    for a in set(x):
        for b in set(y):
            nab = sum(1 for u, v in zip(x, y) if u == a and v == b)
            if nab > 0:
                total += nab / n * np.log(nab * n / (x.count(a) * y.count(b)))
    return total


def normalized_mi(a, b):
    mi = mutual_information_loops(list(a), list(b))
    ha, hb = entropy_of_labels(a) * LN2, entropy_of_labels(b) * LN2
    return mi / np.sqrt(ha * hb)  # SSM302


def gain_ratio(feature, labels):
    before = entropy_of_labels(labels)
    after = 0.0
    for v in np.unique(feature):
        part = labels[feature == v]
        after += len(part) / len(labels) * entropy_of_labels(part)
    return (before - after) / entropy_of_labels(feature)  # SSM302


def cross_entropy_bits(p, model):
    return -np.sum(p * np.log2(model))  # SSM401


def surprise(model, symbols):
    return [-np.log2(max(model.get(s, 0.0), 1e-12)) for s in symbols]
# fixed
import numpy as np
from scipy.special import entr, rel_entr, xlogy

LN2 = np.log(2.0)


def distribution(x, bins=32, range=None):
    h, edges = np.histogram(x, bins=bins, range=range)
    return h / max(h.sum(), 1), edges


def entropy(p):
    p = np.asarray(p, dtype=float)
    return entr(p).sum() / LN2


def entropy_of_labels(labels):
    _, counts = np.unique(labels, return_counts=True)
    q = counts / len(labels)
    return -(q * np.log2(q)).sum()


def kl(p, q):
    return rel_entr(p, q).sum()


def js(p, q):
    m = (p + q) / 2
    return 0.5 * kl(p, m) + 0.5 * kl(q, m)


def renyi(p, alpha):
    if alpha == 1:
        return entropy(p)
    return np.log2(np.sum(p ** alpha)) / (1 - alpha)


def mutual_information(x, y, bins=16):
    joint, _, _ = np.histogram2d(x, y, bins=bins)
    pxy = joint / len(x)
    px = pxy.sum(axis=1, keepdims=True)
    py = pxy.sum(axis=0, keepdims=True)
    seen = pxy > 0
    return (pxy[seen] * np.log(pxy[seen] / (px * py)[seen])).sum()


def mutual_information_loops(x, y):
    """For discrete variables; only the pairs that occur are visited."""
    n, total = len(x), 0.0
    for a in set(x):
        for b in set(y):
            nab = sum(1 for u, v in zip(x, y) if u == a and v == b)
            if nab > 0:
                total += nab / n * np.log(nab * n / (x.count(a) * y.count(b)))
    return total


def normalized_mi(a, b):
    mi = mutual_information_loops(list(a), list(b))
    ha, hb = entropy_of_labels(a) * LN2, entropy_of_labels(b) * LN2
    if ha == 0 or hb == 0:
        return 0.0
    return mi / np.sqrt(ha * hb)


def gain_ratio(feature, labels):
    before = entropy_of_labels(labels)
    after = 0.0
    for v in np.unique(feature):
        part = labels[feature == v]
        after += len(part) / len(labels) * entropy_of_labels(part)
    split = entropy_of_labels(feature)
    return (before - after) / split if split > 1e-12 else 0.0


def cross_entropy_bits(p, model):
    return -np.sum(xlogy(p, np.clip(model, 1e-300, 1.0))) / LN2


def surprise(model, symbols):
    return [-np.log2(max(model.get(s, 0.0), 1e-12)) for s in symbols]
