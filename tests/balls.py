"""Exact values of what has no oracle of its own: sums of ball arithmetic at a precision that leaves nothing open."""

import math

import numpy as np
from flint import arb, ctx
from oracle import exact

PRECISION = 700  # bits: rows of the tests that use this span less than 2^500


def balls(values):
    ctx.prec = PRECISION
    return [arb(float(v)) for v in np.asarray(values).astype(np.float64).ravel()]


def exponentials(row):
    """e^(x - max) of a row of finite numbers and -inf, and the place of its maximum."""
    ctx.prec = PRECISION
    values = np.asarray(row).astype(np.float64).tolist()
    top = max(range(len(values)), key=values.__getitem__)
    return [arb(0) if v == -math.inf else (arb(v) - arb(values[top])).exp() for v in values], top


def total(terms):
    ctx.prec = PRECISION
    result = arb(0)
    for term in terms:
        result += term
    return result


def errors(got, wanted, fmt):
    """Distances in ulps of the exact value; an exact zero must be met."""
    found = exact([None if ball == 0 else ball for ball in wanted], fmt)
    return found.errors(got)


def beyond(got, wanted, slack, fmt):
    """By how many ulps each result is further away than `slack`, a list of absolute sizes, allows; at least 0."""
    found = exact([None if ball == 0 else ball for ball in wanted], fmt)
    sizes = np.array([float(s.upper()) for s in slack])
    with np.errstate(over="ignore", invalid="ignore"):
        allowed = np.ldexp(sizes, -found.exponent)
        result = np.maximum(found.errors(got) - allowed, 0.0)
    for i in np.flatnonzero(np.isinf(allowed)):  # more ulps of a number near 0 than a double can count
        result[i] = 0.0 if abs(arb(float(np.ravel(got)[i])) - wanted[i]) < slack[i] else np.inf
    return result
