"""Feature selection by simulated annealing around a small logistic regression, in plain Python."""
import math
import random


def logistic(score):
    return 1.0 / (1.0 + math.exp(-score))  # SSM110


def dot(weights, row):
    return sum(w * v for w, v in zip(weights, row))


def fit(rows, labels, epochs=20, rate=0.05):
    weights = [0.0] * len(rows[0])
    for epoch in range(epochs):
        step = rate / math.sqrt(1 + epoch)
        for row, y in zip(rows, labels):
            error = y - logistic(dot(weights, row))
            weights = [w + step * error * v for w, v in zip(weights, row)]
    return weights


def f_score(weights, rows, labels, beta=1.0):
    tp = fp = fn = 0
    for row, y in zip(rows, labels):
        guess = dot(weights, row) > 0
        if guess and y:
            tp += 1
        elif guess:
            fp += 1
        elif y:
            fn += 1
    precision = tp / (tp + fp)  # SSM302
    recall = tp / max(tp + fn, 1)
    if precision + recall == 0:
        return 0.0
    return (1 + beta ** 2) * precision * recall / (beta ** 2 * precision + recall)


def select(rows, mask):
    return [[v for v, keep in zip(row, mask) if keep] for row in rows]


def cost(mask, train, valid, penalty):
    weights = fit(select(train[0], mask), train[1])
    return 100.0 * (1.0 - f_score(weights, select(valid[0], mask), valid[1])) + penalty * sum(mask)


def anneal(train, valid, n_features, start=5.0, stop=0.01, cooling=0.97, penalty=0.1, seed=0):
    rng = random.Random(seed)
    mask = [1] * n_features
    energy = cost(mask, train, valid, penalty)
    best, best_energy = mask, energy
    t = start
    while t > stop:
        candidate = list(mask)
        flip = rng.randrange(n_features)
        candidate[flip] = 1 - candidate[flip]
        if any(candidate):
            proposed = cost(candidate, train, valid, penalty)
            if rng.random() < math.exp((energy - proposed) / t):  # SSM505
                mask, energy = candidate, proposed
            if energy < best_energy:
                best, best_energy = mask, energy
        t *= cooling
    return best, best_energy
# fixed
import math
import random


def logistic(score):
    if score >= 0:
        return 1.0 / (1.0 + math.exp(-score))
    e = math.exp(score)
    return e / (1.0 + e)


def dot(weights, row):
    return sum(w * v for w, v in zip(weights, row))


def fit(rows, labels, epochs=20, rate=0.05):
    weights = [0.0] * len(rows[0])
    for epoch in range(epochs):
        step = rate / math.sqrt(1 + epoch)
        for row, y in zip(rows, labels):
            error = y - logistic(dot(weights, row))
            weights = [w + step * error * v for w, v in zip(weights, row)]
    return weights


def f_score(weights, rows, labels, beta=1.0):
    tp = fp = fn = 0
    for row, y in zip(rows, labels):
        guess = dot(weights, row) > 0
        if guess and y:
            tp += 1
        elif guess:
            fp += 1
        elif y:
            fn += 1
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / max(tp + fn, 1)
    if precision + recall == 0:
        return 0.0
    return (1 + beta ** 2) * precision * recall / (beta ** 2 * precision + recall)


def select(rows, mask):
    return [[v for v, keep in zip(row, mask) if keep] for row in rows]


def cost(mask, train, valid, penalty):
    weights = fit(select(train[0], mask), train[1])
    return 100.0 * (1.0 - f_score(weights, select(valid[0], mask), valid[1])) + penalty * sum(mask)


def anneal(train, valid, n_features, start=5.0, stop=0.01, cooling=0.97, penalty=0.1, seed=0):
    rng = random.Random(seed)
    mask = [1] * n_features
    energy = cost(mask, train, valid, penalty)
    best, best_energy = mask, energy
    t = start
    while t > stop:
        candidate = list(mask)
        flip = rng.randrange(n_features)
        candidate[flip] = 1 - candidate[flip]
        if any(candidate):
            proposed = cost(candidate, train, valid, penalty)
            if rng.random() < math.exp(min(0.0, (energy - proposed) / t)):
                mask, energy = candidate, proposed
            if energy < best_energy:
                best, best_energy = mask, energy
        t *= cooling
    return best, best_energy
