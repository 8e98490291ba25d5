"""torch, its own kernels."""

import numpy as np
import torch
from suites.logits import aligned

from ..cases import Case
from . import Way
from .tensors import settle, to_numpy, to_tensor


def ways(case: Case, logits: np.ndarray, threads: int) -> dict[str, Way]:
    settle(threads)
    compute = getattr(torch, case.function)
    x, out = to_tensor(logits), to_tensor(aligned(case.result_shape, logits.dtype))

    def fresh():
        return compute(x, case.axis)

    def into():
        return compute(x, case.axis, out=out)

    return {"fresh": Way(fresh, lambda: to_numpy(fresh())), "out=": Way(into, lambda: to_numpy(into()))}
