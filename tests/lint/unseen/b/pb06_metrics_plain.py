"""Evaluation metrics in plain Python: F1, MCC, kappa, AUC, log loss, calibration error."""
import math
from collections import defaultdict


def confusion(y_true, y_pred, positive=1):
    tp = sum(1 for t, p in zip(y_true, y_pred) if t == positive and p == positive)
    fp = sum(1 for t, p in zip(y_true, y_pred) if t != positive and p == positive)
    fn = sum(1 for t, p in zip(y_true, y_pred) if t == positive and p != positive)
    tn = len(y_true) - tp - fp - fn
    return tp, fp, fn, tn


def accuracy(y_true, y_pred):
    return sum(t == p for t, p in zip(y_true, y_pred)) / len(y_true)


def precision(tp, fp):
    return tp / (tp + fp)  # SSM302


def recall(tp, fn):
    return tp / (tp + fn)  # SSM302


def f_beta(y_true, y_pred, beta=1.0):
    tp, fp, fn, _ = confusion(y_true, y_pred)
    p, r = precision(tp, fp), recall(tp, fn)
    b2 = beta ** 2
    return (1 + b2) * p * r / (b2 * p + r)  # SSM302


def matthews(y_true, y_pred):
    tp, fp, fn, tn = confusion(y_true, y_pred)
    denominator = math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return (tp * tn - fp * fn) / denominator  # SSM302


def cohen_kappa(y_true, y_pred):
    n = len(y_true)
    tp, fp, fn, tn = confusion(y_true, y_pred)
    observed = (tp + tn) / n
    expected = ((tp + fp) * (tp + fn) + (tn + fp) * (tn + fn)) / n ** 2
    return (observed - expected) / (1 - expected)  # SSM302


def log_loss(y_true, probs):
    total = 0.0
    for t, p in zip(y_true, probs):
        total += -math.log(p) if t == 1 else -math.log(1 - p)  # SSM401
    return total / len(y_true)


def brier(y_true, probs):
    return sum((p - t) ** 2 for t, p in zip(y_true, probs)) / len(probs)


def auc(y_true, scores):
    pos = [s for t, s in zip(y_true, scores) if t == 1]
    neg = [s for t, s in zip(y_true, scores) if t != 1]
    wins = sum((a > b) + 0.5 * (a == b) for a in pos for b in neg)
    return wins / (len(pos) * len(neg))  # SSM302


def calibration_error(y_true, probs, bins=10):
    sums, hits, sizes = [0.0] * bins, [0] * bins, [0] * bins
    for t, p in zip(y_true, probs):
        b = min(int(p * bins), bins - 1)
        sums[b] += p
        hits[b] += t
        sizes[b] += 1
    gaps = [abs(sums[b] / sizes[b] - hits[b] / sizes[b]) * sizes[b] for b in range(bins)]  # SSM302
    return sum(gaps) / len(probs)


def to_logits(probs):
    return [math.log(p / (1 - p)) for p in probs]  # SSM301, SSM302


def accuracy_by_group(y_true, y_pred, groups):
    right, total = defaultdict(int), defaultdict(int)
    for t, p, g in zip(y_true, y_pred, groups):
        right[g] += t == p
        total[g] += 1
    return {g: right[g] / total[g] for g in total}
# fixed
import math
from collections import defaultdict


def confusion(y_true, y_pred, positive=1):
    tp = sum(1 for t, p in zip(y_true, y_pred) if t == positive and p == positive)
    fp = sum(1 for t, p in zip(y_true, y_pred) if t != positive and p == positive)
    fn = sum(1 for t, p in zip(y_true, y_pred) if t == positive and p != positive)
    tn = len(y_true) - tp - fp - fn
    return tp, fp, fn, tn


def accuracy(y_true, y_pred):
    return sum(t == p for t, p in zip(y_true, y_pred)) / len(y_true)


def precision(tp, fp):
    return tp / (tp + fp) if tp + fp else 0.0


def recall(tp, fn):
    if tp + fn == 0:
        return 0.0
    return tp / (tp + fn)


def f_beta(y_true, y_pred, beta=1.0):
    tp, fp, fn, _ = confusion(y_true, y_pred)
    p, r = precision(tp, fp), recall(tp, fn)
    b2 = beta ** 2
    if p == 0 and r == 0:
        return 0.0
    return (1 + b2) * p * r / (b2 * p + r)


def matthews(y_true, y_pred):
    tp, fp, fn, tn = confusion(y_true, y_pred)
    denominator = math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return (tp * tn - fp * fn) / denominator if denominator > 0 else 0.0


def cohen_kappa(y_true, y_pred):
    n = len(y_true)
    tp, fp, fn, tn = confusion(y_true, y_pred)
    observed = (tp + tn) / n
    expected = ((tp + fp) * (tp + fn) + (tn + fp) * (tn + fn)) / n ** 2
    if expected == 1:
        return 1.0
    return (observed - expected) / (1 - expected)


def log_loss(y_true, probs, eps=1e-15):
    total = 0.0
    for t, p in zip(y_true, probs):
        p = min(max(p, eps), 1 - eps)
        total += -math.log(p) if t == 1 else -math.log(1 - p)
    return total / len(y_true)


def brier(y_true, probs):
    return sum((p - t) ** 2 for t, p in zip(y_true, probs)) / len(probs)


def auc(y_true, scores):
    pos = [s for t, s in zip(y_true, scores) if t == 1]
    neg = [s for t, s in zip(y_true, scores) if t != 1]
    if not pos or not neg:
        raise ValueError("AUC needs both classes")
    wins = sum((a > b) + 0.5 * (a == b) for a in pos for b in neg)
    return wins / (len(pos) * len(neg))


def calibration_error(y_true, probs, bins=10):
    sums, hits, sizes = [0.0] * bins, [0] * bins, [0] * bins
    for t, p in zip(y_true, probs):
        b = min(int(p * bins), bins - 1)
        sums[b] += p
        hits[b] += t
        sizes[b] += 1
    gaps = [abs(sums[b] / sizes[b] - hits[b] / sizes[b]) * sizes[b] for b in range(bins) if sizes[b]]
    return sum(gaps) / len(probs)


def to_logits(probs, eps=1e-12):
    clipped = [min(max(p, eps), 1 - eps) for p in probs]
    return [math.log(p / (1 - p)) for p in clipped]


def accuracy_by_group(y_true, y_pred, groups):
    right, total = defaultdict(int), defaultdict(int)
    for t, p, g in zip(y_true, y_pred, groups):
        right[g] += t == p
        total[g] += 1
    return {g: right[g] / total[g] for g in total}
