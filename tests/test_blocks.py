"""How work is cut, and what becomes of errors and floating-point events in the threads that share it."""

import math
import threading
import warnings

import numpy as np
import pytest
from budget import cases

from stablesoftmax import _blocks


def test_every_element_lies_in_one_block():
    rng = np.random.default_rng(300)
    for _ in range(cases(500)):
        shape = tuple(rng.integers(0, 9, rng.integers(0, 5)).tolist())
        most, multiple, first = int(rng.integers(1, 200)), int(rng.integers(1, 5)), int(rng.integers(0, 9))
        count = np.zeros(shape, int)
        for at in _blocks.cut(shape, most, multiple, first):
            assert count[at].ndim == len(shape)
            assert count[at].size <= most
            count[at] += 1
        assert (count == 1).all()


def test_blocks_are_large():
    """No cut is finer than it must be: two neighbours together would be too large."""
    assert len(_blocks.cut((1000, 10), 100)) == 100
    assert len(_blocks.cut((1_000_000,), 1 << 18)) == 4
    assert len(_blocks.cut((7, 11, 13), 7 * 11 * 13)) == 1
    assert [at[1].start for at in _blocks.cut((1, 300), 100, multiple=64)] == [0, 64, 128, 192, 256]
    assert [at[1].start for at in _blocks.cut((1, 300), 130, multiple=64, first=12)] == [0, 76, 204]
    assert [at[1].start for at in _blocks.cut((1, 300), 130, multiple=64, first=64)] == [0, 128, 256]


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_all_blocks_are_done_once(threads):
    assert sorted(_blocks.run("test", list(range(100)), lambda i: i * i, threads)) == [i * i for i in range(100)]


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_the_first_error_ends_the_call(threads):
    done = []

    def work(i):
        if i == 3:
            raise MemoryError(f"block {i}")
        done.append(i)

    with pytest.raises(MemoryError, match="block 3"):
        _blocks.run("test", list(range(1000)), work, threads)
    if threads == 1:
        assert done == [0, 1, 2]


def test_an_error_of_a_helper_reaches_the_caller():
    caller, barrier = threading.current_thread(), threading.Barrier(2)

    def work(i):
        barrier.wait()  # both threads hold a block
        if threading.current_thread() is not caller:
            raise ValueError("of the helper")

    with pytest.raises(ValueError, match="of the helper"):
        _blocks.run("test", [0, 1], work, 2)


def make_nan(_):
    return np.log(np.float64(-1.0))  # raises "invalid"


@pytest.mark.parametrize("threads", [1, 3])
def test_one_floating_point_event_a_call(threads):
    blocks = list(range(20))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _blocks.run("softmax", blocks, make_nan, threads)
    assert [str(w.message) for w in caught] == ["invalid value encountered in softmax"]
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match="in softmax"):
        _blocks.run("softmax", blocks, make_nan, threads)
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        results = _blocks.run("softmax", blocks, make_nan, threads)
    assert len(results) == 20
    assert all(math.isnan(r) for r in results)
    seen = []
    with np.errstate(invalid="call", call=lambda kind, flag: seen.append((kind, threading.current_thread()))):
        _blocks.run("softmax", blocks, make_nan, threads)
    assert seen == [("invalid value", threading.current_thread())]


def test_the_error_state_of_the_caller_is_untouched():
    with np.errstate(all="raise", invalid="ignore"):
        before = np.geterr()
        _blocks.run("softmax", [1, 2, 3], make_nan, 2)
        assert np.geterr() == before
