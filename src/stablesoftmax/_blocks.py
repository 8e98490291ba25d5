"""The one mechanism that cuts work into blocks: for threads, for Ctrl-C, and to bound what is copied.

Between two blocks Python sees signals, so an interrupt waits for one block at most: a millisecond, or some 20 on the slowest
level. A block is also the largest piece of an array that is ever cast, gathered or brought into the byte order of the machine.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np

from stablesoftmax import _native, _threads
from stablesoftmax._environment import neutral

# Elements of a block; arrays up to this size are one. A quarter of a million take a tenth of a millisecond, a hundred times what
# the passage through Python costs.
ELEMENTS = 1 << 18
# With several threads arrays are cut finer, for the sake of balance, but not below this.
_LEAST = 1 << 15

# Large plain arrays are cut by the native code (door.cpp) in the same way, with the same pool.
_native.use_threads(_threads.get_num_threads, _threads.lend)
# Half a megabyte of float64: several such arrays stay in the second cache, and malloc keeps their memory from block to block.
_MAKING = 1 << 16

Index = tuple[Any, ...]  # of slices
Block = TypeVar("Block")
Result = TypeVar("Result")


def size(elements: int, threads: int) -> int:
    """Elements of a block for so many in all: eight blocks a thread, for the sake of balance, unless they would be too small."""
    if threads == 1:
        return ELEMENTS
    return max(_LEAST, min(ELEMENTS, elements // (8 * threads)))


def cut(shape: tuple[int, ...], most: int, multiple: int = 1, first: int = 0) -> list[Index]:
    """Indices of blocks that cover an array of this shape, each of at most `most` elements where that is possible.

    The last axes stay whole as far as they fit. The axis that is cut is cut at `first` plus multiples of `multiple` where that is
    possible.

    >>> cut((2, 5), 3)[:2]
    [(slice(0, 1, None), slice(0, 3, None)), (slice(0, 1, None), slice(3, 5, None))]
    """
    indices: list[Index] = [()]
    for axis, length in enumerate(shape):
        step = max(1, most // max(1, math.prod(shape[axis + 1 :])))
        begin = 0
        if step >= multiple:
            step -= step % multiple
            begin = first % multiple - multiple if first % multiple else 0
        pieces = [slice(max(start, 0), min(start + step, length)) for start in range(begin, length, step)]
        indices = [(*index, piece) for index in indices for piece in pieces]
    return indices


class _Crew:
    """The blocks of one call and what became of them; any number of threads may labour at them."""

    def __init__(self, blocks: Iterable[Any], work: Callable[[Any], Any]):
        self.blocks = deque(blocks)
        self.work = work
        self.results: list[Any] = []
        self.error: BaseException | None = None  # of a helper
        self.invalid = False
        self._started: list[None] = []
        self._ended: SimpleQueue[None] = SimpleQueue()

    @neutral
    def labour(self) -> None:
        """Does blocks until none are left."""
        # "invalid" is raised once, at the end, in the thread and under the np.errstate of the caller
        with np.errstate(all="ignore", invalid="call", call=self._note):
            while True:
                try:
                    block = self.blocks.popleft()
                except IndexError:
                    return
                self.results.append(self.work(block))

    def help(self) -> None:
        """What a thread of the pool does."""
        self._started.append(None)
        try:
            self.labour()
        except BaseException as error:
            self.blocks.clear()
            self.error = error
        finally:
            self._ended.put(None)

    def disband(self) -> None:
        """Waits for the helpers; one that starts later finds no block. Interrupts wait too: helpers write into live arrays."""
        self.blocks.clear()
        interrupt = None
        for _ in self._started:
            while True:
                try:
                    self._ended.get()
                    break
                except KeyboardInterrupt as error:
                    interrupt = error
        self.work = _nothing  # a helper that comes late must not keep the arrays alive
        if interrupt:
            raise interrupt

    def _note(self, kind: str, flag: int) -> None:
        self.invalid = True


def _nothing(block: Any) -> None:
    pass


def run(name: str, blocks: list[Block], work: Callable[[Block], Result], threads: int) -> list[Result]:
    """Calls work(block) for every block, on up to `threads` threads, and returns what it returned, in any order.

    The first exception ends the call: blocks that have begun are finished, no other begins. `name` is the function that a
    floating-point message quotes.
    """
    crew = _Crew(blocks, work)
    try:
        if threads > 1 and len(blocks) > 1:
            _threads.lend(crew.help, min(threads, len(blocks)) - 1)
        crew.labour()
    finally:
        crew.disband()
    if crew.error is not None:
        try:
            raise crew.error
        finally:
            crew.error = None  # whose traceback refers to the crew
    if crew.invalid:
        _native.raise_invalid(name)
    return crew.results


def over_rows(
    name: str, shape: tuple[int, ...], length: int, work: Callable[[Index], Result], threads: int | None = None
) -> list[Result]:
    """Calls work(index) for blocks of whole rows of `length` elements; `shape` is that of the array without them.

    For work that makes arrays of its own, hence the smaller blocks. A small array is one block and costs nothing but the call:
    `work` must raise no floating-point event of its own then.
    """
    elements = math.prod(shape) * length
    if elements <= _MAKING:
        return [work(())]
    threads = threads or _threads.get_num_threads()
    return run(name, cut(shape, max(1, min(_MAKING, size(elements, threads)) // length)), work, threads)
