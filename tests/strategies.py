"""Hypothesis strategies: values that hurt, in memory that is laid out in every way NumPy allows."""

from dataclasses import dataclass

import numpy as np
from formats import DTYPES, FORMATS, cast
from hypothesis import strategies as st

OFFSETS = (0.0, 1e4, 1e30)


@dataclass(frozen=True)
class Layout:
    """How an array lies in memory; equal values in another layout are an equal array."""

    order: tuple  # axes from slowest to fastest
    steps: tuple  # elements between neighbours along each axis, negative: backwards
    offset: int  # bytes between an address divisible by 64 and the first element of the buffer
    swapped: bool
    readonly: bool

    def place(self, array):
        """A view with the values of `array` in this layout; the gaps hold NaN, so that whoever reads them is found out."""
        array = np.asarray(array)
        dtype = array.dtype.newbyteorder("S") if self.swapped else array.dtype
        widths = [array.shape[axis] * abs(self.steps[axis]) for axis in self.order]
        itemsize, count = dtype.itemsize, int(np.prod(widths, dtype=np.int64))
        memory = np.zeros(count * itemsize + 128, np.uint8)
        start = -memory.ctypes.data % 64 + self.offset
        buffer = memory[start : start + count * itemsize].view(dtype).reshape(widths)
        if dtype.kind != "b":
            buffer[...] = np.nan if dtype.kind not in "iu" else 99
        view = buffer.transpose(np.argsort(self.order)) if self.order else buffer
        view = view[(..., *(slice(None, None, step) for step in self.steps))]  # with the dots, 0-d stays an array
        view[...] = array
        view.flags.writeable = not self.readonly
        assert view.shape == array.shape
        return view


def layouts(ndim, writable=False):
    return st.builds(
        Layout,
        order=st.permutations(range(ndim)).map(tuple),
        steps=st.tuples(*[st.sampled_from([1, 1, 1, -1, 2, -2, 3, 17])] * ndim),
        offset=st.integers(0, 63),
        swapped=st.just(False) if writable else st.booleans(),
        readonly=st.just(False) if writable else st.booleans(),
    )


def random_layout(rng, ndim, writable=False):
    """The same without hypothesis, for loops over ten thousand cases."""
    return Layout(
        order=tuple(rng.permutation(ndim).tolist()),
        steps=tuple(rng.choice([1, 1, 1, -1, 2, -2, 3, 17], ndim).tolist()),
        offset=int(rng.integers(64)),
        swapped=not writable and bool(rng.integers(2)),
        readonly=not writable and bool(rng.integers(2)),
    )


def shapes(max_dims=5, max_side=7):
    """0-d to 5-d, sides of 0 included."""
    return st.lists(st.integers(0, max_side), max_size=max_dims).map(tuple)


@st.composite
def values(draw, shape, dtype, neginf=True):
    """An array of the format: normal numbers of any spread and offset, salted with ties, zeros, extremes and -inf."""
    fmt = FORMATS[dtype]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    spread = draw(st.sampled_from([0.1, 1.0, 10.0, 100.0]))
    offset = draw(st.sampled_from([o for o in OFFSETS if o < fmt.max]))
    array = cast(offset + spread * rng.standard_normal(shape), dtype)
    salt = [offset, 0.0, -0.0, fmt.tiny, -fmt.tiny, 5 * fmt.tiny, fmt.max, -fmt.max] + [-np.inf] * neginf
    for value in draw(st.lists(st.sampled_from(salt), max_size=3)):
        array[rng.random(shape) < draw(st.sampled_from([0.05, 0.3, 0.9]))] = cast(value, dtype)
    return array


@st.composite
def arrays(draw, dtypes=DTYPES, max_dims=5, min_dims=0, neginf=True):
    """An array and the same values in another layout."""
    dtype = draw(st.sampled_from(dtypes))
    shape = draw(shapes(max_dims).filter(lambda shape: len(shape) >= min_dims))
    array = draw(values(shape, dtype, neginf))
    return array, draw(layouts(len(shape))).place(array)


def axes(ndim):
    """An int, a tuple or None; a 0-d array has the axes -1 and 0 of NumPy's reductions."""
    one = st.integers(-ndim, ndim - 1) if ndim else st.sampled_from([-1, 0])
    several = st.permutations(range(ndim)).flatmap(lambda p: st.integers(1, max(ndim, 1)).map(lambda k: tuple(p[:k])))
    return st.one_of(st.none(), one, several) if ndim else st.one_of(st.none(), one)
