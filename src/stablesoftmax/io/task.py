"""A function of the library on an array that is not in memory: what is checked before, and what is then done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stablesoftmax._arguments import (
    NO_SINK,
    Axis,
    as_logits,
    as_temperature,
    computing_dtype,
    floating,
    normalise_axis,
    reduced_dtype,
    reduced_shape,
    reduction_computing_dtype,
    result_dtype,
)
from stablesoftmax._boxes import Index
from stablesoftmax._stored import Source, Target, Task, stored_elementwise, stored_reduction
from stablesoftmax.io.arrays import ArraySpec
from stablesoftmax.io.flat import Transposed
from stablesoftmax.io.parquet import Table
from stablesoftmax.io.zarr_source import ZarrSource
from stablesoftmax.io.zarr_target import layout_like

__all__ = ["FUNCTIONS", "Prepared", "prepare"]

FUNCTIONS = ("softmax", "log_softmax", "logsumexp")


class Prepared(NamedTuple):
    """A call that has been checked: what its result will be, how many elements it will read, and how to do it."""

    spec: ArraySpec
    elements: int
    run: Callable[[Target, Callable[[int], None]], None]


def prepare(
    name: str, source: Source, *, axis: Axis, memory: int, threads: int, temperature: float = 1.0, keepdims: bool = False,
    dtype: Any = None,
) -> Prepared:  # fmt: skip
    """Check a call as the function itself would.

    Parameters
    ----------
    name : str
        One of FUNCTIONS.
    source : Source
        The logits.
    axis, temperature, keepdims, dtype
        As the function takes them.
    memory : int
        Bytes for boxes and all that is made of them.
    threads : int
        How many share the boxes.

    Returns
    -------
    Prepared
        Whose `run(target, done)` writes the results to the target and calls `done` with the elements read since the last time,
        from any thread.

    Raises
    ------
    TypeError, ValueError
        As the function.
    """
    logits = as_logits(name, np.broadcast_to(np.empty((), source.dtype), source.shape))
    axes = normalise_axis(name, axis, logits.shape)
    own = floating(logits.dtype)
    if name == "logsumexp":
        result = result_dtype(name, logits, dtype, reduced_dtype(own))
        computing = reduction_computing_dtype(own, result)
    else:
        result = result_dtype(name, logits, dtype, own)
        computing = computing_dtype(own, result)
    t = as_temperature(name, temperature, logits.shape, axes)
    inner, outer_shape = reduced_shape(logits.shape, axes), reduced_shape(logits.shape, axes, keepdims)

    shape = outer_shape if name == "logsumexp" else logits.shape
    planned = Task(name, source, _Kept(None, axes), axes, computing, result, memory, threads).fitting()
    if planned.is_over():
        raise ValueError(f"{name}: chunks of shape {source.grain} do not fit into {memory >> 20} MiB; allow more memory")

    def run(target: Target, done: Callable[[int], None]) -> None:
        task = planned._replace(target=target, done=done, skip=getattr(target, "is_done", planned.skip))
        if name != "logsumexp":
            stored_elementwise(task, t, NO_SINK, np.array(0, np.uint8))
        elif inner == outer_shape:
            stored_reduction(task)
        else:
            kept = _Kept(target, axes)
            stored_reduction(task._replace(target=kept, skip=kept.is_done))

    gone = axes if name == "logsumexp" else ()
    spec = ArraySpec(
        shape,
        result,
        fortran_order=isinstance(source, Transposed) and shape == source.shape,
        columns=source.columns if isinstance(source, Table) and shape == source.shape else (),
        layout=_layout(source, planned.boxes().box, gone, keepdims),
    )
    return Prepared(spec, logits.size * planned.passes(), run)


def _layout(source: Source, box: tuple[int, ...], gone: tuple[int, ...], keepdims: bool) -> dict[str, Any]:
    """Of a .zarr store: as in the input, else chunks that are the boxes of the computation."""
    if isinstance(source, ZarrSource):
        return layout_like(source.array, gone, keepdims)
    return {"chunks": tuple(1 if axis in gone else max(1, n) for axis, n in enumerate(box) if keepdims or axis not in gone)}


class _Kept:
    """A target with the axes of the row, of length 1."""

    def __init__(self, target: Any, axes: tuple[int, ...]) -> None:
        self._target, self._axes = target, axes

    def is_done(self, at: Index) -> bool:
        """As the target says."""
        return hasattr(self._target, "is_done") and bool(self._target.is_done(self._full(at)))

    def write(self, at: Index, values: NDArray[Any]) -> None:
        """With the axes put in."""
        self._target.write(self._full(at), np.expand_dims(values, self._axes))

    def _full(self, at: Index) -> Index:
        full = list(at)
        for axis in self._axes:
            full.insert(axis, slice(0, 1))
        return tuple(full)
