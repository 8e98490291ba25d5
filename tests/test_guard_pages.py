"""No kernel reads or writes a byte outside its arrays, at any length, on either side.

Every case runs in a process of its own, because the failure of such a test is a segmentation fault.
"""

import faulthandler
import subprocess
import sys

import numpy as np
import pytest
from by_rows import FUNCTIONS
from formats import DTYPES, FORMATS, assert_same_bits, cast, reduced
from guard_pages import Guarded

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs mmap and mprotect")
LENGTHS = range(301)


def placed(memory, values, at_end):
    array = memory.array(values.shape, values.dtype, at_end)
    array[...] = values
    return array


def every_length(function, dtype):
    """Rows: contiguous, reversed, masked, misaligned by the length itself; the output guarded too."""
    rng, source, target, masks = np.random.default_rng(90), Guarded(4096), Guarded(4096), Guarded(4096)
    name = function.__name__
    for n in LENGTHS:
        values = cast(5 * rng.standard_normal(n), dtype)
        with np.errstate(invalid="ignore"):
            expected, backwards = np.asarray(function(values)), np.asarray(function(values[::-1].copy()))
            keep = rng.random(n) < 0.7
            masked = np.asarray(function(values, where=keep))
        for at_end in (False, True):
            x, mask = placed(source, values, at_end), placed(masks, keep, at_end)
            out = target.array(expected.shape, expected.dtype, at_end)
            assert_same_bits(function(x, out=out), expected, f"{name} of {n}")
            assert_same_bits(function(x[::-1], out=out), backwards, f"{name} of {n} reversed")
            assert_same_bits(function(x, where=mask, out=out), masked, f"{name} of {n} masked")
            if name != "logsumexp":
                assert_same_bits(function(x, out=x), expected, f"{name} of {n} in place")


def every_width_of_columns(function, dtype):
    """Columns: kernels that take several columns at a time must not take those that are not there."""
    rng, source, target = np.random.default_rng(91), Guarded(1 << 16), Guarded(1 << 16)
    for rows in (1, 2, 3, 10, 33):
        for columns in (*range(1, 70), 100, 127, 200):
            values = cast(5 * rng.standard_normal((rows, columns)), dtype)
            expected = function(values, axis=0)
            for at_end in (False, True):
                x = placed(source, values, at_end)
                out = target.array(expected.shape, expected.dtype, at_end)
                assert_same_bits(function(x, axis=0, out=out), expected, f"{function.__name__} of {rows} x {columns}")


def short_rows_and_strides(function, dtype):
    """Batches of short rows, and strided rows whose last element is the last in memory."""
    rng, source, target = np.random.default_rng(92), Guarded(1 << 16), Guarded(1 << 16)
    for batch in (1, 2, 3, 7, 8, 15, 16, 17, 33):
        for n in (*range(1, 20), 31, 32, 33):
            values = cast(5 * rng.standard_normal((batch, n)), dtype)
            expected = function(values, axis=1)
            for at_end in (False, True):
                x, out = placed(source, values, at_end), target.array(expected.shape, expected.dtype, at_end)
                assert_same_bits(function(x, axis=1, out=out), expected, f"{batch} x {n}")
    for n in (2, 5, 16, 40, 129):
        for step in (2, 3, -2, 7):
            values = cast(5 * rng.standard_normal((n - 1) * abs(step) + 1), dtype)
            expected = function(values[::step].copy())
            for at_end in (False, True):
                assert_same_bits(function(placed(source, values, at_end)[::step]), expected, f"{n} by {step}")


def read_only_input(function, dtype):
    """The input is never written, not even with its own values."""
    source = Guarded(8192)
    x = placed(source, cast(np.linspace(-5, 5, 300), dtype), False)
    source.read_only(True)
    for axis in (0, -1):
        result = function(x.reshape(3, 100), axis=axis)
        function(x.reshape(100, 3).T, axis=axis)
    source.read_only(False)
    assert result.dtype in (FORMATS[dtype].dtype, reduced(dtype))


CASES = (every_length, every_width_of_columns, short_rows_and_strides, read_only_input)


@pytest.mark.parametrize("case", [case.__name__ for case in CASES])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_guarded(name, dtype, case):
    child = subprocess.run([sys.executable, __file__, name, dtype, case], capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr[-3000:]


def test_the_guard_works():
    """A read behind the end is caught: without this the tests above would prove nothing."""
    child = subprocess.run([sys.executable, __file__, "outside"], capture_output=True, text=True, check=False)
    assert child.returncode < 0


if __name__ == "__main__":
    import stablesoftmax

    if sys.argv[1] == "outside":
        edge = Guarded(4096).array((16,), np.float32, at_end=True)
        np.lib.stride_tricks.as_strided(edge, (17,)).sum()
    faulthandler.enable()
    next(case for case in CASES if case.__name__ == sys.argv[3])(getattr(stablesoftmax, sys.argv[1]), sys.argv[2])
