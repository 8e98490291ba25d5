"""The same for the whole family: right in any floating-point environment, which is left as it was, and nothing raised.

What is done by NumPy around the kernels counts too: a product or a comparison there reads the register of the caller.
"""

import numpy as np
import pytest
from family import FAMILY, results
from formats import DTYPES, FORMATS, assert_same_bits, cast
from integers import logits
from mxcsr import EVENTS, MASKED, STATES, needs_register, state

import stablesoftmax as ssm


def rows(dtype):
    """Subnormal inputs, results and terms; sums that round; widths of strips and of rows."""
    fmt = FORMATS[dtype]
    tail = {"float16": 17, "bfloat16": 92, "float32": 103, "float64": 744}[dtype]
    yield cast([[0.0, -tail, 1 - tail, 3 - tail, -tail / 2], [3.0, 0.5, 0.25, -1.0, -2.0]], dtype)
    yield cast(fmt.tiny * np.arange(-9, 9.0).reshape(2, 9), dtype)
    for n in (4, 9, 100):
        yield logits(6 * n, n, 8.0, dtype).reshape(6, n)


@needs_register
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FAMILY)
def test_same_bits_and_same_state(register, name, dtype):
    for x in rows(dtype):
        with np.errstate(all="ignore"):
            expected = [results(call) for call in FAMILY[name](x)]
        for label, control in STATES.items():
            for i, (call, wanted) in enumerate(zip(FAMILY[name](x), expected, strict=True)):
                with np.errstate(all="ignore"):
                    got = results(call, lambda control=control: state(register, control))
                for a, b in zip(got, wanted, strict=True):
                    assert_same_bits(a, b, f"{name}, {label}, call {i} on {x.ravel()[:4]}")


@needs_register
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FAMILY)
def test_nothing_is_raised(register, name, dtype):
    """For valid rows of every length, and where results are subnormal; no event stays in the register either."""
    lengths = (logits(3 * n, n, 16.0, dtype).reshape(3, n) for n in range(1, 129))
    for x in (*rows(dtype), *lengths):
        for call in FAMILY[name](x):
            saved = register.read()
            with np.errstate(all="raise"):
                register.write(MASKED)
                call()
                flags = register.read() & EVENTS
            register.write(saved)
            assert flags == 0, f"{flags:#x} after {call} on {x.ravel()[:4]}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_losses_raise_nothing(dtype, reduction):
    """A loss below the smallest number, one of weight 0 that is infinite, products that are subnormal."""
    confident = cast([[0.0, -120.0, -700.0], [3.0, -400.0, -np.inf]], dtype)
    tiny = np.array([5e-324, 1e-310, 0.0])
    with np.errstate(all="raise"):
        for weight in (None, np.array([1.0, 1e-300, 0.0]), tiny):
            for function in (ssm.cross_entropy, ssm.cross_entropy_and_grad):
                function(confident, np.array([0, 0]), reduction=reduction)
                function(confident, np.array([0, 2]), weight=weight if weight is None else weight[[0, 1, 2]], reduction=reduction)
                function(confident, np.array([[1.0, 0, 0], [1, 1e-310, 0]]), weight=weight, reduction=reduction)
        for function in (ssm.binary_cross_entropy, ssm.binary_cross_entropy_and_grad):
            function(confident[:, :2] + cast(740.0 if dtype == "float64" else 110.0, dtype), np.ones((2, 2)), reduction=reduction)
            function(confident, np.float64([1.0, 5e-324, 0.0]), reduction=reduction)


@needs_register
@pytest.mark.parametrize("control", STATES.values(), ids=STATES)
def test_subnormal_parameters(register, control):
    """Temperatures, gradients, weights and thresholds below the smallest normal number are not 0, and no -0."""
    x, tiny = np.array([[0.0, 5e-324, -1e-310], [1.0, 2.0, 3.0]]), np.float32(1e-44)
    calls = [
        lambda: ssm.softmax(x, temperature=5e-324),
        lambda: ssm.log_softmax(x, temperature=np.array([[1e-310], [3.0]])),
        lambda: ssm.softmax(x, temperature=tiny),
        lambda: ssm.softmax(x, sink=np.float32(-1e-44)),
        lambda: ssm.logsumexp_vjp(x, np.full(2, tiny), axis=1),
        lambda: ssm.logsumexp(x, axis=1, weights=np.full(3, tiny)),
        lambda: ssm.cross_entropy(x, [0, 1], weight=np.full(3, tiny), normalizer=1e-310),
        lambda: ssm.binary_cross_entropy(x, np.full(3, tiny), reduction="sum", normalizer=None),
        lambda: ssm.sample(x, 9, min_p=tiny, rng=1),
        lambda: ssm.segment_softmax(x, [0, 1], temperature=1e-310),
        lambda: ssm.gumbel_softmax(x, temperature=tiny, hard=False, rng=1),
        lambda: ssm.entmax(x, 1 + 2.0**-52),
    ]
    for i, call in enumerate(calls):
        with np.errstate(all="ignore"):
            expected = call()
            with state(register, control):
                got = call()
        assert_same_bits(got, expected, f"call {i}")
    with (
        state(register, control),
        pytest.raises(ValueError, match=r"binary_cross_entropy: target -5e-324 at \(0, 0\) is no probability"),
    ):
        ssm.binary_cross_entropy(x, [-5e-324, 0.0, 0.0])
    with state(register, control), pytest.raises(ValueError, match="normalizer is 0"):
        ssm.cross_entropy(x, [0, 1], normalizer=0.0)


@needs_register
def test_threads_inherit_the_environment(register):
    """Helpers that are born while the caller flushes and rounds up do their blocks like everybody else."""
    x = logits(600_000, 5, 8.0, "float64").reshape(600, 1000) - 700
    soft = np.abs(logits(600_000, 6, 0.125, "float64").reshape(600, 1000)) % 1
    calls = [
        lambda: ssm.binary_cross_entropy_and_grad(x, soft, reduction="none")[1],
        lambda: ssm.cross_entropy_and_grad(x, soft)[1],
        lambda: ssm.entropy_from_logits(x),
        lambda: ssm.kl_divergence_from_logits(x, soft),
        lambda: ssm.logvarexp(x, axis=1),
    ]
    with ssm.num_threads(1):
        expected = [call() for call in calls]
    for i, call in enumerate(calls):
        with ssm.num_threads(5 + i), state(register, STATES["both, up"]):  # more than there were
            got = call()
        assert_same_bits(got, expected[i], f"call {i}")
