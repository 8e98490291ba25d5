"""What the functions over Dask arrays are given, checked before any graph is built."""

import math
from typing import Any

import dask.array as da
import numpy as np

from stablesoftmax._arguments import ACCEPTED, is_floating, positive, reduced_shape

Lazy = Any  # a dask.array.Array


def as_lazy(name: str, x: Any, called: str = "x") -> Lazy:
    """A Dask array of known chunks and an accepted dtype."""
    lazy = x if isinstance(x, da.Array) else da.asarray(x)
    if type(lazy._meta) is not np.ndarray:
        kind = type(lazy._meta).__name__
        mask = f", its mask as where=~da.ma.getmaskarray({called})" if isinstance(lazy._meta, np.ma.MaskedArray) else ""
        raise TypeError(f"{name}: {called} is made of {kind}s; use an array of numpy.ndarrays{mask}")
    unknown = [axis for axis, n in enumerate(lazy.shape) if math.isnan(n)]
    if unknown:
        raise ValueError(
            f"{name}: {called} has chunks of unknown size along axis {unknown[0]}; use {called}.compute_chunk_sizes(), which "
            "computes it"
        )
    if lazy.dtype.kind not in "iub" and not is_floating(lazy.dtype):
        raise TypeError(f"{name}: {called} has dtype {lazy.dtype}; accepted are {ACCEPTED}")
    return lazy


def whole_axes(x: Lazy, axes: tuple[int, ...]) -> bool:
    """Whether every chunk holds whole rows."""
    return all(x.numblocks[axis] == 1 for axis in axes)


def as_lazy_mask(name: str, where: Any, x: Lazy) -> Lazy | None:
    """The mask with the shape and the chunks of x; None where everything takes part."""
    if where is True:
        return None
    mask = where if isinstance(where, da.Array) else da.asarray(np.asarray(where))
    if mask.dtype != np.bool_:
        raise TypeError(f"{name}: where has dtype {mask.dtype}, it must be boolean; use where=(mask != 0)")
    try:
        return da.broadcast_to(mask, x.shape).rechunk(x.chunks)
    except ValueError:
        raise ValueError(f"{name}: where of shape {mask.shape} does not broadcast to the shape {x.shape} of x") from None


def one_a_row(name: str, parameter: str, value: Any, x: Lazy, axes: tuple[int, ...]) -> Lazy:
    """A parameter with the chunks of x, and length 1 along the axes of the rows; or the number that is the same for all rows.

    One that is a Dask array is not looked at yet.
    """
    if not isinstance(value, da.Array) and np.ndim(value) == 0:
        return float(value)
    shape = reduced_shape(x.shape, axes, keepdims=True)
    chunks = tuple((1,) if axis in axes else c for axis, c in enumerate(x.chunks))
    lazy = value if isinstance(value, da.Array) else da.asarray(np.asarray(value, np.float64))
    try:
        return da.broadcast_to(lazy.astype(np.float64), shape).rechunk(chunks)
    except ValueError:
        raise ValueError(
            f"{name}: {parameter} of shape {lazy.shape} does not broadcast to {shape}, one a row of x of shape {x.shape}"
        ) from None


def as_lazy_temperature(name: str, temperature: Any, x: Lazy, axes: tuple[int, ...]) -> Lazy:
    """Temperatures as `one_a_row`; those of a Dask array are checked when they are computed."""
    if isinstance(temperature, da.Array):
        lazy = one_a_row(name, "temperature", temperature, x, axes)
        return lazy.map_blocks(_positive_chunk, called=name, dtype=np.float64, meta=np.empty((0,) * x.ndim))
    return one_a_row(name, "temperature", positive(name, temperature), x, axes)


def _positive_chunk(values: np.ndarray[Any, Any], *, called: str) -> np.ndarray[Any, Any]:
    return positive(called, values)
