"""Exact values of the functions of rows and elements, by `decimal`: what `verify` measures against.

Each function takes rows as lists of floats and returns, for each result, the exact value and a scale: the promise is an error below
so many ulp plus scale * 2^c. They are to be called in the context `_reference.precise()`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

from stablesoftmax import _reference
from stablesoftmax._reference import log1p

Row = list[float]
Exact = list[tuple[Decimal, Decimal]]

ZERO, ONE = Decimal(0), Decimal(1)


def total(values: list[Decimal]) -> Decimal:
    return sum(values, ZERO)


def faithful(values: list[Decimal]) -> Exact:
    """Results whose bound has no second part."""
    return [(value, ZERO) for value in values]


def log_of_sum(logarithms: list[Decimal]) -> Decimal:
    """log sum e^v; its error is relative to the largest v."""
    top = max(logarithms)
    if top.is_infinite():
        return top
    rest = [(v - top).exp() for v in logarithms]
    rest.remove(ONE)
    return top + log1p(total(rest))


def expm1(x: Decimal) -> Decimal:
    if abs(x) > Decimal("0.1"):
        return x.exp() - 1
    term = result = x
    k = 1
    while term and term.adjusted() > result.adjusted() - _reference.WORKING_DIGITS:
        k += 1
        term *= x / k
        result += term
    return result


# rows ------------------------------------------------------------------------------------------------------------------


def softmax(x: Row) -> Exact:
    return faithful(_reference.softmax(x))


def tempered(temperature: float) -> Callable[[Row], Exact]:
    return lambda x: faithful(_reference.softmax(x, temperature))


def log_tempered(temperature: float) -> Callable[[Row], Exact]:
    return lambda x: faithful(_reference.log_softmax(x, temperature))


def log_softmax(x: Row) -> Exact:
    return faithful(_reference.log_softmax(x))


def with_sink(x: Row) -> Exact:
    """The sink is a logit of 0."""
    return softmax([*x, 0.0])[:-1]


def masked(x: Row, mask: Row) -> Exact:
    p = iter(_reference.softmax([v for v, m in zip(x, mask, strict=True) if m]))
    return faithful([next(p) if m else ZERO for m in mask])


def logsumexp(x: Row) -> Exact:
    return [(_reference.logsumexp(x), ONE)]


def weighted(x: Row, w: Row) -> Exact:
    top = max(x)
    terms = [Decimal(b) * (Decimal(a) - Decimal(top)).exp() for a, b in zip(x, w, strict=True)]
    mass = total(terms)
    return [(Decimal(top) + mass.ln(), total([abs(t) for t in terms]) / abs(mass) if mass else ONE)]


def logmeanexp(x: Row) -> Exact:
    return [(_reference.logsumexp(x) - Decimal(len(x)).ln(), ONE)]


def logvarexp(x: Row) -> Exact:
    top = Decimal(max(x))
    e = [(Decimal(v) - top).exp() for v in x]
    mean = total(e) / len(e)
    return [(2 * top + (total([(v - mean) ** 2 for v in e]) / len(e)).ln(), ONE)]


def effective_sample_size(x: Row) -> Exact:
    top = Decimal(max(x))
    w = [(Decimal(v) - top).exp() for v in x]
    return faithful([total(w) ** 2 / total([v * v for v in w])])


def entropy(x: Row) -> Exact:
    p, log = _reference.softmax(x), _reference.log_softmax(x)
    return faithful([-total([a * b for a, b in zip(p, log, strict=True)])])


def divergence(x: Row, y: Row) -> Exact:
    """The bound is 2^-47*KL + 2^-50*sum |p - q|*m + 2^-100*sum q*m^2: the scale of 2^-50. Subnormal probabilities add 2^-1064."""
    p, log_p, q, log_q = _reference.softmax(x), _reference.log_softmax(x), _reference.softmax(y), _reference.log_softmax(y)
    ratio = [a - b for a, b in zip(log_p, log_q, strict=True)]
    value = total([a * d for a, d in zip(p, ratio, strict=True)])
    apart = max(ratio) - min(ratio)
    near = apart < Decimal("0.5")
    m = [apart if near else abs(a) + abs(b) for a, b in zip(log_p, log_q, strict=True)]
    first = total([abs(a - b) * v for a, b, v in zip(p, q, m, strict=True)])
    second = total([b * v * v for b, v in zip(q, m, strict=True)])
    return [(value, 8 * value + first + second * Decimal(2) ** -50 + Decimal(2) ** -1014)]


def logcumsumexp(x: Row) -> Exact:
    return [(_reference.logsumexp(x[: i + 1]), ONE) for i in range(len(x))]


def log_dot(a: Row, b: Row) -> Exact:
    return [(log_of_sum([Decimal(u) + Decimal(v) for u, v in zip(a, b, strict=True)]), ONE)]


def log_dot_fast(a: Row, b: Row) -> Exact:
    """The scale is k + 8 + d, d the largest distance of an element to its maximum, counted to 1300."""
    distance = max(max(a) - min(a), max(b) - min(b))
    return [(log_dot(a, b)[0][0], Decimal(len(a) + 8) + Decimal(min(distance, 1300.0)))]


# elements --------------------------------------------------------------------------------------------------------------


def softplus_of(x: Decimal) -> Decimal:
    return max(x, ZERO) + log1p((-abs(x)).exp())


def sigmoid_of(x: Decimal) -> Decimal:
    small = (-abs(x)).exp()
    return (ONE if x >= 0 else small) / (1 + small)


def log1mexp_of(x: Decimal) -> Decimal:
    e = x.exp()
    return log1p(-e) if e < Decimal("0.1") else (-expm1(x)).ln()


def _logit_of(x: Decimal) -> Decimal:
    away = (2 * x - 1) / (1 - x)  # x/(1 - x) = 1 + away
    return log1p(away) if abs(away) < Decimal("0.1") else (x / (1 - x)).ln()


def sigmoid(x: Row) -> Exact:
    return faithful([sigmoid_of(Decimal(v)) for v in x])


def log_sigmoid(x: Row) -> Exact:
    return faithful([-softplus_of(-Decimal(v)) for v in x])


def softplus(x: Row) -> Exact:
    return faithful([softplus_of(Decimal(v)) for v in x])


def log1mexp(x: Row) -> Exact:
    return faithful([log1mexp_of(Decimal(v)) for v in x])


def logit(x: Row) -> Exact:
    return faithful([_logit_of(Decimal(v)) for v in x])


def logaddexp(x: Row, y: Row) -> Exact:
    return [(log_of_sum([Decimal(a), Decimal(b)]), ONE) for a, b in zip(x, y, strict=True)]


def logsubexp(x: Row, y: Row) -> Exact:
    return [
        (Decimal(a) + log1mexp_of(Decimal(b) - Decimal(a)) if a > b else Decimal(-math.inf), ONE) for a, b in zip(x, y, strict=True)
    ]
