"""Exact softmax, log_softmax and logsumexp of a row, by ball arithmetic, and the distance of a result from them.

A ball (python-flint's `arb`) holds a number between rigorous bounds, so nothing here has to be believed: the precision
is raised until the ball is far smaller than an ulp of the result. None of the formulas is that of the library: terms
come from the ball exponential of the exact difference to the maximum, sums are ball sums.
"""

import math
from dataclasses import dataclass

import numpy as np
from flint import arb, ctx
from formats import Format, format_of, reduced

PRECISION = 128  # bits, to begin with
RESOLVED = 90  # relative bits that place a number of 53 bits to 2^-37 of its ulp
TWO_64 = 1 << 64
BELOW = "-inf"
EDGE = 2.0**-30  # nearer than this to a number of the format, the result must be that number


@dataclass
class Exact:
    """Exact results on the grid of a format: sign * (whole + part) * 2^exponent, with 0 <= part < 1.

    `whole` counts ulps: below 2^p, and at least 2^(p-1) unless the result is subnormal; it is 2^p where the exact
    result lies beyond every finite number, which makes infinity the one right answer.
    """

    fmt: Format
    sign: np.ndarray
    whole: np.ndarray
    part: np.ndarray
    exponent: np.ndarray

    def _in_ulps(self, got):
        """The magnitude of `got` in ulps of the exact result, its sign taken relative to the exact one."""
        got = np.asarray(got).astype(np.float64).ravel()
        assert got.shape == self.whole.shape, (got.shape, self.whole.shape)
        beyond = 2.0**self.fmt.precision  # infinity is the number after the last finite one
        with np.errstate(all="ignore"):
            scaled = np.ldexp(got, -self.exponent) * self.sign
        top = self.exponent == self.fmt.highest - self.fmt.precision + 1
        return np.where(np.isinf(got) & top, np.copysign(beyond, scaled), scaled)

    def errors(self, got):
        """Distance from the exact results in ulps; inf for a NaN."""
        with np.errstate(all="ignore"):
            distance = np.abs((self._in_ulps(got) - self.whole) - self.part)
        return np.where(np.isnan(distance), np.inf, distance)

    def unfaithful(self, got):
        """Where `got` is neither of the two neighbours of the exact result (the result itself, if it has a number)."""
        scaled = self._in_ulps(got)
        below = (scaled == self.whole) & (self.part <= 1 - EDGE)
        above = (scaled == self.whole + 1) & (self.part >= EDGE)
        return ~(below | above)

    def nearest(self):
        """The correctly rounded results (ties, which transcendental results do not have, to even)."""
        up = (self.part > 0.5) | ((self.part == 0.5) & (self.whole % 2 == 1))
        with np.errstate(all="ignore"):
            return (self.sign * np.ldexp(self.whole + up, self.exponent)).astype(self.fmt.dtype)


def resolved(ball, fmt):
    """Whether `ball` is small enough to be placed between two numbers of the format."""
    return ball.is_exact() or ball.rel_accuracy_bits() >= RESOLVED or ball.abs_upper() < arb(2) ** (fmt.lowest - 70)


def exact(balls, fmt):
    """Balls (or None for an exact zero, BELOW for -inf) on the grid of `fmt`."""
    n, p = len(balls), fmt.precision
    whole, part, sign = np.zeros(n), np.zeros(n), np.ones(n)
    exponent = np.full(n, fmt.lowest, np.int64)
    for i, ball in enumerate(balls):
        if ball is None:
            continue
        if ball is BELOW:
            sign[i], whole[i], exponent[i] = -1.0, 2.0**p, fmt.highest - p + 1
            continue
        mantissa, power = ball.mid().man_exp()
        mantissa, power = int(mantissa), int(power)
        if mantissa < 0:
            sign[i], mantissa = -1.0, -mantissa
        lead = power + mantissa.bit_length() - 1
        if mantissa == 0 or lead < fmt.lowest - 70:
            continue
        if lead > fmt.highest:
            whole[i], exponent[i] = 2.0**p, fmt.highest - p + 1
            continue
        e = max(lead - p + 1, fmt.lowest)
        shift = power - e + 64
        ulps = mantissa << shift if shift >= 0 else mantissa >> -shift
        whole[i], part[i], exponent[i] = float(ulps >> 64), (ulps % TWO_64) * 2.0**-64, e
    return Exact(fmt, sign, whole, np.minimum(part, 1 - 2.0**-53), exponent)


