"""The promises of hmm_forward, hmm_forward_backward and viterbi."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import stablesoftmax
from stablesoftmax import _reference
from stablesoftmax._promises import exact_hmm
from stablesoftmax._promises.checks import LAYOUTS, Measured, comparisons, different
from stablesoftmax._promises.exact import ONE, ZERO, Exact
from stablesoftmax._promises.golden import compared, digest
from stablesoftmax._promises.samples import Array, Source
from stablesoftmax._promises.subject import Bound, outcome, second_part

__all__ = ["HIDDEN_MARKOV", "HIDDEN_MARKOV_CHECKS"]

HIDDEN_MARKOV = ("hmm_forward", "hmm_forward_backward", "viterbi")

Rows = list[dict[str, Any]]
Operands = tuple[Array, Array, Array]
SIZES = ((1, 1), (3, 1), (1, 5), (2, 9), (4, 7), (5, 12), (17, 3))  # states and times
MANY = (256, 33, 16)  # sequences, times, states: more than one block

# The bounds of bounds(), times T*M, M the largest finite magnitude of one step.
DOCUMENTED = {"hmm_forward": -49.0, "hmm_forward_backward": -47.0, "viterbi": 0.0}


def _model(source: Source, states: int, times: int, dtype: np.dtype[Any], *batch: int) -> Operands:
    """Logarithms as they are in practice, some transitions impossible, none of them from a state to itself."""
    transition = -np.abs(source.normal(states, states)) * 2.0 - 0.5
    lost = (source.integers(states, states) & np.uint64(3) == 0) & ~np.eye(states, dtype=bool)
    transition[lost] = -np.inf
    initial = -np.abs(source.normal(states)) - 0.25
    emission = source.normal(*batch, times, states) * 3.0 - 5.0
    return initial.astype(dtype), transition.astype(dtype), emission.astype(dtype)


def _results(name: str, operands: Operands) -> list[Array]:
    return [np.asarray(part) for part in getattr(stablesoftmax, name)(*operands)]


def _bound(name: str, dtype: str) -> Bound:
    """bounds() has a row for float64; results of float32 are computed in float64 too."""
    for row in stablesoftmax.bounds():
        if (row["function"], row["dtype"]) == (name, "float64"):
            return Bound(row["ulp"], second_part(row) or DOCUMENTED[name], "bounds()")
    return Bound(1.0, DOCUMENTED[name], "docstring")


def _exact(name: str, model: exact_hmm.Model) -> list[Exact]:
    """For each part of the result but the path; the likelihood is held to the bound of hmm_forward by both."""
    true = exact_hmm.forward_backward(model)
    scale = len(model.emission) * true.step
    matrices = [true.alpha] if name == "hmm_forward" else [true.gamma, true.xi]
    return [[(v, scale) for row in matrix for v in row] for matrix in matrices] + [[(true.likelihood, scale)]]


def _accuracy(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    measured = Measured(_bound(name, dtype.name), "float64" if dtype.name == "float64" else "float32")
    for states, times in SIZES:
        operands = _model(Source(seed, name, dtype.name, states, times), states, times, dtype)
        results = [part.astype(np.float64).ravel().tolist() for part in _results(name, operands)]
        model = exact_hmm.Model(*(np.asarray(a, np.float64).tolist() for a in operands))
        with _reference.precise():
            if name == "viterbi":
                path, score = exact_hmm.best_path(model)
                value = _reference.INFINITY * -1 if score is None else _reference.ratio(score)
                measured.add(results[1], [(value, ZERO)], *operands)
                measured.add(results[0], [(ONE * s, ZERO) for s in path], *operands)
            else:
                for got, exact in zip(results, _exact(name, model), strict=True):
                    measured.add(got, exact, *operands)
    return [measured.outcome(name, dtype.name)]


def _flat(parts: list[Array]) -> Array:
    """All parts of a result in one array, to compare bits."""
    return np.concatenate([part.astype(np.float64).ravel() for part in parts])


def _layouts(name: str, dtype: np.dtype[Any], seed: int) -> Iterator[tuple[Array, Array, str]]:
    operands = _model(Source(seed, name, dtype.name, "layout"), 5, 9, dtype, 4)
    initial, transition, emission = operands
    expected = _results(name, operands)
    for what, view in LAYOUTS.items():
        strided = np.stack([view(e) for e in emission]) if what != "Fortran order" else np.asfortranarray(emission)
        yield _flat(expected), _flat(_results(name, (initial, view(transition), strided))), what
    for i in range(4):
        yield _flat([part[i] for part in expected]), _flat(_results(name, (initial, transition, emission[i]))), "a sequence alone"


def _with_threads(name: str, dtype: np.dtype[Any], seed: int) -> Iterator[tuple[Array, Array, str]]:
    sequences, times, states = MANY
    operands = _model(Source(seed, name, dtype.name, "threads"), states, times, dtype, sequences)
    with stablesoftmax.num_threads(1):
        expected = _flat(_results(name, operands))
    with stablesoftmax.num_threads(3):
        yield expected, _flat(_results(name, operands)), "three threads"


def _special(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    """Impossible observations give -inf, never nan; nan is not hidden."""
    samples, failures, worst = 0, 0, ""
    initial, transition, emission = _model(Source(seed, name, dtype.name, "special"), 3, 5, dtype)
    for value, what in ((-np.inf, "impossible observations"), (np.nan, "a nan")):
        changed = emission.copy()
        changed[2] = value
        with np.errstate(all="ignore"):
            parts = [p for p in _results(name, (initial, transition, changed)) if p.dtype.kind != "i"]
        wanted = np.asarray(value, np.float64)
        # of an impossible sequence the first times are possible still, for hmm_forward
        ends = [parts[-1], *(p[..., -1, :] for p in parts[:-1])]
        for part in ends:
            got = part.astype(np.float64).ravel()
            samples += got.size
            if found := different(np.broadcast_to(wanted, got.shape).copy(), np.where(np.isnan(got), np.nan, got)):
                failures, worst = failures + found, worst or f"{what}: {got.tolist()}"
    return [outcome(name, dtype.name, "special rows", samples, failures, bound="docstring", worst=worst)]


def _layout(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    return comparisons(name, dtype, "layout", _layouts(name, dtype, seed))


def _threads(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    return comparisons(name, dtype, "threads", _with_threads(name, dtype, seed))


def _golden(name: str, dtype: np.dtype[Any], seed: int) -> Rows:
    fixed = [_model(Source("golden", name, dtype.name, s, t), s, t, dtype, 3) for s, t in SIZES]
    return compared(name, dtype.name, digest(_flat(_results(name, operands)) for operands in fixed))


HIDDEN_MARKOV_CHECKS = (_accuracy, _layout, _threads, _special, _golden)
