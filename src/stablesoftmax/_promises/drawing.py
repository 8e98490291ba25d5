"""The promises of sample, gumbel_softmax and top_k: what is exact in them is recomputed in integers."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np

import stablesoftmax
from stablesoftmax import _reference
from stablesoftmax._promises.checks import LAYOUTS, MANY, Measured, comparisons
from stablesoftmax._promises.golden import compared, digest
from stablesoftmax._promises.samples import Array, Source
from stablesoftmax._promises.subject import Bound, outcome

__all__ = ["DRAWING", "drawing_checks"]

Rows = list[dict[str, Any]]

DRAWING = ("gumbel_softmax", "sample", "top_k")
CATEGORIES = 9  # an even number of degrees of freedom, for which the tail of chi-square is a finite sum
DRAWS = 50_000
FALSE_ALARM = 1e-9  # the probability that a right sampler fails, over all seeds; for a seed the outcome is always the same
LEAST = 200  # the rarest category is expected so often


def _outcome(name: str, dtype: np.dtype[Any], promise: str, samples: int, wrong: list[str], bound: str) -> Rows:
    return [outcome(name, dtype.name, promise, samples, len(wrong), bound=bound, worst=wrong[0] if wrong else "")]


# sample ----------------------------------------------------------------------------------------------------------------


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The probability that chi-square with an even number of degrees of freedom is larger."""
    half = statistic / 2
    return math.exp(-half) * math.fsum(half**k / math.factorial(k) for k in range(freedom // 2))


def _chi_square(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    """Counts of draws against exact probabilities."""
    x = (np.arange(CATEGORIES) * -0.5).astype(dtype)
    expected = [float(p) * DRAWS for p in _reference.softmax(x.astype(np.float64).tolist())]
    assert min(expected) > LEAST
    counts = np.bincount(stablesoftmax.sample(x, DRAWS, rng=seed), minlength=CATEGORIES)
    statistic = math.fsum((c - e) ** 2 / e for c, e in zip(counts.tolist(), expected, strict=True))
    tail = chi_square_tail(statistic, CATEGORIES - 1)
    wrong = [] if tail > FALSE_ALARM else [f"chi-square {statistic:.1f}, tail {tail:.1e}"]
    return _outcome(name, dtype, "distribution", DRAWS, wrong, f"chi-square, false alarm {FALSE_ALARM:g}")


def _inversion(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    """Each draw in integers, from the stream of the generator: u * total / 2^64 falls into a part of the cumulated weights."""
    wrong, count = [], 64
    x = Source(seed, name, dtype.name).logits(dtype, (10, 19))
    drawn = stablesoftmax.sample(x, count, rng=seed)
    u = np.random.default_rng(seed).integers(0, 2**64 - 1, (count, len(x)), np.uint64, endpoint=True).tolist()
    weights = stablesoftmax.softmax(x, dtype=np.float64).tolist()
    for row, ps in enumerate(weights):
        cumulated = list(itertools.accumulate(int(math.ldexp(p, 62)) for p in ps))
        for draw in range(count):
            index = bisect.bisect_right(cumulated, u[draw][row] * cumulated[-1] >> 64)
            if index != drawn[draw, row]:
                wrong.append(f"row {row}, draw {draw}: {drawn[draw, row]}, not {index}")
    return _outcome(name, dtype, "stream", drawn.size, wrong, "inversion in integers")


def _filters(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    """No filtered, masked or -inf element is drawn; a +inf takes all."""
    wrong, count = [], 200
    x = Source(seed, name, dtype.name, "filters").logits(dtype, (10, 19))
    values = x.astype(np.float64)
    kept = np.sort(values, -1)[:, -3:-2]
    for row in range(len(x)):
        if (values[row, stablesoftmax.sample(x[row], count, top_k=3, rng=seed)] < kept[row]).any():
            wrong.append(f"top_k=3, row {row}")
    p = stablesoftmax.softmax(values)
    if (np.take_along_axis(p, stablesoftmax.sample(x, min_p=0.5, rng=seed)[:, np.newaxis], 1)[:, 0] < p.max(-1) / 2).any():
        wrong.append("min_p=0.5")
    if (stablesoftmax.sample(x, count, top_p=1e-9, rng=seed) != values.argmax(-1)).any():
        wrong.append("top_p=1e-9")
    mask = np.arange(19) % 2 == 0
    if (stablesoftmax.sample(x, count, where=mask, rng=seed) % 2).any():
        wrong.append("where")
    for special, index in (([-np.inf, 0, -np.inf], 1), ([0, 1, np.inf], 2)):
        if (stablesoftmax.sample(np.array(special, dtype), count, rng=seed) != index).any():
            wrong.append(str(special))
    return _outcome(name, dtype, "special rows", (3 * len(x) + 2) * count + len(x), wrong, "docstring")


# gumbel_softmax --------------------------------------------------------------------------------------------------------


def _noise(integers: list[int]) -> list[Decimal]:
    """-log(-log u), u = (k + 1/2)/2^64."""
    return [-(-((2 * Decimal(k) + 1) / Decimal(2**65)).ln()).ln() for k in integers]


def _gumbel(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    """Against the exact noise. An error of z by e is one of p by 2*p*e: 2^-50*(1 + |G|) of the noise, 2^-53 of the sum."""
    measured, wrong = Measured(Bound(1.0, -50.0, "docstring"), dtype.name), []
    x = Source(seed, name, dtype.name).normal(12, 19).astype(dtype)
    soft = stablesoftmax.gumbel_softmax(x, rng=seed).astype(np.float64).tolist()
    hard = stablesoftmax.gumbel_softmax(x, rng=seed, hard=True).astype(np.float64).tolist()
    u = np.random.default_rng(seed).integers(0, 2**64 - 1, x.shape, np.uint64, endpoint=True).tolist()
    for logits, integers, got, one in zip(x.astype(np.float64).tolist(), u, soft, hard, strict=True):
        with _reference.precise():
            noise = _noise(integers)
            z = [Decimal(v) + g for v, g in zip(logits, noise, strict=True)]
            terms = [(v - max(z)).exp() for v in z]
            mass = sum(terms)
            error = max(1 + abs(g) + abs(v) / 8 for g, v in zip(noise, z, strict=True))
            # + one rounding of float64 where the result is narrower
            measured.add(got, [(t / mass, 2 * (t / mass) * error) for t in terms], logits)
        if one != [float(v == max(z)) for v in z]:
            wrong.append(str(logits))
    return [
        measured.outcome(name, dtype.name),
        *_outcome(name, dtype, "special rows", len(hard), wrong, "hard: 1 at the largest"),
    ]


# top_k -----------------------------------------------------------------------------------------------------------------


def _top_k(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    """Against Python's sort: descending, nan first, equal elements by their indices."""
    wrong: dict[str, list[str]] = {"accuracy": [], "special rows": []}
    x = Source(seed, name, dtype.name).logits(dtype, (10, 19))
    x[::2, ::3] = x[::2, 1::3][:, :1]  # ties
    x[3, 4], x[3, 5], x[4, 6], x[5, 0], x[5, 1] = np.nan, np.inf, -np.inf, 0.0, -0.0
    for k in (0, 1, 3, 19):
        values, indices = stablesoftmax.top_k(x, k)
        for row, elements in enumerate(x.astype(np.float64).tolist()):
            keys = [(not math.isnan(v), 0.0 if math.isnan(v) else -v, i) for i, v in enumerate(elements)]
            ranked = [i for _, _, i in sorted(keys)[:k]]
            if indices[row].tolist() != ranked or not np.array_equal(
                values[row].astype(np.float64), [elements[i] for i in ranked], equal_nan=True
            ):
                promise = "special rows" if row in (3, 4, 5) else "accuracy"
                wrong[promise].append(f"k={k}, row {row}: {indices[row].tolist()}")
    return [
        *_outcome(name, dtype, "accuracy", 28, wrong["accuracy"], "exact"),
        *_outcome(name, dtype, "special rows", 12, wrong["special rows"], "exact"),
    ]


# bits ------------------------------------------------------------------------------------------------------------------


def _calls(name: str, seed: int) -> Callable[[Array], Array]:
    if name == "top_k":
        return lambda x: np.asarray(stablesoftmax.top_k(x, 5).indices)
    if name == "sample":
        return lambda x: np.asarray(stablesoftmax.sample(x, rng=seed))
    return lambda x: np.asarray(stablesoftmax.gumbel_softmax(x, rng=seed))


def _layouts(name: str, dtype: np.dtype[Any], seed: int) -> Iterator[tuple[Array, Array, str]]:
    x, call = Source(seed, name, dtype.name, "layout").logits(dtype, (10, 19)), _calls(name, seed)
    for what, view in LAYOUTS.items():
        yield call(x), call(view(x)), what


def _with_threads(name: str, dtype: np.dtype[Any], seed: int) -> Iterator[tuple[Array, Array, str]]:
    x, call = Source(seed, name, dtype.name, "threads").logits(dtype, MANY), _calls(name, seed)
    with stablesoftmax.num_threads(1):
        expected = call(x)
    with stablesoftmax.num_threads(3):
        yield expected, call(x), "three threads"


def _layout(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    return comparisons(name, dtype, "layout", _layouts(name, dtype, seed))


def _threads(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    return comparisons(name, dtype, "threads", _with_threads(name, dtype, seed))


def _golden(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    x = Source("golden", name, dtype.name).logits(dtype, (10, 19))
    return compared(name, dtype.name, digest([_calls(name, 20240229)(x)]))


_OWN = {"sample": (_chi_square, _inversion, _filters), "gumbel_softmax": (_gumbel,), "top_k": (_top_k,)}


def drawing_checks(name: str) -> tuple[Callable[[str, np.dtype[Any], int], Rows], ...]:
    """All promises of one of the functions: each check takes its name, a dtype and a seed."""
    return (*_OWN[name], _layout, _threads, _golden)
