"""One call of a gufunc over the rows of an array: any axes, masks, dtypes and outputs, one way in and one way out."""

import functools
from typing import Any

import numpy as np

from stablesoftmax import _native
from stablesoftmax._arguments import cast, is_bfloat16

Array = np.ndarray[Any, Any]


def _rows_last(array: Array, axes: tuple[int, ...], rank: int) -> tuple[Array, int]:
    """(array, axis) such that the rows lie along one axis; several axes are moved to the end and joined."""
    if len(axes) == 1:
        return array, axes[0]
    rest = [i for i in range(rank) if i not in axes]
    moved = array.transpose(rest + list(axes))
    length = 1
    for a in axes:
        length *= array.shape[a]
    return moved.reshape((*moved.shape[: len(rest)], length)), -1


@functools.cache
def _gufunc(name: str, dtype: np.dtype[Any], masked: bool) -> np.ufunc:
    return getattr(_native, name + ("_bfloat16" if is_bfloat16(dtype) else "") + ("_where" if masked else ""))  # type: ignore[no-any-return]


def _patterns(array: Array, dtype: np.dtype[Any]) -> Array:
    """bfloat16 as the uint16 that the native code takes."""
    return array.view(np.uint16) if is_bfloat16(dtype) else array


def _operands(x: Array, axes: tuple[int, ...], mask: Array | None, computing: np.dtype[Any]) -> tuple[list[Array], int]:
    """x and, if there is one, the mask, as the gufunc takes them, and the axis of their rows."""
    rows, axis = _rows_last(cast(x, computing), axes, x.ndim)
    operands = [_patterns(rows, computing)]
    if mask is not None:
        operands.append(_rows_last(mask, axes, x.ndim)[0])
    return operands, axis


def elementwise(
    name: str, x: Array, axes: tuple[int, ...], mask: Array | None, temperature: Array, policy: Array, computing: np.dtype[Any],
    result: np.dtype[Any], out: Array | None,
) -> Array:  # fmt: skip
    """softmax-like: a result for every element of x."""
    operands, axis = _operands(x, axes, mask, computing)
    operands += [temperature, policy]
    target = None
    direct = out is not None and out.dtype == computing and len(axes) == 1
    if direct:
        target = _patterns(out, computing)  # type: ignore[arg-type]
    elif axis not in (-1, x.ndim - 1):
        # like x, where NumPy would make an array whose rows are contiguous: columns stay side by side
        target = np.empty_like(operands[0], subok=False)
    y = _gufunc(name, computing, mask is not None)(*operands, out=target, axis=axis)
    if direct:
        return out  # type: ignore[return-value]
    if is_bfloat16(computing):
        y = y.view(computing)
    if len(axes) != 1:
        rest = [i for i in range(x.ndim) if i not in axes]
        order = rest + list(axes)
        y = y.reshape([x.shape[i] for i in order]).transpose(np.argsort(order))
    if out is None:
        return np.asarray(cast(y, result))
    out[...] = cast(y, result)
    return out


def reduction(
    name: str, x: Array, axes: tuple[int, ...], mask: Array | None, keepdims: bool, computing: np.dtype[Any], result: np.dtype[Any],
    out: Array | None,
) -> Any:  # fmt: skip
    """logsumexp-like: one result a row."""
    operands, axis = _operands(x, axes, mask, computing)
    y = cast(np.asarray(_gufunc(name, computing, mask is not None)(*operands, axis=axis)), result)
    if keepdims:
        y = y.reshape(tuple(1 if i in axes else n for i, n in enumerate(x.shape)))
    if out is None:
        return y[()]
    out[...] = y
    return out
