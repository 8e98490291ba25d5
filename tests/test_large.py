"""Large plain arrays, cut by the native code: the bits of the gufunc on whole rows, with any number of threads."""

import threading
import time

import numpy as np
import pytest
from formats import DTYPES, assert_same_bits, cast, reduced

import stablesoftmax as ssm
from stablesoftmax import _native, _threads

SHAPES = ((1, 300_001), (3, 200_003), (70, 4099), (4103, 65), (100_003, 3), (1, 2**20 + 5), (2, 1_200_000))


def by_gufunc(name, x):
    bfloat16 = x.dtype.name == "bfloat16"
    kernel, raw = getattr(_native, name + "_bfloat16" * bfloat16), x.view(np.uint16) if bfloat16 else x
    with np.errstate(all="ignore"):
        result = kernel(raw) if name == "logsumexp" else kernel(raw, 1.0, -np.inf, np.uint8(0))
    return result.view(reduced(x.dtype) if name == "logsumexp" else x.dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize("shape", SHAPES)
def test_same_bits(shape, name, dtype):
    rng = np.random.default_rng(1)
    x = cast(rng.standard_normal(shape) * 5, dtype)
    x[0, 1:7] = -np.inf
    expected, function = by_gufunc(name, x), getattr(ssm, name)
    for threads in (1, 2, 5):
        with ssm.num_threads(threads):
            assert_same_bits(function(x, -1), expected)
            out = np.empty_like(expected)
            assert function(x, -1, out=out) is out
            assert_same_bits(out, expected)
            if name != "logsumexp":
                assert_same_bits(function(x.copy(), -1), expected)
                again = x.copy()
                function(again, -1, out=again)
                assert_same_bits(again, expected)
    if name == "logsumexp":
        with ssm.num_threads(3):
            assert_same_bits(ssm.logsumexp(x), by_gufunc(name, x.reshape(1, -1))[0])


@pytest.mark.parametrize("shape", [(1, 300_001), (3, 200_003), (4103, 65), (1, 2**20 + 5)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_special_rows(name, shape):
    """nan, +inf and nothing but -inf in the last row: its results by rule, and a warning where a nan is made."""
    rng, function = np.random.default_rng(2), getattr(ssm, name)
    for value, invalid in ((np.nan, False), (np.inf, name != "logsumexp"), (-np.inf, name != "logsumexp")):
        x = rng.standard_normal(shape).astype(np.float32)
        x[-1] = -np.inf
        x[-1, -1] = value
        expected = by_gufunc(name, x)
        for threads in (1, 2):
            with ssm.num_threads(threads):
                if invalid:
                    with pytest.warns(RuntimeWarning, match=f"^invalid value encountered in {name}$"):
                        got = function(x, -1)
                    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
                        function(x, -1)
                else:
                    got = function(x, -1)
                assert_same_bits(got, expected)


def test_near_zero_and_ties():
    """A logsumexp that cancels is read again; a row of equal elements; one maximum far above all others."""
    n = 2**20 + 77
    for row in (np.full(n, -np.log(n)), np.zeros(n), np.r_[300.0, np.full(n - 1, -300.0)]):
        for dtype in (np.float32, np.float64):
            x = row.astype(dtype)
            with ssm.num_threads(4):
                assert_same_bits(ssm.logsumexp(x), by_gufunc("logsumexp", x[None])[0])
                assert_same_bits(ssm.log_softmax(x), by_gufunc("log_softmax", x[None])[0])


def test_results_beyond_the_caches():
    rng = np.random.default_rng(3)
    for shape in ((33, 140_000), (5000, 1001), (1, 5_000_000)):
        x = rng.standard_normal(shape).astype(np.float32)
        guarded = np.zeros(x.size + 64, np.float32)
        for offset in (0, 1, 16):
            out = guarded[offset : offset + x.size].reshape(shape)
            with ssm.num_threads(2):
                ssm.softmax(x, out=out)
            assert_same_bits(out[-1], by_gufunc("softmax", x[-1:])[0])
            assert_same_bits(out[0], by_gufunc("softmax", x[:1])[0])
            assert (guarded[:offset] == 0).all()
            assert (guarded[offset + x.size :] == 0).all()
            guarded[...] = 0


def test_many_callers_and_late_helpers():
    """Calls follow each other so fast that helpers of one arrive during the next; several threads make them at once."""
    rng = np.random.default_rng(4)
    x = rng.standard_normal((300, 1000)).astype(np.float32)
    expected, wrong = ssm.softmax(x[:, ::-1])[:, ::-1], []

    def work():
        with ssm.num_threads(3):
            for _ in range(60):
                wrong.extend(np.flatnonzero(ssm.softmax(x) != expected))

    callers = [threading.Thread(target=work) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert wrong == []


def test_an_interrupt_while_helpers_are_called():
    """It ends the call only when the helper, which has begun already, has finished: nothing is written after that."""
    x, out = np.ones((8_000, 2_000), np.float32), np.zeros((8_000, 2_000), np.float32)

    def lend_and_be_interrupted(task, helpers):
        _threads.lend(task, helpers)
        while not out.any():  # the helper is at work
            time.sleep(0.001)
        raise KeyboardInterrupt

    with ssm.num_threads(2):
        _native.use_threads(_threads.get_num_threads, lend_and_be_interrupted)
        try:
            with pytest.raises(KeyboardInterrupt):
                ssm.softmax(x, out=out)
        finally:
            _native.use_threads(_threads.get_num_threads, _threads.lend)
        then = out.copy()
        time.sleep(0.1)
        assert_same_bits(out, then)
        assert not out.all()
        assert_same_bits(ssm.softmax(x)[-1], ssm.softmax(x[-1]))


def test_a_bad_number_of_threads_is_said(monkeypatch):
    monkeypatch.setenv("STABLESOFTMAX_NUM_THREADS", "many")
    x = np.zeros((300, 1000), np.float32)
    with pytest.raises(ValueError, match="STABLESOFTMAX_NUM_THREADS='many' is no number of threads"):
        ssm.softmax(x)
    with pytest.raises(ValueError, match="STABLESOFTMAX_NUM_THREADS='many'"):
        ssm.logsumexp(np.zeros(2**21, np.float32))
