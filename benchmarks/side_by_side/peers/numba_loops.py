"""numba: the loops that one would write by hand, compiled with fastmath, rows shared among threads."""

import numba
import numpy as np
from suites.logits import aligned

from ..cases import Case
from . import Way

PANEL = 1024  # columns that are worked on together where rows lie across the memory


def ways(case: Case, logits: np.ndarray, threads: int) -> dict[str, Way]:
    if case.dtype not in ("float32", "float64") or (case.axis == 0 and case.function != "softmax"):
        return {}
    numba.set_num_threads(threads)
    of_rows = {"softmax": _softmax, "log_softmax": _log_softmax, "logsumexp": _logsumexp}
    loops = _softmax_of_columns if case.axis == 0 else of_rows[case.function]
    compiled = numba.njit(fastmath=True, parallel=threads > 1)(loops)
    out = aligned(case.result_shape, logits.dtype)

    def fresh():
        result = np.empty(case.result_shape, logits.dtype)
        compiled(logits, result)
        return result

    def into():
        compiled(logits, out)
        return out

    return {"fresh": Way(fresh, fresh), "out=": Way(into, into)}


def _softmax(x, out):
    for i in numba.prange(x.shape[0]):
        largest = x[i, 0]
        for j in range(x.shape[1]):
            largest = max(largest, x[i, j])
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            term = np.exp(x[i, j] - largest)
            out[i, j] = term
            total += term
        scale = 1 / total
        for j in range(x.shape[1]):
            out[i, j] *= scale


def _softmax_of_columns(x, out):
    for panel in numba.prange((x.shape[1] + PANEL - 1) // PANEL):
        columns = slice(panel * PANEL, min(x.shape[1], (panel + 1) * PANEL))
        largest = x[0, columns].copy()
        for i in range(1, x.shape[0]):
            row = x[i, columns]
            for j in range(row.size):
                largest[j] = max(largest[j], row[j])
        total = np.zeros_like(largest)
        for i in range(x.shape[0]):
            row, terms = x[i, columns], out[i, columns]
            for j in range(row.size):
                terms[j] = np.exp(row[j] - largest[j])
                total[j] += terms[j]
        scale = 1 / total
        for i in range(x.shape[0]):
            terms = out[i, columns]
            for j in range(terms.size):
                terms[j] *= scale[j]


def _logsumexp(x, out):
    for i in numba.prange(x.shape[0]):
        largest = x[i, 0]
        for j in range(x.shape[1]):
            largest = max(largest, x[i, j])
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            total += np.exp(x[i, j] - largest)
        out[i] = largest + np.log(total)


def _log_softmax(x, out):
    for i in numba.prange(x.shape[0]):
        largest = x[i, 0]
        for j in range(x.shape[1]):
            largest = max(largest, x[i, j])
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            total += np.exp(x[i, j] - largest)
        distance = largest + np.log(total)
        for j in range(x.shape[1]):
            out[i, j] = x[i, j] - distance
