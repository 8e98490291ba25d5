"""Decision tree by gain ratio in plain Python, and AdaBoost over stumps."""
import math
from collections import Counter


def entropy(labels, classes):
    total = 0.0
    for c in classes:
        p = labels.count(c) / len(labels)
        total -= p * math.log(p, 2)  # SSM301
    return total


def split(rows, labels, feature):
    groups = {}
    for row, label in zip(rows, labels):
        groups.setdefault(row[feature], []).append((row, label))
    return groups


def gain_ratio(rows, labels, feature, classes):
    groups = split(rows, labels, feature)
    after, info = 0.0, 0.0
    for members in groups.values():
        w = len(members) / len(rows)
        after += w * entropy([label for _, label in members], classes)
        info -= w * math.log(w, 2)
    return (entropy(labels, classes) - after) / info  # SSM302


def build_tree(rows, labels, features, classes, depth=0, max_depth=5):
    majority = Counter(labels).most_common(1)[0][0]
    if len(set(labels)) == 1 or not features or depth == max_depth:
        return majority
    best = max(features, key=lambda f: gain_ratio(rows, labels, f, classes))
    node = {"feature": best, "default": majority, "children": {}}
    rest = [f for f in features if f != best]
    for value, members in split(rows, labels, best).items():
        sub_rows, sub_labels = [r for r, _ in members], [label for _, label in members]
        node["children"][value] = build_tree(sub_rows, sub_labels, rest, classes, depth + 1, max_depth)
    return node


def predict(node, row):
    while isinstance(node, dict):
        node = node["children"].get(row[node["feature"]], node["default"])
    return node


def best_stump(X, y, w):
    best = (float("inf"), None)
    for j in range(len(X[0])):
        for threshold in sorted({row[j] for row in X}):
            for sign in (1, -1):
                h = [sign if row[j] > threshold else -sign for row in X]
                err = sum(wi for wi, hi, yi in zip(w, h, y) if hi != yi)
                best = min(best, (err, (j, threshold, sign)), key=lambda b: b[0])
    return best


def adaboost(X, y, rounds=20):
    w, ensemble = [1.0 / len(X)] * len(X), []
    for _ in range(rounds):
        err, (j, threshold, sign) = best_stump(X, y, w)
        alpha = 0.5 * math.log((1 - err) / err)  # SSM302
        ensemble.append((alpha, j, threshold, sign))
        h = [sign if row[j] > threshold else -sign for row in X]
        w = [wi * math.exp(-alpha * yi * hi) for wi, yi, hi in zip(w, y, h)]
        total = sum(w)
        w = [wi / total for wi in w]
    return ensemble
# fixed
import math
from collections import Counter


def entropy(labels, classes):
    total = 0.0
    for c in classes:
        p = labels.count(c) / len(labels)
        if p > 0:
            total -= p * math.log(p, 2)
    return total


def split(rows, labels, feature):
    groups = {}
    for row, label in zip(rows, labels):
        groups.setdefault(row[feature], []).append((row, label))
    return groups


def gain_ratio(rows, labels, feature, classes):
    groups = split(rows, labels, feature)
    after, info = 0.0, 0.0
    for members in groups.values():
        w = len(members) / len(rows)
        after += w * entropy([label for _, label in members], classes)
        info -= w * math.log(w, 2)
    if info == 0:
        return 0.0
    return (entropy(labels, classes) - after) / info


def build_tree(rows, labels, features, classes, depth=0, max_depth=5):
    majority = Counter(labels).most_common(1)[0][0]
    if len(set(labels)) == 1 or not features or depth == max_depth:
        return majority
    best = max(features, key=lambda f: gain_ratio(rows, labels, f, classes))
    node = {"feature": best, "default": majority, "children": {}}
    rest = [f for f in features if f != best]
    for value, members in split(rows, labels, best).items():
        sub_rows, sub_labels = [r for r, _ in members], [label for _, label in members]
        node["children"][value] = build_tree(sub_rows, sub_labels, rest, classes, depth + 1, max_depth)
    return node


def predict(node, row):
    while isinstance(node, dict):
        node = node["children"].get(row[node["feature"]], node["default"])
    return node


def best_stump(X, y, w):
    best = (float("inf"), None)
    for j in range(len(X[0])):
        for threshold in sorted({row[j] for row in X}):
            for sign in (1, -1):
                h = [sign if row[j] > threshold else -sign for row in X]
                err = sum(wi for wi, hi, yi in zip(w, h, y) if hi != yi)
                best = min(best, (err, (j, threshold, sign)), key=lambda b: b[0])
    return best


def adaboost(X, y, rounds=20):
    w, ensemble = [1.0 / len(X)] * len(X), []
    for _ in range(rounds):
        err, (j, threshold, sign) = best_stump(X, y, w)
        err = min(max(err, 1e-9), 1 - 1e-9)
        alpha = 0.5 * math.log((1 - err) / err)
        ensemble.append((alpha, j, threshold, sign))
        h = [sign if row[j] > threshold else -sign for row in X]
        w = [wi * math.exp(-alpha * yi * hi) for wi, yi, hi in zip(w, y, h)]
        total = sum(w)
        w = [wi / total for wi in w]
    return ensemble
