"""How an array that is not in memory is cut: into boxes of whole rows where they fit, else into boxes of parts of rows.

A box is as many elements as the memory allows, made of whole grains: the smallest boxes that are worth reading (a run of bytes
of a file, a chunk of a store).
"""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

Index = tuple[slice, ...]
Lengths = tuple[int, ...]

# Elements of a box, if the rows allow it: what is read, computed and written stays in the caches, and a run of the disk is long.
_PREFERRED = 1 << 19
_LEAST = 1 << 15
# Of a box of parts of rows: far more, since it is made of as many runs as a part has elements.
_PREFERRED_OF_PARTS = 1 << 22
_LEAST_PART = 64
# Rows that are read in parts side by side: their records take some 100 bytes each.
_MOST_ROWS = 1 << 16


class Boxes(NamedTuple):
    """The lengths of a box; whether its rows are whole."""

    shape: Lengths
    axes: Lengths
    box: Lengths
    whole: bool

    def outer(self) -> Iterator[Index]:
        """The boxes along the axes that are not of a row; those of a row whole."""
        return self._cut(axis for axis in range(len(self.shape)) if axis not in self.axes)

    def parts(self, outer: Index) -> Iterator[Index]:
        """The boxes in one of `outer()`."""
        cuts = (pieces(length, step) for length, step in self._row())
        for of_row in itertools.product(*cuts):
            at = list(outer)
            for axis, piece in zip(self.axes, of_row, strict=True):
                at[axis] = piece
            yield tuple(at)

    def _row(self) -> list[tuple[int, int]]:
        return [(self.shape[axis], self.box[axis]) for axis in self.axes]

    def _cut(self, axes: Iterator[int]) -> Iterator[Index]:
        chosen = set(axes)
        cuts = [pieces(n, self.box[axis]) if axis in chosen else [slice(0, n)] for axis, n in enumerate(self.shape)]
        return itertools.product(*cuts)


def pieces(length: int, step: int) -> list[slice]:
    """
    >>> pieces(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + step, length)) for start in range(0, length, max(1, step))]


def run_grain(shape: Lengths, order: Lengths, elements: int) -> Lengths:
    """The grain of an array of which at least so many elements are to be read in a run; `order` as for `boxes`.

    >>> run_grain((5, 100, 7), (0, 1, 2), 16)
    (1, 3, 7)
    """
    grain = [1] * len(shape)
    for axis in reversed(order):
        grain[axis] = max(1, min(shape[axis], math.ceil(elements / math.prod(grain))))
        if grain[axis] < shape[axis]:
            break
    return tuple(grain)


def boxes(shape: Lengths, axes: Lengths, grain: Lengths, order: Lengths, most: int, threads: int) -> Boxes:
    """Boxes of at most `most` elements, or of a grain if that is more; enough of them for the threads where that is possible.

    `order` names the axes from the one along which elements lie farthest apart; boxes grow along the others first.
    """
    wanted = max(_LEAST, min(_PREFERRED, math.prod(shape) // (8 * threads)))
    grain = tuple(max(1, min(g, n)) for g, n in zip(grain, shape, strict=True))
    least = tuple(n if axis in axes else g for axis, (n, g) in enumerate(zip(shape, grain, strict=True)))
    outer, row = [axis for axis in order if axis not in axes], [axis for axis in order if axis in axes]
    if math.prod(least) <= most:
        return Boxes(shape, axes, _grown(least, shape, grain, outer, outer, min(most, wanted)), True)
    # Longer runs, so far as a part still has elements enough: a call for a few of them costs more than their terms.
    limit = min(most, max(_LEAST, min(_PREFERRED_OF_PARTS, math.prod(shape) // (8 * threads))))
    box = _grown(grain, shape, grain, outer, outer, limit // _LEAST_PART)
    return Boxes(shape, axes, _grown(box, shape, grain, outer + row, outer, limit), False)


def _grown(box: Lengths, shape: Lengths, grain: Lengths, along: list[int], outer: list[int], most: int) -> Lengths:
    """The box made longer along these axes, the last named first, by whole grains, up to `most` elements and _MOST_ROWS rows."""
    grown = list(box)
    for axis in reversed(along):
        allowed = most // max(1, math.prod(n for other, n in enumerate(grown) if other != axis))
        if axis in outer:
            allowed = min(allowed, _MOST_ROWS // max(1, math.prod(grown[other] for other in outer if other != axis)))
        grown[axis] = min(shape[axis], max(grown[axis], allowed // grain[axis] * grain[axis]))
    return tuple(grown)
