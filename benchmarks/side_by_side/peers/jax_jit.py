"""jax, compiled, with logits that are on its device already."""

import jax
import numpy as np

from ..cases import Case
from . import Way


def ways(case: Case, logits: np.ndarray, threads: int) -> dict[str, Way]:
    function = getattr(jax.nn, case.function)
    compiled = jax.jit(lambda x: function(x, axis=case.axis))
    x = jax.device_put(logits).block_until_ready()

    def fresh():
        return compiled(x).block_until_ready()

    return {"fresh": Way(fresh, lambda: np.asarray(fresh()))}
