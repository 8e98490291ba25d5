"""States of rows in few bytes, on their way to disk or to another process.

A state holds the sum S_j of its row in every window j that may still count, modulo 2^64 (rows/stream.h). S_j is nearly
2*S_(j+1): what is packed is c_j = S_j - 2*S_(j+1), a few units for each element, in the narrowest integers that hold them.
"""

from typing import Any

import numpy as np

from stablesoftmax._streams import dtype_of_states

Array = np.ndarray[Any, Any]
Packed = dict[str, tuple[int, Array]]  # of each field: the first column that is not zero, and the columns from there on

_INTEGERS = (np.int8, np.int16, np.int32, np.int64)


def _narrowest(values: Array) -> Array:
    """The values in the smallest integers that hold them."""
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    fits = next(t for t in _INTEGERS if np.iinfo(t).min <= low and high <= np.iinfo(t).max)
    return values.astype(fits)


def _columns(values: Array) -> tuple[int, Array]:
    """The columns between the first and the last that is not zero."""
    used = np.flatnonzero(values.any(axis=0))
    first, last = (int(used[0]), int(used[-1]) + 1) if used.size else (0, 0)
    return first, np.ascontiguousarray(_narrowest(values[:, first:last]))


def _differences(sums: Array) -> Array:
    """c_j of S_j."""
    result = sums.copy()
    result[:, :-1] -= 2 * sums[:, 1:]
    return result.view(np.int64 if sums.dtype == np.uint64 else np.int32)


def _sums(differences: Array, dtype: Any) -> Array:
    """S_j of c_j."""
    result = differences.astype(np.int64).astype(dtype)
    for j in range(result.shape[1] - 2, -1, -1):
        result[:, j] += 2 * result[:, j + 1]
    return result


def pack(states: Array) -> Packed:
    """What a pickle holds."""
    packed: Packed = {}
    for name in states.dtype.names or ():
        values = states[name]
        if values.dtype.kind == "f":
            packed[name] = 0, values.copy()
        elif values.ndim == 1:
            packed[name] = 0, _narrowest(values)
        else:
            packed[name] = _columns(_differences(values))
    return packed


def unpack(packed: Packed, count: int, is_float64: bool) -> Array:
    """The states again."""
    states = np.zeros(count, dtype_of_states(is_float64))
    for name, (first, values) in packed.items():
        field = states[name]
        if field.ndim == 1:
            field[...] = values
        else:
            differences = np.zeros(field.shape, np.int64)
            differences[:, first : first + values.shape[1]] = values
            field[...] = _sums(differences, field.dtype)
    return states
