"""The elementwise functions are NumPy ufuncs: layouts, dtypes, out, where, at, reduce; with one set of bits whatever the way in."""

import itertools
import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from formats import BFLOAT16, DTYPES, assert_same_bits, cast
from hypothesis import given, settings
from hypothesis import strategies as st
from pointwise import BINARY, FUNCTIONS, UNARY, digests
from strategies import random_layout

import stablesoftmax

INFO = stablesoftmax.build_info()
GOLDEN = {
    "sigmoid": "263878664e127dd7",
    "log_sigmoid": "527fb462bee3e925",
    "softplus": "e852db665ac289c5",
    "log1mexp": "3b130775a3a2220d",
    "logit": "77f266255758a724",
    "logaddexp": "c49bc95b5333ee43",
    "logsubexp": "a8c20d9102235b6c",
}


def operands(name, shape, dtype, seed=70):
    """Ordinary operands in the domain of a function, with some that leave the vectors."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 8, shape)
    x = np.where(rng.random(shape) < 0.05, x * 100, x)
    if name == "logit":
        return (cast(rng.uniform(0.01, 0.99, shape), dtype),)
    if name == "log1mexp":
        return (cast(-np.abs(x) - 0.01, dtype),)
    y = rng.normal(0, 8, shape)
    if name == "logsubexp":
        return cast(np.abs(x), dtype), cast(-np.abs(y) - 0.5, dtype)
    return (cast(x, dtype), cast(y, dtype)) if name == "logaddexp" else (cast(x, dtype),)


def one_by_one(name, *arrays):
    function = getattr(stablesoftmax, name)
    flat = [np.asarray(a).astype(a.dtype.newbyteorder("=")).ravel() for a in arrays]
    results = [function(*(f[i : i + 1] for f in flat)) for i in range(flat[0].size)]
    return np.concatenate(results).reshape(arrays[0].shape) if results else np.empty(arrays[0].shape, arrays[0].dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_width(name, dtype):
    """A result does not depend on its place: 0 to 130 elements, from any start, are the elements one by one."""
    arrays = operands(name, 131, dtype)
    alone = one_by_one(name, *arrays)
    function = getattr(stablesoftmax, name)
    for n in range(131):
        start = n % 3
        assert_same_bits(function(*(a[start : start + n] for a in arrays)), alone[start : start + n], f"{n} elements")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_layouts(name, dtype):
    """Strides of any size and sign, Fortran order, foreign byte order, unaligned and read-only memory."""
    rng = np.random.default_rng(71)
    function = getattr(stablesoftmax, name)
    for shape in ((), (1,), (7,), (5, 33), (3, 4, 5), (0, 3), (2, 0)):
        arrays = operands(name, shape, dtype)
        expected = function(*(np.ascontiguousarray(a) for a in arrays)).reshape(shape)
        for _ in range(4):
            placed = [random_layout(rng, len(shape)).place(a) for a in arrays]
            assert_same_bits(function(*placed), expected, f"{shape}")
            out = random_layout(rng, len(shape)).place(np.zeros(shape, expected.dtype))
            out.flags.writeable = True
            function(*placed, out=out)
            assert_same_bits(out.astype(expected.dtype), expected, f"{shape} into out")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BINARY)
def test_broadcasting(name, dtype):
    a, b = operands(name, (6, 40), dtype)
    function = getattr(stablesoftmax, name)
    expected = function(np.ascontiguousarray(np.broadcast_to(a[:, :1], a.shape)), b)
    assert_same_bits(function(a[:, :1], b), expected)
    assert_same_bits(function(np.broadcast_to(a[:, :1], a.shape), b), expected)
    assert_same_bits(function.outer(a[0], b[0]), function(a[0][:, None], b[0][None, :]))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_out_and_where(name, dtype):
    arrays = operands(name, 300, dtype)
    function, expected = getattr(stablesoftmax, name), getattr(stablesoftmax, name)(*arrays)
    mask = np.arange(300) % 3 > 0
    out = np.full(300, 7, expected.dtype)
    assert function(*arrays, out=out, where=mask) is out
    assert_same_bits(out, np.where(mask, expected, expected.dtype.type(7)))
    for k in range(len(arrays)):  # in place, and over memory that holds an operand one element further on
        copies = [a.copy() for a in arrays]
        assert function(*copies, out=copies[k]) is copies[k]
        assert_same_bits(copies[k], expected, "in place")
        for shift, step in itertools.product((1, 17), (1, -1)):
            memory = np.zeros(300 + shift, expected.dtype)
            copies = [a.copy() for a in arrays]
            copies[k] = memory[shift:][::step]
            copies[k][...] = arrays[k]
            function(*copies, out=memory[:300])
            assert_same_bits(memory[:300], expected, f"overlapping by all but {shift}")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_large_results_go_past_the_caches(name):
    arrays = operands(name, (1 << 22) + 3, "float32")
    function = getattr(stablesoftmax, name)
    whole = function(*arrays)
    pieces = np.concatenate([function(*(a[i : i + 100_000] for a in arrays)) for i in range(0, whole.size, 100_000)])
    assert_same_bits(whole, pieces)
    memory = np.empty(whole.size + 1, np.float32)[1:]  # not aligned to a vector
    assert_same_bits(function(*arrays, out=memory), whole)


@pytest.mark.parametrize("dtype", DTYPES)
def test_reduce_accumulate_at(dtype):
    x = operands("logaddexp", 50, dtype)[0]
    totals = [x[:1]]
    for value in x[1:]:
        totals.append(stablesoftmax.logaddexp(totals[-1], value))
    totals = np.concatenate(totals)
    assert_same_bits(stablesoftmax.logaddexp.accumulate(x), totals)
    assert_same_bits(np.asarray(stablesoftmax.logaddexp.reduce(x)), totals[-1:].reshape(()))
    if dtype != "bfloat16":  # its reduction of nothing has no dtype to begin with
        assert stablesoftmax.logaddexp.reduce(x[:0]) == -np.inf
    y = np.full(4, -3, x.dtype)
    stablesoftmax.logaddexp.at(y, [1, 1, 3], x[:3])
    twice = stablesoftmax.logaddexp(stablesoftmax.logaddexp(y[:1], x[:1]), x[1:2])
    assert_same_bits(y[1:2], twice)
    z = np.arange(6).astype(x.dtype)
    stablesoftmax.sigmoid.at(z, [0, 4])
    assert_same_bits(z[[0, 4]], stablesoftmax.sigmoid(np.arange(6).astype(x.dtype)[[0, 4]]))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_integers_are_computed_in_float64(name):
    """NumPy's own rule would compute int8 and bool in float16."""
    function, rank = getattr(stablesoftmax, name), 2 if name in BINARY else 1
    with np.errstate(all="ignore"):
        for code in "?bBhHiIlLqQ":
            arrays = [np.arange(rank - k - 1, rank - k + 1).astype(code) for k in range(rank)]
            assert_same_bits(function(*arrays), function(*(a.astype(np.float64) for a in arrays)), code)
        assert isinstance(function(*[1] * rank), np.float64)
        assert function(*[np.arange(3)] * rank, dtype=np.float32).dtype == np.float32
    if rank == 2:  # with a float beside it: as NumPy's own functions
        for code, dtype in itertools.product("bhil", ("float16", "float32", "float64")):
            a, b = np.ones(2, dtype), np.zeros(2, code)
            assert function(a, b).dtype == np.add(a, b).dtype
            assert function(a, 0).dtype == function(a, 0.0).dtype == a.dtype


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("bad", ["g", "D", "F", "O", "U3", "M8[s]"])
def test_other_dtypes_are_refused(name, bad):
    x = np.ones(2, int).astype(bad)
    with pytest.raises(TypeError, match=name):
        getattr(stablesoftmax, name)(*[x] * (2 if name in BINARY else 1))


