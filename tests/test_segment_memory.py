"""Segments touch no byte outside their arrays, keep no reference, and take the memory that is stated."""

import faulthandler
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from by_segments import FUNCTIONS, by_segments, call, random_ids
from formats import DTYPES, FORMATS, assert_same_bits, cast
from guard_pages import Guarded

import stablesoftmax


def placed(memory, values, at_end):
    array = memory.array(values.shape, values.dtype, at_end)
    array[...] = values
    return array


def between_guards(name, dtype):
    """Elements, ids, mask and results at either end of memory that may be touched; ids and elements are read only."""
    rng = np.random.default_rng(730)
    source, numbers, masks, target = (Guarded(1 << 18) for _ in range(4))
    for tail in ((), (3,), (40,)):
        for mean, longest in ((1, 2), (8, 100), (30, 2100)):
            ids = random_ids(rng, 30, mean, longest)
            for some in (ids, np.sort(ids)):
                x = cast(5 * rng.standard_normal((ids.size, *tail[: 1 if longest < 2000 else 0])), dtype)
                where = rng.random(x.shape) < 0.8
                for given in ({}, {"where": where}):
                    expected = by_segments(name, x, some, 30, **given)
                    for at_end in (False, True):
                        arrays = {"x": placed(source, x, at_end), "ids": placed(numbers, some, at_end)}
                        if given:
                            arrays["where"] = placed(masks, where, at_end)
                        out = target.array(expected.shape, expected.dtype, at_end)
                        for memory in (source, numbers):
                            memory.read_only(True)
                        assert_same_bits(call(name, **arrays, count=30, out=out), expected)
                        for memory in (source, numbers):
                            memory.read_only(False)


@pytest.mark.skipif(sys.platform != "linux", reason="needs mmap and mprotect")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_guarded(name, dtype):
    child = subprocess.run([sys.executable, __file__, name, dtype], capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr[-3000:]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_reference_counts(name):
    x, ids, mask = np.zeros((40, 2), np.float32), np.arange(40) % 7, np.ones((40, 2), bool)
    out = np.zeros((9, 2) if name == "segment_logsumexp" else (40, 2), np.float32)
    objects = (x, ids, mask, out)
    before = [sys.getrefcount(o) for o in objects]
    for _ in range(50):
        call(name, x, ids, 9, where=mask, out=out)
        call(name, x, np.sort(ids), 9)
        with pytest.raises(ValueError, match=r"segment_ids\[3\] is 3"):
            call(name, x, ids, 3, out=np.zeros((3, 2), np.float32) if name == "segment_logsumexp" else out)
    assert [sys.getrefcount(o) for o in objects] == before


@pytest.mark.parametrize("name", FUNCTIONS)
def test_memory_is_what_the_docstring_says(name):
    """Beside the result 25 bytes a segment for sorted ids, a copy of x and 4 bytes an id for others."""
    n, count, small = 2_000_000, 1_000_000, 50_000
    rng = np.random.default_rng(731)
    ids, x = rng.integers(0, count, n), np.zeros(n, np.float32)
    results = 4 * (count if name == "segment_logsumexp" else n)
    for some, stated in ((np.sort(ids), 25 * count), (ids, 4 * n + 4 * n), (ids.astype(np.int32), 4 * n + 4 * n + 8 * n)):
        call(name, x[:100], some[:100], count)
        with stablesoftmax.num_threads(1):
            tracemalloc.start()
            call(name, x, some, count)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert peak <= results + stated + small


if __name__ == "__main__":
    faulthandler.enable()
    assert sys.argv[2] in FORMATS
    between_guards(sys.argv[1], sys.argv[2])
