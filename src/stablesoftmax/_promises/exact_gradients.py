"""Exact losses, and products with Jacobians, by `decimal`; in the form of `exact`."""

from __future__ import annotations

from decimal import Decimal

from stablesoftmax import _reference
from stablesoftmax._promises.exact import ONE, ZERO, Exact, Row, faithful, sigmoid_of, softplus_of, total

GAIN = 0.75  # the gradient that logsumexp_vjp is called with


def _decimals(row: Row) -> list[Decimal]:
    return [Decimal(v) for v in row]


# Jacobians -------------------------------------------------------------------------------------------------------------


def softmax_vjp(y: Row, g: Row) -> Exact:
    p, v = _decimals(y), _decimals(g)
    terms = [a * b for a, b in zip(p, v, strict=True)]
    mean, size, n = total(terms), total([abs(t) for t in terms]), len(y)
    return [(a * (b - mean), n * (abs(a * b) + a * size)) for a, b in zip(p, v, strict=True)]


def log_softmax_vjp(y: Row, g: Row) -> Exact:
    p, v = [d.exp() for d in _decimals(y)], _decimals(g)
    mass, size = total(v), total([abs(b) for b in v])
    return [(b - a * mass, abs(b) + a * size) for a, b in zip(p, v, strict=True)]


def log_softmax_jvp(y: Row, v: Row) -> Exact:
    p, direction = [d.exp() for d in _decimals(y)], _decimals(v)
    terms = [a * b for a, b in zip(p, direction, strict=True)]
    mean, size = total(terms), total([abs(t) for t in terms])
    return [(b - mean, abs(b) + size) for b in direction]


def logsumexp_vjp(x: Row) -> Exact:
    return faithful([Decimal(GAIN) * p for p in _reference.softmax(x)])


def logsumexp_jvp(x: Row, v: Row) -> Exact:
    terms = [a * b for a, b in zip(_reference.softmax(x), _decimals(v), strict=True)]
    return [(total(terms), total([abs(t) for t in terms]))]


# cross entropy ---------------------------------------------------------------------------------------------------------


def cross_entropy(x: Row, mark: Row) -> Exact:
    """The label is where the mark is."""
    return faithful([-_reference.log_softmax(x)[mark.index(1.0)]])


def cross_entropy_gradient(x: Row, mark: Row) -> Exact:
    p, label = _reference.softmax(x), mark.index(1.0)
    return faithful([-total(p[:label] + p[label + 1 :]) if i == label else v for i, v in enumerate(p)])


def mean_cross_entropy(x: list[Row], marks: list[Row]) -> Exact:
    return faithful([total([cross_entropy(*row)[0][0] for row in zip(x, marks, strict=True)]) / len(x)])


def soft_cross_entropy(x: Row, t: Row) -> Exact:
    return faithful([-total([a * b for a, b in zip(_decimals(t), _reference.log_softmax(x), strict=True)])])


def soft_cross_entropy_gradient(x: Row, t: Row) -> Exact:
    targets = _decimals(t)
    mass = total(targets)
    return [(p * mass - v, p * mass + v) for p, v in zip(_reference.softmax(x), targets, strict=True)]


# two classes -----------------------------------------------------------------------------------------------------------


def binary_cross_entropy(x: Row, t: Row) -> Exact:
    pairs = zip(_decimals(x), _decimals(t), strict=True)
    return faithful([p * softplus_of(-z) + (1 - p) * softplus_of(z) for z, p in pairs])


def mean_binary_cross_entropy(x: list[Row], t: list[Row]) -> Exact:
    losses = [loss for row in zip(x, t, strict=True) for loss, _ in binary_cross_entropy(*row)]
    return faithful([total(losses) / len(losses)])


def binary_cross_entropy_gradient(x: Row, t: Row) -> Exact:
    """Nothing cancels where the target is 0 or 1."""
    exact = []
    for z, p in zip(_decimals(x), _decimals(t), strict=True):
        up, down = (1 - p) * sigmoid_of(z), p * sigmoid_of(-z)
        exact.append((up - down, ZERO if p in (ZERO, ONE) else up + down))
    return exact
