"""What a call allocates beside its result: a few blocks a thread, however large the array (numpy reports to tracemalloc)."""

import tracemalloc

import numpy as np
import pytest
from by_rows import FUNCTIONS
from formats import DTYPES, cast

import stablesoftmax

# Casting, joining axes and casting back keep at most three blocks of 2**18 elements of 8 bytes for each of two threads.
MOST = 2 * 3 * (1 << 18) * 8 + (1 << 20)
ELEMENTS = 1 << 24


def peak_of(call):
    call()  # warm: caches, threads
    tracemalloc.start()
    try:
        result = call()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return peak - getattr(result, "nbytes", 0)


def plain(dtype):
    return cast(np.zeros(1), dtype).repeat(ELEMENTS)


def misaligned(x):
    memory = np.empty(x.nbytes + 1, np.uint8)
    view = memory[1:].view(x.dtype)
    view[...] = x
    return view


INPUTS = {
    "short rows": lambda x: (x.reshape(-1, 8), -1),
    "rows": lambda x: (x.reshape(-1, 4096), -1),
    "columns": lambda x: (x.reshape(4096, -1), 0),
    "one row": lambda x: (x, -1),
    "middle axis": lambda x: (x.reshape(64, 512, 512), 1),
    "joined axes": lambda x: (x.reshape(64, 512, 512), (0, 2)),
    "transposed, all axes": lambda x: (x.reshape(4096, -1).T, None),
    "every other": lambda x: (x[::2].reshape(-1, 1024), -1),
}


@pytest.mark.parametrize("form", INPUTS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_native_input(name, dtype, form):
    x, axis = INPUTS[form](plain(dtype))
    with stablesoftmax.num_threads(2):
        assert peak_of(lambda: getattr(stablesoftmax, name)(x, axis=axis)) < MOST


CASTS = {
    "byte-swapped": lambda x: x.astype(x.dtype.newbyteorder("S")),
    "misaligned": misaligned,
    "int8": lambda x: x.astype(np.int8),
    "bool": lambda x: x.astype(bool),
}


@pytest.mark.parametrize("shape", [(-1, 4096), (4096, -1), (1, -1)])
@pytest.mark.parametrize("form", CASTS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_input_that_is_converted(name, form, shape):
    x = CASTS[form](plain("float32")).reshape(shape)
    with stablesoftmax.num_threads(2):
        for axis in (-1, 0):
            if x.shape[axis] > 1:
                assert peak_of(lambda axis=axis: getattr(stablesoftmax, name)(x, axis=axis)) < MOST


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_options(name):
    function, x = getattr(stablesoftmax, name), plain("float32").reshape(-1, 4096)
    where, temperature, out = np.arange(4096) % 3 > 0, np.ones((len(x), 1)), np.empty_like(x)
    for options in (
        {"where": where}, {"temperature": temperature}, {"out": out}, {"out": x}, {"dtype": np.float64}, {"dtype": np.float16},
        {"all_neginf": "raise"}, {"axis": None, "where": where}, {"axis": 0, "out": out},
    ):  # fmt: skip
        with stablesoftmax.num_threads(2):
            peak = peak_of(lambda options=options: function(x, **options))
        given = options.get("out")
        assert peak + (given.nbytes if given is not None else 0) < MOST, options
