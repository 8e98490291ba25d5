"""The promises of LogSumExp: parts of rows in any order and any grouping give the bits of the rows seen whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import stablesoftmax
from stablesoftmax._promises.checks import comparisons
from stablesoftmax._promises.samples import Array, Source

__all__ = ["STATES", "STATE_CHECKS"]

Rows = list[dict[str, Any]]

STATES = ("LogSumExp",)
SHAPES = ((20, 1), (20, 2), (10, 19), (3, 400), (1, 40_000))
TEMPERATURES = (1.0, 0.7)


def _merged(states: list[Any], source: Source) -> Any:
    """The states as one, merged two by two in an order of chance."""
    while len(states) > 1:
        first, second, *rest = (states[i] for i in source.order(len(states)))
        states = [*rest, first.merge(second)]
    return states[0]


def _grouped(name: str, dtype: np.dtype[Any], seed: int) -> Iterator[tuple[Array, Array, str]]:
    for shape in SHAPES:
        for temperature in TEMPERATURES:
            source = Source(seed, name, dtype.name, "parts", shape, temperature)
            x = (source.normal(*shape) * 5.0 + 3.0).astype(dtype)
            mixed, what = x[:, source.order(shape[1])], f"parts of rows of {shape[1]}, temperature {temperature}"
            parts = np.array_split(mixed, min(7, shape[1]), axis=1)
            state = _merged([stablesoftmax.LogSumExp(dtype, temperature).update(part) for part in parts], source)
            for function in ("softmax", "log_softmax"):
                yield getattr(stablesoftmax, function)(x, temperature=temperature), getattr(state, function)(x), what
            if temperature == 1.0:
                yield stablesoftmax.logsumexp(x, axis=1), state.value, what
            yield np.ones(1), np.full(1, float(state == stablesoftmax.LogSumExp(dtype, temperature).update(x))), what + ", states"


def parts(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    """Rows cut into parts, their elements in another order, merged in any way."""
    return comparisons(name, dtype, "parts", _grouped(name, dtype, seed))


STATE_CHECKS = (parts,)
