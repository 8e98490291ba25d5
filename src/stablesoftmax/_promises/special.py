"""Special rows: what each function makes of infinities, nan, ties, the largest numbers and nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from stablesoftmax._promises.samples import Array, Source
from stablesoftmax._promises.subject import Subject, logits_only, outcome

__all__ = ["SPECIAL", "special"]

INF, NAN, M = math.inf, math.nan, "max"  # M: the largest finite number of the dtype

Case = tuple[Any, ...]  # operands, then the result

_ROW: list[Case] = [
    ([0, 0], [0.5, 0.5]),
    ([0, -INF], [1, 0]),
    ([M, "-max"], [1, 0]),
    ([5], [1]),
    ([-INF, -INF], [NAN, NAN]),
    ([INF, 0], [NAN, NAN]),
    ([NAN, 0], [NAN, NAN]),
]
_LOG_ROW: list[Case] = [
    ([0, -INF], [0, -INF]),
    ([M, "-max"], [0, -INF]),
    ([5], [0]),
    ([-INF, -INF], [NAN, NAN]),
    ([INF, 0], [NAN, NAN]),
    ([NAN, 0], [NAN, NAN]),
]
_SUM: list[Case] = [
    ([0, -INF], -0.0),
    ([M, "-max"], M),
    ([-INF, -INF], -INF),
    ([INF, 0], INF),
    ([INF, -INF], INF),
    ([NAN, 0], NAN),
]
_SPARSE_GRADIENT: list[Case] = [
    ([1, 0], [3, NAN], [0, 0]),
    ([0, 0], [1, 1], [0, 0]),
    ([NAN, 0], [1, 1], [NAN, NAN]),
]
_LOSS: list[Case] = [
    ([0, -INF], [True, False], 0),
    ([0, -INF], [False, True], INF),
    ([-INF, -INF], [True, False], NAN),
    ([INF, 0], [True, False], NAN),
    ([NAN, 0], [False, True], NAN),
]
_TWO_CLASSES: list[Case] = [([INF, -INF, NAN], [1, 0, 0], [0, 0, NAN])]
_EMPTY: list[Case] = [([], [])]
_JACOBIAN: list[Case] = [([0.5, 0.5], [1, 1], [0, 0]), ([1, 0], [3, 5], [0, 0]), ([NAN, 0.5], [1, 1], [NAN, NAN])]

SPECIAL: dict[str, list[Case]] = {
    "softmax": _ROW + _EMPTY,
    "segment_softmax": _ROW,
    "csr_softmax": _ROW,
    "sparsemax": _ROW + _EMPTY,
    "entmax15": _ROW + _EMPTY,
    "entmax": _ROW + _EMPTY,
    "log_softmax": _LOG_ROW + _EMPTY,
    "normalize_log_weights": _LOG_ROW + _EMPTY,
    "segment_log_softmax": _LOG_ROW,
    "csr_log_softmax": _LOG_ROW,
    "logsumexp": [*_SUM, ([], -INF)],
    "segment_logsumexp": _SUM,
    "csr_logsumexp": [*_SUM, ([], -INF)],
    "logmeanexp": [([M, M], M), ([-INF, -INF], -INF), ([INF, 0], INF), ([NAN, 0], NAN), ([], NAN)],
    "logvarexp": [([5, 5], -INF), ([-INF, -INF], -INF), ([INF, 0], NAN), ([NAN, 0], NAN), ([], NAN)],
    "effective_sample_size": [
        ([0, -INF], 1), ([0, 0], 2), ([-INF, -INF], NAN), ([INF, 0], NAN), ([NAN, 0], NAN), ([], NAN),
    ],
    "entropy_from_logits": [([0, -INF], 0), ([-INF, -INF], NAN), ([INF, 0], NAN), ([NAN, 0], NAN)],
    "kl_divergence_from_logits": [
        ([0, 0], [0, -INF], INF), ([0, -INF], [0, -INF], 0), ([1, 2], [1, 2], 0), ([-INF, -INF], [0, 0], NAN),
        ([0, 0], [INF, 0], NAN), ([NAN, 0], [0, 0], NAN),
    ],
    "logcumsumexp": [([-INF, 0, -INF, INF, 0, NAN, 0], [-INF, 0, 0, INF, INF, NAN, NAN]), *_EMPTY],
    "logmatmulexp": [
        ([INF], [-INF], -INF), ([INF, 0], [0, 0], INF), ([NAN, 0], [0, 0], NAN), ([-INF, 0], [0, -INF], -INF), ([], [], -INF),
    ],
    "sigmoid": [([-INF, INF, NAN, 0], [0, 1, NAN, 0.5])],
    "log_sigmoid": [([-INF, INF, NAN, "-max"], [-INF, 0, NAN, "-max"])],
    "softplus": [([-INF, INF, NAN, M], [0, INF, NAN, M])],
    "log1mexp": [([0, -0.0, -INF], [-INF, -INF, 0]), ([1], [NAN]), ([NAN], [NAN])],
    "logit": [
        ([0, 1, -0.0, 0.5], [-INF, INF, -INF, 0]), ([2], [NAN]), ([-1], [NAN]), ([INF], [NAN]), ([-INF], [NAN]), ([NAN], [NAN]),
    ],
    "logaddexp": [([-INF, INF, INF, NAN, M], [-INF, 0, -INF, 0, "-max"], [-INF, INF, INF, NAN, M])],
    "logsubexp": [([1, -INF], [1, -INF], [-INF, -INF]), ([0], [1], [NAN]), ([INF], [INF], [NAN]), ([NAN], [0], [NAN])],
    "softmax_vjp": _JACOBIAN,
    "softmax_jvp": _JACOBIAN,
    "log_softmax_vjp": [([0, -INF], [1, 2], [-2, 2]), ([NAN, 0], [1, 1], [NAN, -1])],
    "log_softmax_jvp": [([0, -INF], [0, 2], [0, 2]), ([NAN, 0], [1, 1], [NAN, NAN])],
    "logsumexp_vjp": [([-INF, -INF], [0, 0]), ([0, -INF], [0.75, 0]), ([INF, 0], [NAN, NAN]), ([NAN, 0], [NAN, NAN])],
    "logsumexp_jvp": [([-INF, -INF], [1, 1], 0), ([0, -INF], [3, 1], 3), ([NAN, 0], [1, 1], NAN)],
    "cross_entropy": _LOSS,
    "cross_entropy_and_grad": [([0, -INF], [True, False], [0, 0]), ([NAN, 0], [False, True], [NAN, NAN])],
    "binary_cross_entropy": _TWO_CLASSES,
    "binary_cross_entropy_and_grad": _TWO_CLASSES,
    "sparsemax_vjp": _SPARSE_GRADIENT,
    "entmax15_vjp": _SPARSE_GRADIENT,
    "entmax_vjp": _SPARSE_GRADIENT,
    "entmax_alpha_vjp": [([1, 0], [3, NAN], 0), ([0, 0], [1, 1], 0), ([NAN, 0], [1, 1], NAN)],
}  # fmt: skip


def _array(values: Any, dtype: np.dtype[Any], largest: float) -> Array:
    numbers = [largest if v == M else -largest if v == "-max" else v for v in np.ravel(np.array(values, object)).tolist()]
    if numbers and all(isinstance(v, bool) for v in numbers):
        return np.array(numbers)
    return np.array(numbers, np.float64).astype(dtype)


def _largest(dtype: np.dtype[Any]) -> float:
    """By its bits: np.finfo knows nothing of bfloat16."""
    bits = {"float16": 0x7BFF, "bfloat16": 0x7F7F, "float32": 0x7F7FFFFF, "float64": 0x7FEFFFFFFFFFFFFF}[dtype.name]
    return float(np.array([bits], f"u{dtype.itemsize}").view(dtype)[0])


def _holds_nan(array: Array) -> bool:
    return bool(np.isnan(np.asarray(array, np.float64)).any())


def special(subject: Subject, dtype: np.dtype[Any], seed: int) -> list[dict[str, Any]]:
    """The rows of the table; no nan in rows of numbers and -inf; "invalid value" exactly where a nan is made out of none."""
    largest, samples, failures, worst = _largest(dtype), 0, 0, ""
    for *given, wanted in SPECIAL[subject.function]:
        operands = tuple(_array(values, dtype, largest)[np.newaxis] for values in given)
        expected = np.asarray(_array(wanted, np.dtype(np.float64), largest))
        events: list[str] = []
        with np.errstate(all="ignore"), np.errstate(invalid="call", call=lambda kind, flag, events=events: events.append(kind)):
            got = subject.results(-1, operands).astype(np.float64).ravel()
        good = got.shape == expected.shape and np.array_equal(got, expected, equal_nan=True)
        made = _holds_nan(expected) and not any(_holds_nan(a) for a in operands)
        samples += 1
        if not good or bool(events) != made:
            failures += 1
            worst = worst or f"{', '.join(map(str, given))}: {got.tolist()}, events {events}"
    if subject.draw is logits_only:
        source = Source(seed, subject.name, dtype.name, "special")
        x = source.logits(dtype, (10, 19))
        hit = source.integers(*x.shape) & np.uint64(3) == 0
        hit[:, 0] = False
        x[hit] = -np.inf
        samples += x.size
        with np.errstate(all="ignore"):
            if count := int(np.isnan(subject.results(-1, (x,)).astype(np.float64)).sum()):
                failures, worst = failures + count, worst or "nan in a row of numbers and -inf"
    return [outcome(subject.name, dtype.name, "special rows", samples, failures, bound="docstring", worst=worst)]
