"""Exact sparsemax and entmax, and their gradients, by `decimal`; in the form of `exact`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from stablesoftmax._promises.exact import ONE, ZERO, Exact, Row, total
from stablesoftmax._reference import ratio

# alphas whose powers are made of products and square roots: alpha -> 1/(alpha - 1)
POWERS: dict[float, Callable[[Decimal], Decimal]] = {
    1.25: lambda a: a**4,
    1.5: lambda a: a * a,
    2.0: lambda a: a,
    3.0: lambda a: a.sqrt(),
}
# y^(2 - alpha), the weights of the gradient
WEIGHTS: dict[float, Callable[[Decimal], Decimal]] = {
    1.25: lambda y: (y * y.sqrt()).sqrt(),
    1.5: lambda y: y.sqrt(),
    2.0: lambda y: ONE,
    3.0: lambda y: 1 / y,
}


def sparsemax(x: Row) -> Exact:
    """In fractions: of the elements in descending order the first k are the support, for the largest k that allows it."""
    values = [Fraction(v) for v in x]
    mass, threshold = Fraction(0), Fraction(0)
    for k, v in enumerate(sorted(values, reverse=True), 1):
        mass += v
        if 1 + k * v > mass:
            threshold = (mass - 1) / k
    return [(ratio(max(v - threshold, Fraction(0))), ONE) for v in values]


def entmax(alpha: float, scale: float = 1.0) -> Callable[[Row], Exact]:
    """The threshold by bisection of sum max(0, t - d)^r = 1, which rises with t, to more digits than any bound asks for."""
    power, factor = POWERS[alpha], Decimal(alpha) - 1

    def exact(x: Row) -> Exact:
        top = Decimal(max(x))
        distances = [factor * (top - Decimal(v)) for v in x]
        near = [d for d in distances if d < 1]
        low, high = ZERO, ONE
        for _ in range(170):
            middle = (low + high) / 2
            if total([power(middle - d) for d in near if d < middle]) > 1:
                high = middle
            else:
                low = middle
        return [(power(high - d) if d < high else ZERO, Decimal(scale)) for d in distances]

    return exact


def entmax_vjp(alpha: float) -> Callable[[Row, Row], Exact]:
    """s*(g - sum(s*g)/sum(s)) on the support, s = y^(2 - alpha); 0 elsewhere. The scale is s*max|g|."""
    weight = WEIGHTS[alpha]

    def exact(y: Row, g: Row) -> Exact:
        s = [weight(Decimal(v)) if v > 0 else ZERO for v in y]
        inside = [Decimal(b) for a, b in zip(y, g, strict=True) if a > 0]
        if not inside:
            return [(ZERO, ZERO)] * len(y)
        mean = total([a * Decimal(b) for a, b in zip(s, g, strict=True)]) / total(s)
        largest = max(abs(b) for b in inside)
        return [(a * (Decimal(b) - mean), a * largest) for a, b in zip(s, g, strict=True)]

    return exact


def entmax_alpha_vjp(alpha: float) -> Callable[[Row, Row], Exact]:
    """As Correia, Niculae and Martins (2019) write it, for y divided by its sum; the scale is what our form of it adds up."""
    e = Decimal(alpha) - 1

    def exact(y: Row, g: Row) -> Exact:
        support = [(Decimal(a), Decimal(b)) for a, b in zip(y, g, strict=True) if a > 0]
        mass = total([a for a, _ in support])
        p = [a / mass for a, _ in support]
        log = [v.ln() for v in p]
        skewed = [WEIGHTS[alpha](v) for v in p]
        z = total(skewed)
        entropy = -total([v * u for v, u in zip(p, log, strict=True)])
        w = [((-e * u).exp() - 1 + e * u) / (e * e) for u in log]
        q = total([v * u for v, u in zip(p, w, strict=True)])
        value = size = ZERO
        for (_, b), v, u, s, c in zip(support, p, log, skewed, w, strict=True):
            value += b * ((v - s / z) / (e * e) + (-v * u - s / z * entropy) / e)
            size += abs(b) * v * (q * (1 - e * u) + (1 + e * entropy) * c) / z
        return [(value, size)]

    return exact
