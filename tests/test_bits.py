"""The same bits everywhere: a result depends on the multiset of a row's elements and on nothing else.

Ten thousand random rows; each is answered once as a contiguous row of its own and once in another way that holds the same
multiset. Not one bit may differ.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from budget import cases
from by_rows import FUNCTIONS
from formats import DTYPES, FORMATS, assert_same_bits, cast, reduced
from strategies import random_layout

import stablesoftmax

WIDTHS = (*range(1, 41), 63, 64, 65, 100, 127, 128, 129, 130, 257, 1000, 1023, 1024, 1025, 4097)


# around 1e5 (float32) and 2^44 (float64) an element becomes too large for the fast way to make its term
OFFSETS = (0.0, 0.0, 0.0, 1e4, 1e5, -1e5, 2e5, -3e5, 1.7e13, -2e13, 4e13, 1e30)


def random_row(rng, dtype, n):
    """Any spread and offset, ties, zeros of both signs, -inf, and now and then something that makes the row special."""
    fmt = FORMATS[dtype]
    offset = rng.choice([o for o in OFFSETS if abs(o) < fmt.max])
    row = cast(offset + rng.choice([0.1, 1, 10, 100]) * rng.standard_normal(n), dtype)
    if rng.random() < 0.3:
        row = rng.choice(row, n)
    for value, probability in (
        (0.0, 0.1),
        (-0.0, 0.1),
        (-np.inf, 0.2),
        (fmt.max, 0.03),
        (-fmt.max, 0.03),
        (np.inf, 0.02),
        (np.nan, 0.02),
    ):
        if rng.random() < probability:
            row[rng.random(n) < rng.choice([0.1, 0.5, 1.0])] = cast(value, dtype)
    return row


def by_the_shortest_call(f, row, rng):
    """Without any argument: that call has a way of its own past the argument rules and the gufunc."""
    if f.kwargs.get("temperature", 1.0) != 1.0:
        return f(row)
    batch, place = random_batch(row, rng)
    given = [row, batch, row.tolist()][int(rng.integers(3 if row.dtype == np.float64 else 2))]
    if given is batch:
        return f.function(batch)[place] if f.elementwise else np.asarray(f.function(batch[place]))
    return np.asarray(f.function(given))


def by_the_shortest_call_in_place(f, row, rng):
    if not f.elementwise or f.kwargs["temperature"] != 1.0:
        return f(row)
    memory = np.stack([row, row])
    assert f.function(memory, out=memory) is memory
    assert_same_bits(memory[0], memory[1])
    return memory[1]


def permuted(f, row, rng):
    order = rng.permutation(row.size)
    result = f(row[order])
    return result[np.argsort(order)] if result.ndim else result


def in_a_batch(f, row, rng):
    batch, place = random_batch(row, rng)
    return f(batch, axis=1)[place]


def as_a_column(f, row, rng):
    batch, place = random_batch(row, rng)
    return f(np.ascontiguousarray(batch.T), axis=0)[..., place]


def as_a_column_of_a_view(f, row, rng):
    batch, place = random_batch(row, rng)
    return f(batch.T, axis=0)[..., place]


def random_batch(row, rng):
    """The row among strangers: of its own values, of other magnitudes, special ones."""
    size = int(rng.choice([1, 2, 3, 7, 8, 16, 17, 33]))
    strangers = np.concatenate([row, random_row(rng, row.dtype.name, 3), cast([0.0, -1.0], row.dtype.name)])
    batch, place = rng.choice(strangers, (size, row.size)), int(rng.integers(size))
    batch[place] = row
    return batch, place


def in_another_layout(f, row, rng):
    return f(random_layout(rng, 1).place(row))


def in_three_dimensions(f, row, rng):
    cube = rng.choice(row, (2, row.size, 3))
    cube[1, :, 2] = row
    result = f(random_layout(rng, 3).place(cube), axis=1)
    return result[1, :, 2] if result.ndim == 3 else result[1, 2]


def along_two_axes(f, row, rng):
    halves = np.stack([row[: row.size // 2 * 2].reshape(2, -1)] * 2, 1)
    if row.size % 2:
        return f(row.reshape(1, -1, 1), axis=(0, 1, 2)).reshape(row.shape if f.elementwise else ())
    result = f(halves, axis=(0, 2))
    return result[:, 1].ravel() if f.elementwise else result[1]


def padded_with_neginf(f, row, rng):
    if not (row > -np.inf).any():  # the rule for such rows ("uniform") counts elements
        return f(row)
    width = row.size + int(rng.choice([1, 6, 64, 1000]))
    places = np.sort(rng.permutation(width)[: row.size])
    padded = np.full(width, -np.inf, row.dtype)
    padded[places] = row
    result = f(padded)
    return result[places] if result.ndim else result


def masked(f, row, rng):
    width = row.size + int(rng.choice([1, 6, 64, 1000]))
    places = np.sort(rng.permutation(width)[: row.size])
    wide = rng.choice(cast([np.nan, np.inf, FORMATS[row.dtype.name].max, 3.0], row.dtype.name), width)
    wide[places] = row
    keep = np.zeros(width, bool)
    keep[places] = True
    result = f(random_layout(rng, 1).place(wide), where=random_layout(rng, 1).place(keep))
    return result[places] if result.ndim else result


def in_place(f, row, rng):
    memory = row.copy()
    return f(memory, out=memory) if f.elementwise else f(memory, out=np.zeros((), reduced(row.dtype)))


WAYS = (
    by_the_shortest_call,
    by_the_shortest_call_in_place,
    permuted,
    in_a_batch,
    as_a_column,
    as_a_column_of_a_view,
    in_another_layout,
    in_three_dimensions,
    along_two_axes,
    padded_with_neginf,
    masked,
    in_place,
)


class Function:
    """A function with the temperature of this case."""

    def __init__(self, name, temperature):
        self.function, self.elementwise = getattr(stablesoftmax, name), name != "logsumexp"
        self.kwargs = {"temperature": temperature} if self.elementwise else {}

    def __call__(self, x, **kwargs):
        return self.function(x, **{"axis": -1, **self.kwargs, **kwargs})


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_same_bits(name, dtype, way):
    rng = np.random.default_rng([FUNCTIONS.index(name), DTYPES.index(dtype), WAYS.index(way)])
    with np.errstate(invalid="ignore"):
        for case in range(cases(75)):  # 144 combinations: ten thousand rows
            row = random_row(rng, dtype, int(rng.choice(WIDTHS)))
            function = Function(name, float(rng.choice([1.0, 1.0, 0.7, 3.0, 1e-30, 1e30])))
            assert_same_bits(way(function, row, rng), np.asarray(function(row)), f"case {case}, n={row.size}, {function.kwargs}")


@pytest.mark.parametrize("n", [2**16 - 1, 2**16, 2**16 + 1, 200_000, 10**6])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_same_bits_of_long_rows(dtype, n):
    """The digits of the sum change with the number of terms: that number must not count padding or masked elements."""
    rng = np.random.default_rng(n)
    row = (10 * rng.standard_normal(n)).astype(dtype)
    for name in FUNCTIONS:
        function = Function(name, 1.0)
        expected = np.asarray(function(row))
        for way in (permuted, padded_with_neginf, masked, in_another_layout, in_place):
            assert_same_bits(way(function, row, rng), expected, f"{name} {way.__name__}")
        pair = np.stack([row, row[::-1]], 1)
        result = function(pair, axis=0)
        assert_same_bits(result[..., 0], expected, f"{name} as a column")
        assert_same_bits(result[..., 1], expected[::-1] if expected.ndim else expected, f"{name} as a reversed column")


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_batches_of_every_size(name, dtype):
    """Kernels that take several rows or columns at a time must not mix them, whatever is left over at the end."""
    rng, function = np.random.default_rng(100), getattr(stablesoftmax, name)
    for n in (1, 2, 5, 10, 17, 33):
        rows = cast(5 * rng.standard_normal((70, n)), dtype)
        alone = np.stack([np.asarray(function(row)) for row in rows])
        for size in range(1, 71):
            assert_same_bits(function(rows[:size], axis=1), alone[:size], f"{size} rows of {n}")
            columns = function(np.ascontiguousarray(rows[:size].T), axis=0)
            assert_same_bits(columns.T, alone[:size], f"{size} columns of {n}")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_threads(name):
    """Concurrent calls on shared, read-only input; NumPy drops the GIL, so they do run at the same time."""
    rng, function = np.random.default_rng(101), getattr(stablesoftmax, name)
    x = rng.standard_normal((50, 2000)).astype(np.float32)
    x.flags.writeable = False
    views = [x, x.T, x[:, ::-3], x.astype(np.float64), x.astype(np.float16)]
    expected = [function(v, axis=-1) for v in views]
    with ThreadPoolExecutor(4) as pool:
        for k, got in enumerate(pool.map(lambda k: function(views[k % 5], axis=-1), range(cases(100)))):
            assert_same_bits(got, expected[k % 5])


def test_the_same_call_again():
    x = np.random.default_rng(102).standard_normal((20, 333)).astype(np.float32)
    first = stablesoftmax.softmax(x)
    for _ in range(50):
        assert_same_bits(stablesoftmax.softmax(x), first)
