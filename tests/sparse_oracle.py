"""Exact entmax of a row and exact gradients, by rational numbers and ball arithmetic.

Nothing is shared with the library: elements are sorted, the support is the longest prefix that passes the test of the definition;
for alpha = 2 and 1.5 the threshold has its closed form, for others it is bisected until a ball that certainly holds it is tiny.
"""

import math
from fractions import Fraction

import numpy as np
from flint import arb, ctx, fmpq
from formats import format_of
from oracle import exact

PRECISION = 1200
RADIUS = 400  # bits to which a threshold is known, relative to itself


def rational(value):
    fraction = Fraction(float(value))
    return fmpq(fraction.numerator, fraction.denominator)


def _distances(x, alpha):
    """(alpha - 1)*(max - x), exact; None for -inf."""
    values = [None if v == -math.inf else rational(v) for v in np.asarray(x).astype(np.float64).ravel().tolist()]
    top, factor = max(v for v in values if v is not None), rational(alpha) - 1
    return [None if v is None else factor * (top - v) for v in values]


def _sparsemax(distances):
    """Sorted, the first k are the support for the largest k with t_k > d_k, t_k = (1 + their sum)/k."""
    total, threshold = fmpq(0), None
    for k, d in enumerate(sorted(d for d in distances if d is not None), 1):
        total += d
        if (1 + total) / k > d:
            threshold = (1 + total) / k
    return arb(threshold)


def _entmax15(distances):
    """Likewise with t_k = mean + sqrt(1/k - variance), while the root is real."""
    total, squares, threshold = fmpq(0), fmpq(0), None
    for k, d in enumerate(sorted(d for d in distances if d is not None and d < 1), 1):
        total += d
        squares += d * d
        under = fmpq(1, k) - squares / k + (total / k) ** 2
        if under < 0:
            break
        candidate = arb(total / k) + arb(under).sqrt()
        if candidate > arb(d):
            threshold = candidate
    return threshold


def _mass(distances, t, r):
    return sum(((t - d) ** r for d in distances if d < t), arb(0))


def _bisected(distances, alpha):
    near = [arb(d) for d in distances if d is not None and d < 1]
    r = 1 / (arb(alpha) - 1)
    low, high = arb(2) ** -1100, arb(1)
    bits_by_halves = 50 if alpha < 2 else RADIUS + 2  # beyond 2 the slope is infinite where an element comes in
    while not (high - low) < high * arb(2) ** -bits_by_halves:  # by octaves first, then by halves
        middle = (low * high).sqrt().mid() if low * 2 < high else ((low + high) / 2).mid()
        low, high = (low, middle) if _mass(near, middle, r) > 1 else (middle, high)
    for _ in range(60 if alpha < 2 else 0):  # Newton from there, as far as it goes
        inside = [d for d in near if d < high]
        slope = r * sum(((high - d) ** (r - 1) for d in inside), arb(0))
        step = ((_mass(near, high, r) - 1) / slope).mid()
        if abs(step) < high * arb(2) ** (-RADIUS - 20):
            break
        high = (high - step).mid()
    radius = (high * arb(2) ** -RADIUS).mid()
    assert not _mass(near, (high - radius).mid(), r) > 1
    assert not _mass(near, (high + radius).mid(), r) < 1
    return arb(high, radius)


def entmax_balls(x, alpha):
    """A ball for each probability; None for an exact 0."""
    ctx.prec = PRECISION
    distances = _distances(x, alpha)
    t = _sparsemax(distances) if alpha == 2 else _entmax15(distances) if alpha == 1.5 else _bisected(distances, alpha)
    r = 1 / (arb(alpha) - 1)
    balls = []
    for d in distances:
        a = None if d is None else t - arb(d)
        balls.append(None if a is None or not a > 0 else a if alpha == 2 else a * a if alpha == 1.5 else a**r)
    return balls


def assert_within(balls, got, slack, dtype, most=0.5, context=""):
    """Fail unless every result is within `most` ulp + slack (one, or one an element) of the exact one; the largest error in ulp."""
    expected = exact(balls, format_of(dtype))
    assert np.asarray(got).dtype == format_of(dtype).dtype, context
    errors = expected.errors(got)
    with np.errstate(over="ignore"):
        wrong = errors > most + np.ldexp(np.asarray(slack, float), -expected.exponent)
    if wrong.any():
        i = int(np.flatnonzero(wrong)[np.argmax(errors[wrong])])
        raise AssertionError(
            f"{context}: {wrong.sum()} of {errors.size} results are too far off, worst at {i}: got {np.asarray(got).ravel()[i]!r}, "
            f"exact {expected.nearest()[i]!r}, {errors[i]:.6g} ulp"
        )
    return float(errors.max(initial=0.0))


def _support(y):
    return [(i, arb(rational(v))) for i, v in enumerate(np.asarray(y).astype(np.float64).tolist()) if v > 0]


def vjp_balls(y, g, alpha):
    """s*(g - sum(s*g)/sum(s)) with s = y^(2 - alpha) on the support, as balls, and s."""
    ctx.prec = PRECISION
    g = np.asarray(g).astype(np.float64).tolist()
    balls, weights = [None] * len(g), [arb(0)] * len(g)
    support = [(i, v ** (2 - arb(alpha)) if alpha != 2 else arb(1), arb(rational(g[i]))) for i, v in _support(y)]
    if support:
        mean = sum((s * v for _, s, v in support), arb(0)) / sum((s for _, s, _ in support), arb(0))
        for i, s, v in support:
            balls[i], weights[i] = s * (v - mean), s
    return balls, weights


def alpha_vjp_ball(y, g, alpha):
    """As Correia, Niculae and Martins write it, for y divided by its sum, as a ball; and the size of what is added up."""
    ctx.prec = PRECISION
    support, g, a = _support(y), np.asarray(g).astype(np.float64).tolist(), arb(alpha)
    if not support:
        return None, 0.0
    mass = sum((v for _, v in support), arb(0))
    p = [v / mass for _, v in support]
    of_g = [arb(rational(g[i])) for i, _ in support]
    log = [v.log() for v in p]
    if alpha == 1:
        second = sum((v * L * L for v, L in zip(p, log, strict=True)), arb(0))
        terms = [v * (second - L * L) / 2 for v, L in zip(p, log, strict=True)]
        size = [v * (second + L * L) / 2 for v, L in zip(p, log, strict=True)]
    else:
        e = a - 1
        skewed = [v ** (2 - a) for v in p]
        z = sum(skewed, arb(0))
        entropy = -sum((v * L for v, L in zip(p, log, strict=True)), arb(0))
        terms = [(v - s / z) / (e * e) + (-v * L - s / z * entropy) / e for v, L, s in zip(p, log, skewed, strict=True)]
        w = [((-e * L).exp() - 1 + e * L) / (e * e) for L in log]
        q = sum((v * u for v, u in zip(p, w, strict=True)), arb(0))
        size = [v * (q * (1 - e * L) + (1 + e * entropy) * u) / z for v, L, u in zip(p, log, w, strict=True)]
    ball = sum((t * v for t, v in zip(terms, of_g, strict=True)), arb(0))
    return ball, float(sum((s * abs(v) for s, v in zip(size, of_g, strict=True)), arb(0)).mid())