class Row:
    """The exact answers for one row of finite numbers and -inf, at least one of them finite."""

    def __init__(self, x, temperature=1.0):
        self.dtype = np.asarray(x).dtype
        self.x = np.asarray(x).astype(np.float64)
        values, counts = np.unique(self.x[self.x > -np.inf], return_counts=True)  # an exponential for each value, once
        self._values, self._counts = values.tolist(), counts.tolist()
        self.temperature = float(temperature)
        self._solve(PRECISION)

    def _solve(self, precision):
        self.precision = ctx.prec = precision
        self.max = self._values[-1]
        self._max, self._temperature = arb(self.max), arb(self.temperature)
        rest = arb(self._counts[-1] - 1)  # one occurrence of the maximum stays outside: log1p of the rest is accurate
        self._terms = {self.max: arb(1)}
        for value, count in zip(self._values[:-1], self._counts[:-1], strict=True):
            self._terms[value] = term = self._distance(value).exp()
            rest += term * count if count > 1 else term
        self.total, self.log1p_rest = rest + 1, rest.log1p()

    def _distance(self, value):
        """(x - max) / T: the operands are exact, so the ball is as small as the precision allows."""
        distance = arb(value) - self._max
        return distance if self.temperature == 1.0 else distance / self._temperature

    def _exact(self, ball_of, values, fmt):
        while True:
            ctx.prec = self.precision
            known = {v: ball_of(v) for v in set(values)}
            if all(ball is None or ball is BELOW or resolved(ball, fmt) for ball in known.values()):
                return exact([known[v] for v in values], fmt)
            assert self.precision < 20000, "the exact result cannot be placed: is it a number of the format?"
            self._solve(2 * self.precision)

    def _chosen(self, index):
        return (self.x if index is None else self.x[index]).tolist()

    def softmax(self, dtype=None, index=None):
        """`index` chooses the elements to answer for (all are summed)."""
        values = self._chosen(index)
        return self._exact(lambda v: None if v == -math.inf else self._terms[v] / self.total, values, self._format(dtype))

    def log_softmax(self, dtype=None, index=None):
        def ball(v):
            if v == -math.inf:
                return BELOW
            return -self.log1p_rest if v == self.max else self._distance(v) - self.log1p_rest

        return self._exact(ball, self._chosen(index), self._format(dtype))

    def logsumexp(self, dtype=None, index=None):
        def ball(_):
            return self._max + self.log1p_rest

        return self._exact(ball, [self.max], format_of(dtype or reduced(self.dtype)))

    def _format(self, dtype):
        return format_of(dtype or self.dtype)


def assert_faithful(function, x, got, *, temperature=1.0, dtype=None, index=None, slack=0.0, context=""):
    """Fail unless every result in `got` is a neighbour of the exact one; return the largest error in ulps.

    `slack` widens the bound to 1 ulp + slack, for a logsumexp near 0: what cancels there, the sum of the terms and 1, is
    about 1 each.
    """
    row = Row(x, temperature)
    expected = getattr(row, function)(dtype, index)
    assert np.asarray(got).dtype == expected.fmt.dtype, (context, np.asarray(got).dtype, expected.fmt.dtype)
    errors = expected.errors(got)
    wrong = expected.unfaithful(got)
    if slack:
        wrong &= errors > 1 + np.ldexp(slack, -expected.exponent)
    if wrong.any():
        i = np.flatnonzero(wrong)[np.argmax(errors[wrong])]
        where = i if index is None else index[i]
        raise AssertionError(
            f"{context}: {function} of {row.dtype}: {wrong.sum()} of {errors.size} results are not faithful, worst at "
            f"{where}: x = {float(row.x[where]) if function != 'logsumexp' else row.max!r}, got "
            f"{np.asarray(got).ravel()[i]!r}, exact {expected.nearest()[i]!r}, {errors[i]:.4g} ulp"
        )
    return float(errors.max(initial=0.0))
