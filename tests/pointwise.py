"""Exact values of the elementwise functions by ball arithmetic, and the distance of results from them.

The formulas need not be stable: the precision is raised until the ball is small enough.
"""

import hashlib
import itertools
import json

import numpy as np
from flint import arb, ctx
from formats import DTYPES, bits, cast, format_of
from make_golden import logits, mixed
from oracle import PRECISION, exact, resolved

import stablesoftmax

MOST = 1 << 14  # bits


def _sum(a, b):
    high, low = (a, b) if a > b else (b, a)
    return high + (low - high).exp().log1p()


BALLS = {
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "log_sigmoid": lambda x: -((-x).exp().log1p()),
    "softplus": lambda x: x.exp().log1p(),
    "log1mexp": lambda x: (-x.expm1()).log(),
    "logit": lambda p: (p / (1 - p)).log(),
    "logaddexp": _sum,
    "logsubexp": lambda a, b: a + (-(b - a).expm1()).log(),
}
UNARY = ("sigmoid", "log_sigmoid", "softplus", "log1mexp", "logit")
BINARY = ("logaddexp", "logsubexp")
FUNCTIONS = UNARY + BINARY


def ball(name, operands, fmt):
    precision = PRECISION
    while True:
        ctx.prec = precision
        value = BALLS[name](*map(arb, operands))
        if value.is_finite() and (resolved(value, fmt) or (value == 0)):
            return value
        precision *= 2
        assert precision < MOST, (name, operands)


def errors(name, *operands, got):
    """Distances in ulps, and where the result is neither neighbour of the exact one. All operands finite and in the domain."""
    fmt = format_of(np.asarray(got).dtype)
    columns = [np.asarray(o).astype(np.float64).ravel().tolist() for o in operands]
    expected = exact([ball(name, row, fmt) for row in zip(*columns, strict=True)], fmt)
    return expected.errors(got), expected.unfaithful(got), expected


def assert_faithful(name, *operands, got, slack=0.0, context=""):
    """Fail unless each result is a neighbour of the exact one, or, with `slack`, within 1 ulp + slack; return the largest error."""
    distance, wrong, expected = errors(name, *operands, got=got)
    if slack:
        wrong &= distance > 1 + np.ldexp(slack, -expected.exponent)
    if wrong.any():
        i = np.flatnonzero(wrong)[np.argmax(distance[wrong])]
        at = [float(np.asarray(o).ravel()[i]).hex() for o in operands]
        raise AssertionError(
            f"{context}: {name}({', '.join(at)}) of {expected.fmt.dtype}: {wrong.sum()} of {distance.size} results are not "
            f"faithful, worst: got {np.asarray(got).ravel()[i]!r}, exact {expected.nearest()[i]!r}, {distance[i]:.4g} ulp"
        )
    return float(distance.max(initial=0.0))


def digests():
    """A hash for each function, of all dtypes: of operands that integer arithmetic makes, the same on every machine."""
    found = {}
    for name in FUNCTIONS:
        total = hashlib.sha256()
        for dtype, (n, spread) in itertools.product(DTYPES, [(1000, 0.25), (3000, 2.0), (1000, 64.0), (500, 2.0**18)]):
            x, y = logits(n, n, spread, "float64"), logits(n, n + 1, spread, "float64")
            if name == "logit":
                x = (mixed(n, n) >> np.uint64(11)).astype(np.float64) * 2.0**-53
            elif name in ("log1mexp", "logsubexp"):
                x, y = (-abs(x), y) if name == "log1mexp" else (np.maximum(x, y), np.minimum(x, y))
            with np.errstate(all="ignore"):
                operands = [cast(v, dtype) for v in (x, y)][: 2 if name in BINARY else 1]
                total.update(bits(getattr(stablesoftmax, name)(*operands)).tobytes())
        found[name] = total.hexdigest()[:16]
    return found


if __name__ == "__main__":
    print(json.dumps(digests(), indent=4))
