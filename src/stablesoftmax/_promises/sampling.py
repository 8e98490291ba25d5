"""One run over the promises: of all functions, or of some."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np

from stablesoftmax._promises.checks import accuracy, layout, order, threads
from stablesoftmax._promises.drawing import DRAWING, drawing_checks
from stablesoftmax._promises.golden import golden
from stablesoftmax._promises.gradients import GRADIENTS
from stablesoftmax._promises.hidden_markov import HIDDEN_MARKOV, HIDDEN_MARKOV_CHECKS
from stablesoftmax._promises.rows import ROWS
from stablesoftmax._promises.samples import formats
from stablesoftmax._promises.special import special
from stablesoftmax._promises.state import STATE_CHECKS, STATES
from stablesoftmax._promises.subject import Subject, outcome

__all__ = ["FUNCTIONS", "WITHOUT_PROMISES", "rows"]

Rows = list[dict[str, Any]]

SUBJECTS = (*ROWS, *GRADIENTS)
FUNCTIONS = tuple(sorted({*(subject.function for subject in SUBJECTS), *HIDDEN_MARKOV, *DRAWING, *STATES}))

# Names of stablesoftmax.__all__ without promises about bits and ulps: settings, facts, this check itself, the doctor and its cures.
WITHOUT_PROMISES = (
    "Watch", "__version__", "bits_version", "bounds", "build_info", "clip_by_global_norm", "clip_by_value", "explain",
    "get_num_threads", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "lecun_normal", "loss_scale", "num_threads",
    "orthogonal", "set_num_threads", "verify",
)  # fmt: skip


def _of_subject(subject: Subject) -> Iterator[Callable[[np.dtype[Any], int], Rows]]:
    checks = (accuracy, order, layout, threads, golden) if subject.bits else (accuracy,)
    if not subject.variant or all(s.variant for s in SUBJECTS if s.function == subject.function):
        checks = (*checks, special)
    return (functools.partial(check, subject) for check in checks)


def _checks(name: str) -> Iterator[Callable[[np.dtype[Any], int], Rows]]:
    if name in HIDDEN_MARKOV:
        return (functools.partial(check, name) for check in HIDDEN_MARKOV_CHECKS)
    if name in STATES:
        return (functools.partial(check, name) for check in STATE_CHECKS)
    if name in DRAWING:
        return (functools.partial(check, name) for check in drawing_checks(name))
    return (check for subject in SUBJECTS if subject.function == name for check in _of_subject(subject))


def rows(functions: Collection[str], seed: int, report: Callable[[str], object]) -> Rows:
    """The outcomes for functions of this package, in the order of their names; `report` is told each before its turn.

    A function that raises where it should return has broken a promise too.
    """
    found: Rows = []
    for name in sorted(functions):
        report(name)
        for dtype in formats().values():
            for check in _checks(name):
                try:
                    with np.errstate(all="ignore"):
                        found += check(dtype, seed)
                except MemoryError:
                    raise
                except Exception as error:
                    what = getattr(check, "func", check).__name__
                    found.append(outcome(name, dtype.name, what, 1, 1, worst=f"{type(error).__name__}: {error}"))
    return found
