"""States of rows in few bytes, on their way to disk or to another process.

A state holds the sum S_j of its row in every window j that may still count, modulo 2^64 (rows/stream.h). S_j is nearly
2*S_(j+1): what is packed is c_j = S_j - 2*S_(j+1), a few units for each element, in the narrowest integers that hold them.
"""

from typing import Any

import numpy as np

from stablesoftmax._streams import dtype_of_states

Array = np.ndarray[Any, Any]
Packed = dict[str, tuple[int, Array]]  # of each field: the first window that is not zero, and those from there on

_INTEGERS: tuple[type[np.signedinteger[Any]], ...] = (np.int8, np.int16, np.int32, np.int64)


def _narrowest(values: Array) -> Array:
    """The values in the smallest integers that hold them."""
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    fits = next(t for t in _INTEGERS if np.iinfo(t).min <= low and high <= np.iinfo(t).max)
    return values.astype(fits)


def _used(differences: Array) -> tuple[int, Array]:
    """The windows between the first and the last that is not zero."""
    used = np.flatnonzero(differences.any(axis=1))
    first, last = (int(used[0]), int(used[-1]) + 1) if used.size else (0, 0)
    return first, _narrowest(differences[first:last])


def _differences(sums: Array) -> Array:
    """c_j of S_j; a row a window, which keeps memory in order for many states."""
    result = np.ascontiguousarray(sums.T)
    result[:-1] -= 2 * result[1:]
    return result.view(np.int64 if sums.dtype == np.uint64 else np.int32)


def _sums(differences: Array, dtype: Any) -> Array:
    """S_j of c_j."""
    result = differences.astype(dtype)
    for j in range(len(result) - 2, -1, -1):
        result[j] += 2 * result[j + 1]
    return result.T


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
            packed[name] = _used(_differences(values))
    return packed


def unpack(packed: Packed, count: int, is_float64: bool) -> Array:
    """The states again."""
    states = np.zeros(count, dtype_of_states(is_float64))
    for name, (first, values) in packed.items():
        field = states[name]
        if field.ndim == 1:
            field[...] = values
        else:
            differences = np.zeros(field.shape[::-1], np.int64)
            differences[first : first + len(values)] = values
            field[...] = _sums(differences, field.dtype)
    return states
