"""The logarithm of a sum of complex exponentials with complex weights: what a SciPy-compatible logsumexp of complex input is."""

from typing import Any

import numpy as np

from stablesoftmax import _native
from stablesoftmax._arguments import reduced_shape
from stablesoftmax._log_space import FLOAT64, Array, values_of_rows

_ONE, _ZERO = np.array(1.0), np.array(0.0)


def complex_logsumexp(
    name: str, z: Array, axes: tuple[int, ...], weights: Array | None, keepdims: bool = False
) -> tuple[Array, Array, Array]:
    """log |sum| and the angle of the sum as float64, its phase as complex128, with the errors of complex/sum.h; 0 has phase 0."""
    shape = reduced_shape(z.shape, axes, keepdims)
    log, angle, phase = np.empty(shape, FLOAT64), np.empty(shape, FLOAT64), np.empty(shape, np.complex128)

    def parts(array: Array) -> list[Array]:
        if array.dtype.kind == "c":
            return [array.real, array.imag]
        return [np.broadcast_to(array, z.shape), np.broadcast_to(_ZERO, z.shape)]

    def work(*operands: Any) -> tuple[Array, ...]:
        *row, _ = operands  # no mask
        return tuple(np.asarray(r) for r in _native.log_complex_sum(*row))

    targets = [a.squeeze(axes) if keepdims else a for a in (log, angle, phase.real, phase.imag)]
    values_of_rows(name, work, parts(z) + parts(_ONE if weights is None else weights), None, axes, targets)
    return log, angle, phase
