"""Softmax of arrays that are kept elsewhere than in memory: read, computed and written box by box, with the same bits.

Where whole rows fit into a box each element is read once. Where they do not, rows are read in parts, three times. Every source and
target, be it a memory map or a file, goes through here.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import cast
from stablesoftmax._boxes import Boxes, Index, Lengths, boxes
from stablesoftmax._row_parts import RowParts
from stablesoftmax._rows import elementwise, reduction
from stablesoftmax._threads import num_threads

Array = np.ndarray[Any, Any]


# Elements of a box that make a thread worth its own memory, some two megabytes beside the box.
_LEAST_SHARE = 1 << 17


class Source(Protocol):
    """An array that is read box by box, from any thread."""

    shape: Lengths
    dtype: np.dtype[Any]
    grain: Lengths  # the smallest box that is worth reading
    order: Lengths  # the axes, from the one along which elements lie farthest apart

    def read(self, at: Index) -> Array:
        """The elements of a box, in an array of any layout and byte order that is not needed again."""


class Target(Protocol):
    """Where results are written box by box, each element once, from any thread."""

    def write(self, at: Index, values: Array) -> None:
        """Keep the elements of a box, which are in the dtype of the result."""


class Task(NamedTuple):
    """What is to be done, and with how much memory beside the program's own."""

    name: str
    source: Source
    target: Target
    axes: Lengths
    computing: np.dtype[Any]
    result: np.dtype[Any]
    memory: int
    threads: int
    mask: Source | None = None
    done: Callable[[int], None] = lambda elements: None  # called after each box, from any thread
    skip: Callable[[Index], bool] = lambda at: False  # whether the target has a box already

    def most(self) -> int:
        """Elements of a box: it is in memory as read, cast, computed and written; a copy more for axes that have to be joined."""
        element = 2 * self.source.dtype.itemsize + 2 * self.computing.itemsize + 2 * self.result.itemsize + (self.mask is not None)
        return self.memory // (self.threads * element)

    def boxes(self) -> Boxes:
        """How the source is cut."""
        return boxes(self.source.shape, self.axes, self.source.grain, self.source.order, self.most(), self.threads)

    def is_over(self) -> bool:
        """Whether not even a grain fits into memory."""
        return math.prod(self.boxes().box) > self.most()

    def fitting(self) -> "Task":
        """With as many threads as there is memory for, one at least."""
        task = self
        while task.threads > 1 and (task.is_over() or task.most() < _LEAST_SHARE):
            task = task._replace(threads=task.threads - 1)
        return task

    def passes(self) -> int:
        """How often each element is read; logsumexp of normalised rows takes one pass more."""
        return 1 if self.boxes().whole else 2 if self.name == "logsumexp" else 3


def _outer(array: Array, at: Index, axes: Lengths) -> Array:
    """The block of numbers of rows, which have no axes of a row; one number for all stays one."""
    return array[_without(at, axes)] if array.ndim else array


def _without(at: Index, axes: Lengths) -> Index:
    return tuple(piece for axis, piece in enumerate(at) if axis not in axes)


def _size(at: Index) -> int:
    return math.prod(piece.stop - piece.start for piece in at)


def stored_elementwise(task: Task, temperature: Array, sink: Array, policy: Array) -> None:
    """softmax or log_softmax of the source into the target."""
    plan = task.boxes()

    def whole(at: Index) -> None:
        if task.skip(at):
            task.done(_size(at))
            return
        x = task.source.read(at)
        y = np.empty(x.shape, task.result)
        mask = None if task.mask is None else task.mask.read(at)
        of_rows = _outer(temperature, at, task.axes), _outer(sink, at, task.axes)
        with num_threads(1):  # the boxes are what the threads share
            elementwise(task.name, x, task.axes, mask, *of_rows, policy, task.computing, y)
        task.target.write(at, y)
        task.done(_size(at))

    if plan.whole:
        _run(task, plan.outer(), whole)
        return
    log, invalid = task.name == "log_softmax", False
    for outer in plan.outer():
        parts = list(plan.parts(outer))
        if all(map(task.skip, parts)):
            task.done(3 * _size(outer))
            continue
        reader = _Reader(task, outer)
        temperatures = reader.numbers(temperature)
        rows = RowParts(log, log, task.computing, temperatures, int(policy))
        sinks = reader.numbers(sink) if (sink != -np.inf).any() else None
        reader.run(parts, rows.summarise)
        if sinks is not None:
            rows.with_sinks(sinks, add=False)
        reader.run(parts, rows.add)
        if sinks is not None:
            rows.with_sinks(sinks, add=True)

        def write(at: Index, x: Array, mask: Array | None, rows: RowParts = rows, reader: _Reader = reader) -> None:
            task.target.write(at, cast(reader.box(at, rows.results(x, mask)), task.result))

        left = [at for at in parts if not task.skip(at)]
        task.done(sum(map(_size, parts)) - sum(map(_size, left)))
        reader.run_at(left, write)
        invalid |= rows.made_nan()
    if invalid:
        _native.raise_invalid(task.name)


