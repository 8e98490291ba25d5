"""The textbook formula in NumPy: shift by the maximum, exponentials, sum."""

import numpy as np
from suites.logits import aligned

from ..cases import Case
from . import Way


def ways(case: Case, logits: np.ndarray, threads: int) -> dict[str, Way]:
    formula = {"softmax": _softmax, "log_softmax": _log_softmax, "logsumexp": _logsumexp}[case.function]
    if logits.itemsize == 2:  # NumPy computes these one element at a time: going through float32 is both faster and better

        def through_float32():
            return formula(logits.astype(np.float32), case.axis, None).astype(logits.dtype)

        return {"fresh": Way(through_float32, through_float32)}
    shifted = aligned(case.shape, logits.dtype)

    def fresh():
        return formula(logits, case.axis, None)

    def into():
        return formula(logits, case.axis, shifted)

    return {"fresh": Way(fresh, fresh), "out=": Way(into, into)}


def _softmax(x: np.ndarray, axis: int, out: np.ndarray | None) -> np.ndarray:
    terms = np.subtract(x, x.max(axis, keepdims=True), out=out)
    np.exp(terms, out=terms)
    terms /= terms.sum(axis, keepdims=True)
    return terms


def _log_softmax(x: np.ndarray, axis: int, out: np.ndarray | None) -> np.ndarray:
    shifted = np.subtract(x, x.max(axis, keepdims=True), out=out)
    shifted -= np.log(np.exp(shifted).sum(axis, keepdims=True))
    return shifted


def _logsumexp(x: np.ndarray, axis: int, out: np.ndarray | None) -> np.ndarray:
    """Here `out` is the memory of the terms, which is far more than that of the result."""
    largest = x.max(axis, keepdims=True)
    terms = np.subtract(x, largest, out=out)
    np.exp(terms, out=terms)
    return np.log(terms.sum(axis)) + np.squeeze(largest, axis)
