"""The rows on which accuracy is tested: ordinary ones of every width, and the adversaries of the design.

A suite takes the name of a format and yields (what, rows, index): an array of rows along the last axis, and the elements
to compare with the exact ones (None: all; where a long row has few distinct values, one of each is enough).
"""

import math

import numpy as np
from formats import FORMATS, cast

LN2 = math.log(2)
GAPS = {"float16": 18, "bfloat16": 100, "float32": 105, "float64": 746}  # the smallest term that is not rounded to 0


def widths(dtype):
    """Every width from 1 to 130, at every spread and offset."""
    rng = np.random.default_rng(1)
    for spread in (0.1, 1.0, 10.0, 30.0, 100.0):
        for offset in (0.0, 1e4, 1e30):
            if offset < FORMATS[dtype].max:
                for n in range(1, 131):
                    yield f"n={n} sd={spread} offset={offset}", cast(offset + spread * rng.standard_normal((1, n)), dtype), None


def thousands(dtype):
    rng = np.random.default_rng(2)
    for n, rows in ((1000, 4), (1023, 1), (1024, 1), (1025, 1), (2048, 1), (2049, 1), (4099, 1)):
        for spread in (0.1, 1.0, 10.0, 100.0):
            yield f"n={n} sd={spread}", cast(spread * rng.standard_normal((rows, n)), dtype), None


def vocabulary(dtype):
    """The width of a language model: all terms are summed exactly, a sample of the results is compared."""
    rng = np.random.default_rng(3)
    for spread in (1.0, 10.0):
        row = cast(spread * rng.standard_normal(50257), dtype)
        yield f"n=50257 sd={spread}", row, extremes_and_sample(row, rng, 3000)


def million(dtype):
    rng = np.random.default_rng(4)
    row = cast(10.0 * rng.standard_normal(10**6), dtype)
    yield "n=1e6 sd=10", row, extremes_and_sample(row, rng, 2000)
    for value in (0.0, -1000.0, 1e-6, 1e4):
        yield f"1e6 equal {value}", cast(np.full(10**6, value), dtype), [0, 1, 999_999]
    yield "70,000 zeros", cast(np.zeros(70_000), dtype), [0, 69_999]


def extremes_and_sample(row, rng, size):
    order = np.argsort(row.astype(np.float64), kind="stable")
    return np.unique(np.concatenate([order[:50], order[-50:], rng.choice(row.size, size, replace=False)])).tolist()


def spike(dtype, gap, count, top=0.0):
    """One term, and `count` equal ones e^gap times smaller."""
    row = np.full(count + 1, cast(top - gap, dtype))
    row[0] = top
    return row, [0, 1, count]


def one_large_many_small(dtype):
    """One term and up to a million equal small ones: a sum that forgets small terms is a hundred ulp off."""
    top = GAPS[dtype]
    for count in (1, 2, 15, 16, 17, 1000, 1023, 1024, 65_537):
        step = 1 if count < 1000 else 3
        gaps = [*range(1, 105, step), *range(105, top, 17), top - 2, top - 1, top]
        for gap in (g for g in gaps if g <= top):
            yield f"0 and {count} times -{gap}", *spike(dtype, gap, count)
    for gap in (5, 13, 14, 16, 17, 18, 20, 36, 50, 80, 100, 104, 300, 700, 740):
        if gap <= top:
            yield f"0 and 1e6 times -{gap}", *spike(dtype, gap, 10**6)
            if dtype != "float64":
                yield f"9 and 2^18 times 9-{gap}", *spike(dtype, gap, 2**18, top=9.0)


def very_many_small(dtype):
    """Eight million: each is rounded the same way, so that a sum of too few digits is off by all of it."""
    for gap in (15.94, 18.31, 20.05) if dtype == "float32" else (15.94,):
        yield f"0 and 2^23 times -{gap}", *spike(dtype, gap, 2**23)


def digits(dtype):
    """Terms on both sides of every power of two: wherever the window of the integer sum ends, some row lies on the edge."""
    rng = np.random.default_rng(5)
    for power in range(1, int(GAPS[dtype] / LN2) + 2, 1 if dtype != "float64" else 5):
        edge = cast(-power * LN2, dtype)
        around = np.array([np.nextafter(edge.astype(np.float64), side) for side in (-np.inf, np.inf)])
        values = np.concatenate([cast(around, dtype), [edge, cast(-power * LN2 * (1 + 2.0**-6), dtype)]])
        yield f"edge 2^-{power}", np.stack([np.zeros(4, values.dtype), values], 1), None
        mixed = np.concatenate([np.zeros(1, values.dtype), values, cast(-power * LN2 - rng.exponential(9.0, 40), dtype)])
        yield f"under the edge 2^-{power}", mixed[None], None


def confident(dtype):
    """One element takes almost everything; what is left must not vanish, down to the smallest subnormal."""
    rng = np.random.default_rng(6)
    top = GAPS[dtype]
    gaps = np.concatenate([np.arange(1.0, top + 2), rng.uniform(1, top + 1, 200)])
    for winner in (0.0, 2.5, -7.25, 1000.0):
        yield f"{winner} and one loser", cast(np.stack([np.full(gaps.size, winner), winner - gaps], 1), dtype), None
    losers = -rng.uniform(top / 2, top + 1, (60, 9))
    yield "0 and nine losers", cast(np.concatenate([losers, np.zeros((60, 1))], 1), dtype), None
    yield (
        "85 below",
        cast(np.concatenate([np.zeros((1, 1)), np.full((1, 200), -85.0), rng.uniform(-86, -84, (1, 99))], 1), dtype),
        None,
    )


