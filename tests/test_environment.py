"""The floating-point environment of the caller is neither needed, nor changed, nor left with flags.

Other packages leave flush-to-zero on, or another rounding mode; both are properties of the thread, and here they are set
for the length of one call.
"""

import numpy as np
import pytest
from by_rows import FUNCTIONS
from formats import DTYPES, FORMATS, assert_same_bits, cast
from mxcsr import EVENTS, FLUSH_TO_ZERO, MASKED, ROUNDING, STATES, needs_register, state

import stablesoftmax

pytestmark = needs_register


def rows(dtype):
    """Subnormal inputs, results, terms and intermediate values; sums that round; ordinary ones of every path."""
    fmt, rng = FORMATS[dtype], np.random.default_rng(80)
    tail = {"float16": 17, "bfloat16": 92, "float32": 103, "float64": 744}[dtype]
    yield cast([0.0, -tail, 1 - tail, 3 - tail, -tail / 2], dtype)
    yield cast(fmt.tiny * np.arange(-8, 8.0), dtype)
    yield cast(fmt.tiny * np.array([3.0, -1e3, 1e3]), dtype)
    yield cast(rng.standard_normal((3, 100)) * 10, dtype)
    yield cast(rng.standard_normal((100, 3)) * 100, dtype)
    yield cast(1e4 + rng.standard_normal(2000), dtype)
    yield cast([fmt.max, -fmt.max, 0.0, 1.0], dtype)
    yield cast(np.log([0.3, 0.7]), dtype)
    yield cast([-np.inf, 1.0, 2.0, -np.inf, -80.0], dtype)
    yield np.full(200_000, 0.1, fmt.dtype)


def answers(name, dtype):
    function = getattr(stablesoftmax, name)
    for x in rows(dtype):
        for axis in {-1, -x.ndim}:
            yield function, x, {"axis": axis}
            yield function, x[..., ::-2], {"axis": axis}
            yield function, x, {"axis": axis, "where": np.arange(x.shape[-1]) % 3 > 0}
            yield function, x, {"axis": None}
        if name != "logsumexp":
            for temperature in (0.1, 3.0, 1e-30, max(FORMATS[dtype].tiny, 2.0**-1022), 1e30):
                yield function, x, {"temperature": temperature}
        for narrow in ("float16", "bfloat16", "float32", "float64"):
            yield function, x, {"dtype": FORMATS[narrow].dtype}


@pytest.mark.parametrize("control", STATES.values(), ids=STATES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_same_bits_and_same_state(register, name, dtype, control):
    for function, x, kwargs in answers(name, dtype):
        with np.errstate(all="ignore"):
            expected = function(x, **kwargs)
            with state(register, control):
                got = function(x, **kwargs)
        assert_same_bits(got, expected, f"{kwargs} on {x.ravel()[:4]}")


@pytest.mark.parametrize("control", STATES.values(), ids=STATES)
def test_other_ways_in(register, control):
    """Integers, lists, byte-swapped input and strided output are converted before and after the kernels."""
    rng = np.random.default_rng(81)
    integers = rng.integers(-(2**62), 2**62, 50)
    calls = [
        lambda: stablesoftmax.softmax(integers, temperature=2.0**57),
        lambda: stablesoftmax.logsumexp(integers),
        lambda: stablesoftmax.softmax([0, -700, -740]),
        lambda: stablesoftmax.softmax(np.array([0, -100, -103], ">f4")),
        lambda: stablesoftmax.softmax(np.array([0, -100, -103], "f4"), temperature=np.array([1.0])),
        lambda: stablesoftmax.softmax(np.array([0, -95, -100.0]), dtype=np.float32, out=np.zeros(6, "f4")[::2]),
        lambda: stablesoftmax.softmax(np.array([0, -100.0, -103]), out=np.zeros(3, ">f8")),
    ]
    for i, call in enumerate(calls):
        expected = call()
        with state(register, control):
            got = call()
        assert_same_bits(got, expected, f"call {i}")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_flag_is_left(register, name, dtype):
    """Invalid, division by zero, overflow and underflow stay clear for valid rows, NaN rows included."""
    extra = [cast([np.nan, 1.0], dtype), cast([1.0, -np.inf, np.nan], dtype), np.zeros((0,), FORMATS[dtype].dtype)]
    function = getattr(stablesoftmax, name)
    saved = register.read()
    for call, x, kwargs in [*answers(name, dtype), *((function, x, {}) for x in extra)]:
        if "dtype" in kwargs:  # the cast to a narrower dtype is NumPy's
            continue
        with np.errstate(all="raise"):
            register.write(MASKED)
            call(x, **kwargs)
            flags = register.read() & EVENTS
        register.write(saved)
        assert flags == 0, f"{flags:#x} after {kwargs} on {x.ravel()[:4]}"


def test_flags_of_the_caller_make_no_warning(register):
    """Flags that were raised before the call are not taken for the call's own."""
    saved = register.read()
    try:
        for flags in (0x01, 0x04, 0x08, 0x10, 0x1F):
            with np.errstate(all="raise"):
                register.write(MASKED | flags)
                stablesoftmax.softmax(np.float32([1, 2, 3]))
                register.write(MASKED | flags)
                stablesoftmax.logsumexp([1.0, 2.0, np.nan])
    finally:
        register.write(saved)


def test_the_state_is_restored_after_an_error(register):
    with np.errstate(invalid="raise"), state(register, ROUNDING["up"] | FLUSH_TO_ZERO):
        try:
            stablesoftmax.softmax([np.inf, 0.0])
            raised = False
        except FloatingPointError:
            raised = True
    assert raised


@pytest.mark.parametrize("name", STATES)
def test_sampling_in_any_environment(register, name):
    """Subnormal logits and thresholds, results that underflow, noise: the same indices and bits as in the neutral environment."""
    x = np.array([[5e-324, 0.0, -5e-324, 1e-310], [1.0, -745.0, 3.0, 2.0]])
    calls = [
        lambda: stablesoftmax.sample(x, 50, temperature=1e-300, rng=1),
        lambda: stablesoftmax.sample(x, 50, top_k=3, top_p=0.9, min_p=1e-310, rng=2),
        lambda: stablesoftmax.top_k(x, 4).indices,
        lambda: stablesoftmax.gumbel_softmax(x, rng=3),
        lambda: stablesoftmax.gumbel_softmax(x.astype(np.float16), hard=True, rng=4),
    ]
    for call in calls:
        expected = call()
        with state(register, STATES[name]):
            got = call()
        assert_same_bits(got, expected)