@pytest.mark.parametrize("first", ["bfloat16", "float32"])
def test_bfloat16_is_known_from_its_first_array_on(first):
    """ml_dtypes may be imported after us, and float32 may come before."""
    code = f"""
import sys, numpy as np, stablesoftmax as s
assert "ml_dtypes" not in sys.modules
if {first!r} == "float32": s.sigmoid(np.zeros(3, np.float32)), s.logaddexp(np.zeros(3, np.float32), np.zeros(3, np.int8))
import ml_dtypes
x = np.array([1, 2], ml_dtypes.bfloat16)
assert s.logaddexp(x, x, out=np.zeros(2, x.dtype)).dtype == x.dtype
for f in (s.sigmoid, s.log_sigmoid, s.softplus, s.logit): assert f(x * x.dtype.type(0.25)).dtype == x.dtype
assert s.log1mexp(-x, dtype=x.dtype).dtype == x.dtype and s.logsubexp(x, x - x).dtype == x.dtype
assert type(s.sigmoid(x[0])) is ml_dtypes.bfloat16
assert s.logaddexp(x, np.zeros(2, np.float32)).dtype == np.float32
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr


def test_bfloat16_and_float16_meet_in_float32():
    a, b = np.ones(3, BFLOAT16), np.ones(3, np.float16)
    assert_same_bits(stablesoftmax.logaddexp(a, b), stablesoftmax.logaddexp(a.astype(np.float32), b.astype(np.float32)))


@pytest.mark.parametrize("name", UNARY)
def test_half_precision_is_float32_rounded(name):
    for dtype in ("float16", "bfloat16"):
        (x,) = operands(name, 2000, dtype)
        function = getattr(stablesoftmax, name)
        assert_same_bits(function(x), function(x.astype(np.float32)).astype(x.dtype), dtype)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_pickle_and_masked_arrays(name):
    function = getattr(stablesoftmax, name)
    assert pickle.loads(pickle.dumps(function)) is function
    arrays = operands(name, 5, "float64")
    masked = function(*(np.ma.array(a, mask=[0, 1, 0, 0, 1]) for a in arrays))
    assert masked.mask.tolist() == [False, True, False, False, True]
    assert_same_bits(masked.compressed(), function(*arrays)[[0, 2, 3]])


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["float32", "float64"]), st.sampled_from(FUNCTIONS), st.data())
def test_any_patterns(dtype, name, data):
    """Whatever the bits of the operands: silent but for the two events, the same alone and among others, never an exception."""
    unsigned = {"float32": np.uint32, "float64": np.uint64}[dtype]
    patterns = st.lists(st.integers(0, int(np.iinfo(unsigned).max)), min_size=1, max_size=40)
    first = np.array(data.draw(patterns), unsigned).view(dtype)
    arrays = [first, np.resize(np.array(data.draw(patterns), unsigned), first.size).view(dtype)][: 2 if name in BINARY else 1]
    with np.errstate(over="raise", under="raise", invalid="ignore", divide="ignore"):
        assert_same_bits(getattr(stablesoftmax, name)(*arrays), one_by_one(name, *arrays))


def test_golden():
    """A change here is a change of bits: it needs a new bits_version, a reason, and the output of `python tests/pointwise.py`."""
    assert digests() == GOLDEN


@pytest.mark.parametrize("level", INFO["levels_supported"])
def test_every_level_has_the_golden_bits(level, monkeypatch):
    monkeypatch.setenv("STABLESOFTMAX_ISA", level)
    code = "import json, pointwise, stablesoftmax as s; print(json.dumps([s.build_info()['level'], pointwise.digests()]))"
    child = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"], capture_output=True, text=True, check=False
    )
    assert child.returncode == 0, child.stderr
    assert json.loads(child.stdout) == [level, GOLDEN]
