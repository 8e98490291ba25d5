"""`out` may overlap the input in any way: the answer is the one a copy would have given."""

import numpy as np
import pytest
from budget import cases
from by_rows import FUNCTIONS
from formats import DTYPES, FORMATS, assert_same_bits, cast, reduced

import stablesoftmax

ELEMENTWISE = ("softmax", "log_softmax")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_in_place(name, dtype):
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(70)
    for shape in ((0,), (1,), (7,), (1000,), (3, 40), (40, 3), (2, 3, 4), (5000, 2), (2, 200_000)):
        x = cast(rng.standard_normal(shape), dtype)
        for axis in (-1, 0, None):
            expected, memory = function(x, axis=axis), x.copy()
            assert function(memory, axis=axis, out=memory) is memory
            assert_same_bits(memory, expected, f"{shape} along {axis}")


def a_view(memory, shape, rng):
    """A random view of a flat buffer: any start, positive, negative and (for input) zero strides."""
    strides = []
    for n in shape:
        room = max(1, (memory.size - 1) // (max(n, 1) * len(shape)))
        strides.append(int(rng.integers(1, room + 1)) * int(rng.choice([1, 1, -1])))
    reach_down = sum(-s * (n - 1) for s, n in zip(strides, shape, strict=True) if s < 0)
    reach_up = sum(s * (n - 1) for s, n in zip(strides, shape, strict=True) if s > 0)
    start = int(rng.integers(reach_down, memory.size - reach_up))
    itemsize = memory.itemsize
    view = np.lib.stride_tricks.as_strided(memory[start:], shape, [s * itemsize for s in strides])
    touched = start + sum(np.arange(n).reshape([-1 if i == k else 1 for i in range(len(shape))]) * s
                          for k, (n, s) in enumerate(zip(shape, strides, strict=True)))  # fmt: skip
    return view, np.unique(touched).size == view.size


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_random_pairs_of_views(name, dtype):
    """Shifted, reversed, interleaved views of one small buffer, in and out along every axis."""
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(71)
    done = 0
    while done < cases(1500):
        shape = tuple(rng.integers(1, 7, rng.integers(1, 4)).tolist())
        axis = int(rng.integers(len(shape)))
        result = shape if name != "logsumexp" else shape[:axis] + shape[axis + 1 :]
        memory = cast(3 * rng.standard_normal(80), dtype)
        if name == "logsumexp" and memory.itemsize == 2:
            memory = cast(rng.standard_normal(160), dtype)  # out is float32: a view of the same bytes
            target = memory.view(reduced(dtype))
            memory.view(np.uint16)[...] = cast(rng.standard_normal(160), dtype).view(np.uint16)
        else:
            target = memory
        x, _ = a_view(memory, shape, rng)
        out, distinct = a_view(target, result, rng) if result else (target[:1].reshape(()), True)
        if not distinct:  # an out that overlaps itself has no right answer
            continue
        done += 1
        expected = function(x.copy(), axis=axis)
        function(x, axis=axis, out=out)
        assert_same_bits(out, expected, f"case {done}, {shape} along {axis}")


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("n", [1, 16, 1000, 100_000])
def test_shifted_and_reversed(name, n):
    """Long enough to pass through every block size of NumPy's iterator and of the kernels."""
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(72)
    for shift in (0, 1, 3, 16, n // 2):
        for order in (1, -1):
            memory = rng.standard_normal(n + shift).astype(np.float32)
            x, out = memory[:n], memory[shift:][::order]
            expected = function(x.copy())
            function(x, out=out)
            assert_same_bits(out, expected, f"shift {shift}, order {order}")


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_transposed(name):
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(73)
    for n in (2, 17, 64, 200):
        for axis in (0, 1):
            memory = rng.standard_normal((n, n)).astype(np.float32)
            expected = function(memory.copy(), axis=axis)
            function(memory, axis=axis, out=memory.T)
            assert_same_bits(memory.T, expected)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_out_overlaps_another_dtype_of_the_same_memory(name):
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(74)
    memory = rng.standard_normal(64)
    halves = memory.view(np.float32)[:64]
    expected = function(memory.copy(), dtype=np.float32)
    function(memory, dtype=np.float32, out=halves)
    assert_same_bits(halves, expected)
    memory = rng.standard_normal(64)
    x = memory.view(np.float32)[::2]
    x[...] = rng.standard_normal(64)
    expected = function(x.copy(), dtype=np.float64)[:64]
    function(x, dtype=np.float64, out=memory)
    assert_same_bits(memory, expected)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_out_overlaps_the_mask_or_the_temperature(name):
    """The other inputs count as inputs."""
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(75)
    x = rng.standard_normal((6, 10))
    memory = np.zeros((6, 10))
    mask = memory.view(np.bool_)[:, ::8]
    mask[...] = rng.random((6, 10)) < 0.7
    expected = function(x, axis=-1, where=mask.copy())
    out = memory if name != "logsumexp" else memory[:, 0]
    assert_same_bits(function(x, axis=-1, where=mask, out=out), expected)
    if name != "logsumexp":
        memory[:, :1] = rng.uniform(0.5, 2, (6, 1))
        expected = function(x, temperature=memory[:, :1].copy())
        assert_same_bits(function(x, temperature=memory[:, :1], out=memory), expected)


def test_other_memory_is_left_alone():
    """Only `out` is written: the gaps of a strided view keep their bytes."""
    memory = np.full((20, 30), 42.0, np.float32)
    for view in (memory[::2, 3:20], memory[1::3, ::-2], memory[5:9, 7:8], memory[:, ::5].T):
        outside = np.ones_like(memory, bool)
        base = (view.__array_interface__["data"][0] - memory.ctypes.data) // 4
        steps = [s // 4 for s in view.strides]
        touched = base + np.add.outer(np.arange(view.shape[0]) * steps[0], np.arange(view.shape[1]) * steps[1])
        outside.ravel()[touched.ravel()] = False
        for axis in (0, 1):
            memory[...] = 42
            stablesoftmax.softmax(np.zeros(view.shape, np.float32), axis=axis, out=view)
            assert (memory[outside] == 42).all()
            assert (view == np.float32(1 / view.shape[axis])).all()
    assert FORMATS["float32"].dtype == memory.dtype