def normalised(dtype):
    """Logarithms of distributions: logsumexp is near zero and cancels."""
    rng = np.random.default_rng(7)
    p = np.concatenate([rng.uniform(0.001, 0.999, 200), 10.0 ** rng.uniform(-8, -0.3, 200)])
    yield "pairs", cast(np.stack([np.log(p), np.log1p(-p)], 1), dtype), None
    for n, rows in ((3, 100), (20, 50), (1000, 3)):
        yield f"dirichlet {n}", cast(np.log(rng.dirichlet(np.ones(n), rows)), dtype), None
    for n in (2, 3, 7, 10, 100, 1024, 4096, 50257, 131_072, 131_073, 10**6):
        yield f"uniform {n}", cast(np.full((1, n), -math.log(n)), dtype), None if n < 5000 else [0, n - 1]


def large(dtype):
    """Magnitudes from 1e5 to the largest number: differences are exact and coarse, ties decide in the end."""
    fmt, rng = FORMATS[dtype], np.random.default_rng(8)
    ulps = np.arange(6.0)
    for power in range(10, fmt.highest + 1, 1 if fmt.highest < 200 else 13):
        ulp = 2.0 ** (power - fmt.precision + 1)
        base = 2.0**power * np.array([[1.0], [1.5], [-1.0], [-1.5]])
        rows = cast(base + ulp * ulps * np.sign(-base), dtype)  # towards zero for one sign, away from it for the other
        yield f"2^{power}, a few ulps apart", rows, None
        gaps = rng.uniform(0, 110 if dtype != "float64" else 750, (4, 40))
        with np.errstate(over="ignore"):
            yield f"2^{power}, an exponent range apart", cast(np.clip(base - gaps, -fmt.max, fmt.max), dtype), None
            yield f"2^{power} and small ones", cast(np.concatenate([base, base * 0 + [[0.0, 1.0, -3.0]]], 1), dtype), None
    for edge in (1e5, 1e14):
        if edge < fmt.max:
            near = cast(edge, dtype) + cast(2.0 ** (math.floor(math.log2(edge)) - fmt.precision + 1) * np.arange(-4, 5), dtype)
            for v in near:
                row = np.concatenate([[v], cast(float(v) - rng.uniform(0, 90, 30), dtype)])
                yield f"maximum near {edge}", np.stack([row, -row]), None
    yield "around -1e5", cast(-1e5 if fmt.max > 1e5 else -6e4, dtype) + cast(30.0 * rng.standard_normal((4, 200)), dtype), None


def extreme(dtype):
    m, tiny = FORMATS[dtype].max, FORMATS[dtype].tiny
    pairs = [[m, -m], [-m, m], [m, m], [-m, -m], [m, m / 2], [-m, -m / 2], [m, 0.0], [0.0, -m]]
    yield "largest numbers, pairs", cast(pairs, dtype), None
    yield "largest numbers", cast([[m, -m, m, -m], [m, m, m, 1.0], [-m, 0.0, 1.0, 2.0], [0.0, -0.0, m, tiny]], dtype), None
    yield "subnormals", cast([[tiny, 0.0, -tiny, 3 * tiny], [1e3 * tiny, -tiny, -0.0, tiny], [tiny] * 4], dtype), None
    yield "signed zeros", cast([[0.0, -0.0, 0.0], [-0.0, -0.0, -0.0], [-1.0, 0.0, -0.0], [-1.0, -0.0, 0.0]], dtype), None
    for n in (3, 10, 1000, 65_536):
        for value in (m, -m, tiny, -100.0, 1.5):
            yield f"{n} ties of {value}", cast(np.full(n, value), dtype), [0, n - 1]
    if FORMATS[dtype].highest > 100:
        p = FORMATS[dtype].precision
        far = {8: 2.0**14, 24: 2.0**30, 53: 2.0**59}[p]
        yield "2^30 and 2^30 - 64", cast([[far, far - 64], [far - 64, far], [-far, 64 - far], [far, far]], dtype), None
        yield "2^30 - 64 a thousand times", *spike(dtype, 64.0, 1000, top=far)


def staircase(dtype):
    """Geometric sums: every magnitude of term at once, each of them small beside the one before."""
    for step in (0.01, 0.1, LN2, 1.0, 5.0, 11.0, 20.0):
        for n in (17, 100, 1000):
            yield f"-{step} * i, i < {n}", cast(-step * np.arange(n)[None], dtype), None


def with_neginf(dtype):
    rng = np.random.default_rng(9)
    for n in (1, 2, 5, 16, 31, 64, 100, 1000):
        rows = 5 * rng.standard_normal((6, n))
        rows[rng.random((6, n)) < 0.5] = -np.inf
        rows[:, rng.integers(n)] = 1.0
        yield f"n={n}, half of it -inf", cast(rows, dtype), None


ORDINARY = (widths, thousands, vocabulary, million, with_neginf)
ADVERSARIES = (one_large_many_small, very_many_small, digits, confident, normalised, large, extreme, staircase)
