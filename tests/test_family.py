"""What holds for every function of the family alike: any layout of operands, any overlap of `out`, no reference kept."""

import inspect
import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from budget import cases
from family import FAMILY, Matrix, results
from formats import DTYPES, assert_same_bits
from integers import logits
from strategies import random_layout
from test_memory import MOST, peak_of

import stablesoftmax

each_function = pytest.mark.parametrize("name", FAMILY)
each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def is_array(value):
    return isinstance(value, np.ndarray) and value.ndim > 0


def with_arrays(call, change):
    """The call with every array among its operands changed."""

    def changed(value):
        if isinstance(value, Matrix):
            return Matrix((change(value.data), change(value.indices), change(value.indptr)), value.shape)
        return change(value) if is_array(value) else value

    return partial(call.func, *map(changed, call.args), **{key: changed(value) for key, value in call.keywords.items()})


def some_matrices(dtype):
    for n in (1, 5, 33, 130):
        yield logits(6 * n, n, 4.0, dtype).reshape(6, n)


@each_dtype
@each_function
def test_any_layout(name, dtype):
    """Strides, alignment, byte order, read-only memory: the bits of a fresh array."""
    rng = np.random.default_rng(90)
    for x in some_matrices(dtype):
        expected = [results(call) for call in FAMILY[name](x)]
        for _ in range(cases(2)):
            for i, (call, wanted) in enumerate(zip(FAMILY[name](x), expected, strict=True)):
                got = results(with_arrays(call, lambda a: random_layout(rng, a.ndim).place(a)))
                for a, b in zip(got, wanted, strict=True):
                    assert_same_bits(a, b, f"{name}, call {i}, {x.shape}")


def takes_out(name):
    function = getattr(stablesoftmax, name)
    return isinstance(function, np.ufunc) or "out" in inspect.signature(function).parameters


@each_dtype
@pytest.mark.parametrize("name", [name for name in FAMILY if takes_out(name)])
def test_any_overlap(name, dtype):
    """`out` anywhere in the memory of an operand, forwards and backwards: what a copy would have given."""
    tried = 0
    for x in some_matrices(dtype):
        expected = [results(call)[0] for call in FAMILY[name](x)]
        for k, wanted in enumerate(expected):
            for which, operand in enumerate(next(c for i, c in enumerate(FAMILY[name](x)) if i == k).args):
                if not is_array(operand) or operand.dtype != wanted.dtype or not wanted.ndim:
                    continue
                for shift in (0, 1, wanted.size // 2):
                    for step in (1, -1):
                        call = next(c for i, c in enumerate(FAMILY[name](x)) if i == k)
                        memory = np.zeros(max(operand.size, wanted.size) + shift, wanted.dtype)
                        given = memory[: operand.size].reshape(operand.shape)
                        given[...] = operand
                        out = memory[shift : shift + wanted.size][::step].reshape(wanted.shape)
                        if not np.may_share_memory(out, memory):  # the reshape was a copy
                            continue
                        args = (*call.args[:which], given, *call.args[which + 1 :])
                        assert call.func(*args, **call.keywords, out=out) is out
                        assert_same_bits(out, wanted, f"{name}, call {k}, operand {which}, shift {shift}, step {step}")
                        tried += 1
    assert tried or dtype in ("float16", "bfloat16")  # whose reductions are float32


def arrays_of(call):
    found = [value for value in (*call.args, *call.keywords.values()) if is_array(value)]
    return found + [part for value in call.args if isinstance(value, Matrix) for part in (value.data, value.indices, value.indptr)]


@each_function
def test_reference_counts(name):
    """After calls that succeed, and after those that are refused, on whichever operand the refusal is."""
    for call in FAMILY[name](logits(30, 1, 2.0, "float32").reshape(6, 5)):
        objects = arrays_of(call)
        before = [sys.getrefcount(o) for o in objects]
        for _ in range(20):
            call()
        bad = [partial(call, axis=7), partial(call, out=np.zeros(77)), partial(call, dtype="U3")]
        for i in range(len(call.args)):
            for value in (np.zeros((2, 3), complex), np.zeros((9, 8, 7)), object(), np.ma.MaskedArray([1.0])):
                bad.append(partial(call.func, *call.args[:i], value, *call.args[i + 1 :], **call.keywords))
        refused = 0
        for one in bad:
            for _ in range(20):
                try:
                    with np.errstate(all="ignore"):
                        one()
                except (TypeError, ValueError):  # AxisError is both
                    refused += 1
        bad.clear()
        one = value = None
        assert refused >= 60, refused
        assert [sys.getrefcount(o) for o in objects] == before, call


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/statm")
def test_no_leak():
    """Resident memory after many calls of every function is what it was after the first."""
    code = f"""if True:
        import numpy as np
        from family import FAMILY
        from integers import logits
        calls = [call for name in FAMILY for call in FAMILY[name](logits(30, 1, 2.0, "float32").reshape(6, 5))]
        def resident():
            with open("/proc/self/statm") as f: return int(f.read().split()[1]) * 4096
        def all_of_them(n):
            for _ in range(n):
                for call in calls:
                    call()
                    try: call.func(*call.args[:-1], object(), **call.keywords)
                    except TypeError: pass
        all_of_them(30)
        before = resident()
        all_of_them({cases(120)})
        print(resident() - before)
    """
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=os.path.dirname(__file__))
    assert child.returncode == 0, child.stderr[-3000:]
    assert int(child.stdout) < 2 << 20


LARGE = {
    "cross_entropy": lambda x: stablesoftmax.cross_entropy(x, np.zeros(len(x), np.int64)),
    "cross_entropy(probabilities)": lambda x: stablesoftmax.cross_entropy(x, x),
    "cross_entropy_and_grad": lambda x: stablesoftmax.cross_entropy_and_grad(x, np.zeros(len(x), np.int64))[1],
    "effective_sample_size": stablesoftmax.effective_sample_size,
    "entmax15_vjp": lambda x: stablesoftmax.entmax15_vjp(x, x),
    "entropy_from_logits": stablesoftmax.entropy_from_logits,
    "log_softmax_jvp": lambda x: stablesoftmax.log_softmax_jvp(x, x),
    "log_softmax_vjp": lambda x: stablesoftmax.log_softmax_vjp(x, x),
    "logmeanexp": lambda x: stablesoftmax.logmeanexp(x, axis=1),
    "logsumexp_jvp": lambda x: stablesoftmax.logsumexp_jvp(x, x, axis=1),
    "logsumexp_vjp": lambda x: stablesoftmax.logsumexp_vjp(x, 1.0, axis=1),
    "logvarexp": lambda x: stablesoftmax.logvarexp(x, axis=1),
    "sigmoid": stablesoftmax.sigmoid,
    "softmax_vjp": lambda x: stablesoftmax.softmax_vjp(x, x),
    "sparsemax": stablesoftmax.sparsemax,
}


@pytest.mark.parametrize("name", LARGE)
def test_memory_beside_the_result(name):
    """A few blocks a thread, however large the array: here 32 MB of float32."""
    x = np.zeros((1 << 13, 1 << 10), np.float32)
    with stablesoftmax.num_threads(2):
        assert peak_of(lambda: LARGE[name](x)) < MOST * 4 // 3  # two operands