def stored_reduction(task: Task) -> None:
    """logsumexp of the source into the target, which has no axes of a row."""
    plan = task.boxes()

    def whole(at: Index) -> None:
        if task.skip(_without(at, task.axes)):
            task.done(_size(at))
            return
        x = task.source.read(at)
        out = np.empty(tuple(piece.stop - piece.start for piece in _without(at, task.axes)), task.result)
        with num_threads(1):
            reduction(task.name, x, task.axes, None if task.mask is None else task.mask.read(at), task.computing, out)
        task.target.write(_without(at, task.axes), out)
        task.done(_size(at))

    if plan.whole:
        _run(task, plan.outer(), whole)
        return
    for outer in plan.outer():
        if task.skip(_without(outer, task.axes)):
            task.done(2 * _size(outer))
            continue
        reader = _Reader(task, outer)
        parts = list(plan.parts(outer))
        rows = RowParts(True, True, task.computing, reader.numbers(np.array(1.0)), 0)
        reader.run(parts, rows.summarise)
        reader.run(parts, rows.add)
        values, cancelled = rows.logsumexp()
        if cancelled.any():
            reader.run(parts, rows.add_near_zero, counted=False)
            values[cancelled] = rows.logsumexp_near_zero(cancelled)
        own = np.float64 if task.computing == np.float64 else np.float32
        task.target.write(_without(outer, task.axes), cast(values.astype(own), task.result).reshape(reader.outer_shape))


def _run(task: Task, indices: Iterable[Index], work: Callable[[Index], None]) -> None:
    _blocks.run(task.name, list(indices), work, task.threads)


class _Reader:
    """Parts of the rows in one outer box, as matrices."""

    def __init__(self, task: Task, outer: Index) -> None:
        self._task, self._at = task, outer
        self.outer_shape = tuple(piece.stop - piece.start for piece in _without(outer, task.axes))
        rank = len(outer)
        self._order = [axis for axis in range(rank) if axis not in task.axes] + list(task.axes)

    def numbers(self, of_rows: Array) -> Array:
        """One number a row."""
        return np.array(np.broadcast_to(_outer(of_rows, self._at, self._task.axes), self.outer_shape)).reshape(-1)

    def run(self, parts: list[Index], work: Callable[[Array, Array | None], None], counted: bool = True) -> None:
        """work(x, mask) for every part."""
        self.run_at(parts, lambda at, x, mask: work(x, mask), counted)

    def run_at(self, parts: list[Index], work: Callable[[Index, Array, Array | None], None], counted: bool = True) -> None:
        """work(at, x, mask) for every part."""

        def on_part(at: Index) -> None:
            x = self._matrix(cast(self._task.source.read(at), self._task.computing))
            work(at, np.require(x, requirements="A"), None if self._task.mask is None else self._matrix(self._task.mask.read(at)))
            if counted:
                self._task.done(_size(at))

        _run(self._task, parts, on_part)

    def box(self, at: Index, matrix: Array) -> Array:
        """The reverse of a matrix: elements where they are in the array."""
        shape = [at[axis].stop - at[axis].start for axis in self._order]
        return matrix.reshape(shape).transpose(np.argsort(self._order))

    def _matrix(self, box: Array) -> Array:
        return box.transpose(self._order).reshape(math.prod(self.outer_shape), -1)
