"""A function of the library on an array that is not in memory: what is checked before, and what is then done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

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
from stablesoftmax._stored import Source, Target, Task, stored_elementwise, stored_reduction

__all__ = ["FUNCTIONS", "Prepared", "prepare"]

FUNCTIONS = ("softmax", "log_softmax", "logsumexp")


class Prepared(NamedTuple):
    """A call that has been checked: the shape and dtype of its result, how many elements it will read, and how to do it."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
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

    def task(target: Target, done: Callable[[int], None]) -> Task:
        return Task(name, source, target, axes, computing, result, memory, threads, done=done)

    def run(target: Target, done: Callable[[int], None]) -> None:
        if name == "logsumexp":
            stored_reduction(task(target if inner == outer_shape else _Kept(target, axes), done))
        else:
            stored_elementwise(task(target, done), t, NO_SINK, np.array(0, np.uint8))

    planned = Task(name, source, _Nowhere(), axes, computing, result, memory, threads)
    shape = outer_shape if name == "logsumexp" else logits.shape
    return Prepared(shape, result, logits.size * planned.passes(), run)


class _Nowhere:
    def write(self, at: Any, values: Any) -> None:
        """Of a task that is only planned."""


class _Kept:
    """A target with the axes of the row, of length 1."""

    def __init__(self, target: Target, axes: tuple[int, ...]) -> None:
        self._target, self._axes = target, axes

    def write(self, at: tuple[slice, ...], values: Any) -> None:
        full = list(at)
        for axis in self._axes:
            full.insert(axis, slice(0, 1))
        self._target.write(tuple(full), np.expand_dims(values, self._axes))
