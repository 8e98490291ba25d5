"""Exact hidden Markov models, by `decimal` and fractions."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from stablesoftmax._promises.exact import ONE, ZERO, Row, total

__all__ = ["Model", "best_path", "forward_backward"]

Matrix = list[list[Decimal]]


class Model(NamedTuple):
    """Logarithms, as lists of floats."""

    initial: Row
    transition: list[Row]
    emission: list[Row]


class Exact(NamedTuple):
    """The exact values of one sequence; `step` is the M of the docstrings: the largest finite magnitude of one step."""

    alpha: Matrix
    gamma: Matrix
    xi: Matrix
    likelihood: Decimal
    step: Decimal


def _log(p: Decimal) -> Decimal:
    return p.ln() if p else Decimal(-math.inf)


def forward_backward(model: Model) -> Exact:
    """Sums over products of probabilities, as the definition has them."""
    first = [Decimal(v).exp() for v in model.initial]
    a, e = ([[Decimal(v).exp() for v in row] for row in rows] for rows in (model.transition, model.emission))
    times, states = range(len(e)), range(len(first))
    alpha = [[first[j] * e[0][j] for j in states]]
    for t in times[1:]:
        alpha.append([total([alpha[-1][i] * a[i][j] for i in states]) * e[t][j] for j in states])
    beta = [[ONE for _ in states]]
    for t in reversed(times[1:]):
        beta.insert(0, [total([a[i][j] * e[t][j] * beta[0][j] for j in states]) for i in states])
    mass = total(alpha[-1])
    gamma = [[alpha[t][s] * beta[t][s] / mass for s in states] for t in times]
    xi = [
        [total([alpha[t][i] * a[i][j] * e[t + 1][j] * beta[t + 1][j] for t in times[:-1]]) / mass for j in states] for i in states
    ]
    given = [*model.initial, *(v for rows in (model.transition, model.emission) for row in rows for v in row)]
    steps = [abs(Decimal(v)) for v in given if v > -math.inf]
    for row in alpha:
        logs = [_log(p) for p in row if p]
        steps.append(max(logs) - min(logs) if logs else ZERO)
    step = max(*steps, Decimal(len(first)).ln())
    log_alpha, log_gamma, log_xi = ([[_log(p) for p in row] for row in matrix] for matrix in (alpha, gamma, xi))
    return Exact(log_alpha, log_gamma, log_xi, _log(mass), step)


def best_path(model: Model) -> tuple[list[int], Fraction | None]:
    """By exact sums; of equal paths the one whose last state is lowest, then the last but one. None: no path is possible."""
    states = range(len(model.initial))

    def plus(score: Fraction | None, *more: float) -> Fraction | None:
        return None if score is None or -math.inf in more else score + sum(map(Fraction, more), Fraction(0))

    def best(scores: list[Fraction | None]) -> int:
        return max(states, key=lambda s: (scores[s] is not None, scores[s] or 0, -s))

    scores = [plus(Fraction(0), model.initial[s], model.emission[0][s]) for s in states]
    back = []
    for emission in model.emission[1:]:
        through = [[plus(scores[i], model.transition[i][j]) for i in states] for j in states]
        back.append([best(row) for row in through])
        scores = [plus(through[j][back[-1][j]], emission[j]) for j in states]
    path = [best(scores)]
    score = scores[path[0]]
    for pointers in reversed(back):
        path.insert(0, pointers[path[0]])
    return path, score
