"""stablesoftmax.scipy without SciPy: against exact arithmetic, and what it promises of shapes, dtypes, scalars and errors.

tests/integration/test_scipy_special.py compares with SciPy itself.
"""

import itertools
import math
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest
from flint import arb, ctx
from formats import FORMATS, assert_same_bits
from oracle import exact

import stablesoftmax
from stablesoftmax.scipy import expit, log_expit, log_softmax, logit, logsumexp, softmax

REAL = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64]
COMPLEX = [np.complex64, np.complex128]


# weights and special values -----------------------------------------------------------------------------------------


def test_equal_elements_whose_weights_cancel():
    """Weights that are multiples of one number, up to 2^26, leave nothing; SciPy has what rounding leaves."""
    rng = np.random.default_rng(6)
    for n in [2, 3, 4, 7] * 50:
        b = rng.integers(-(2**23), 2**23, n)
        b[-1] = -b[:-1].sum()
        for dtype in (np.float32, np.float64, np.complex64, np.complex128):
            a = np.full(n, operands(dtype, (), int(b[0]) % 1000))
            log, sign = logsumexp(a, b=b * 0.3 if n == 2 else b, return_sign=True)
            assert (log, sign) == (-np.inf, 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_of_any_sign(dtype):
    """scipy 22903: a negative weight on the largest term."""
    rng = np.random.default_rng(3)
    for n in [1, 2, 3, 8, 40] * 8:
        a, b = rng.normal(0, 5, n).astype(dtype), rng.normal(0, 1, n).astype(dtype)
        log, sign = logsumexp(a, b=b, return_sign=True)
        ctx.prec = 500
        terms = [arb(float(x)).exp() * arb(float(w)) for x, w in zip(a, b, strict=True)]
        total = sum(terms, arb(0))
        condition = float((sum((abs(t) for t in terms), arb(0)) / abs(total)).upper())
        expected = exact([abs(total).log()], FORMATS[np.dtype(dtype).name])
        assert expected.errors(log)[0] <= 1 + np.ldexp(condition * 2.0**-55, -expected.exponent[0])
        assert sign == (1 if total > 0 else -1)
        assert (log.dtype, sign.dtype) == (dtype, dtype)
        plain = logsumexp(a, b=b)
        assert_same_bits(plain, log if sign > 0 else dtype(np.nan))


def by_rule(a, b):
    """The sum of b*e^a where it is not finite, else None; elements of weight 0 do not count."""
    terms = [(x, w) for x, w in zip(a, b, strict=True) if w != 0]
    infinite = [w * math.inf for x, w in terms if x == math.inf or math.isinf(w)]
    if any(math.isnan(x) or math.isnan(w) or (x == -math.inf and math.isinf(w)) for x, w in terms):
        return math.nan
    return sum(infinite) if infinite else None


def test_special_values():
    """scipy 4702: weight 0 drops inf and nan; scipy 23548: the sign of an infinite sum."""
    values = [np.inf, -np.inf, np.nan, -0.0, 1.0, 800.0, -800.0]
    for a in itertools.product(values, repeat=2):
        for b in itertools.product([0, -0.0, 1, -1, 2.5, np.nan, np.inf, -np.inf, 5e-324], repeat=2):
            log, sign = logsumexp(a, b=b, return_sign=True)
            total = by_rule(a, b)
            if total is None:
                ctx.prec = 3000
                terms = [arb(x).exp() * arb(w) for x, w in zip(a, b, strict=True) if w != 0 and x != -np.inf]
                finite = sum(terms, arb(0))
                wanted = float(abs(finite).log()) if finite != 0 else -np.inf
                assert sign == (finite > 0) - (finite < 0)
                slack = 2.0**-55 * float(sum((abs(t) for t in terms), arb(0)) / abs(finite)) if finite != 0 else 0.0
                assert log == wanted or abs(log - wanted) <= 2.3e-16 * abs(wanted) + slack
            elif math.isnan(total):
                assert np.isnan([log, sign]).all(), (a, b, log, sign)
            else:
                assert (log, sign) == (np.inf, np.sign(total))
            plain = logsumexp(a, b=b)
            assert np.isnan(plain) if not sign >= 0 else plain == log


# shapes, dtypes, bits ------------------------------------------------------------------------------------------------


def operands(dtype, shape, seed=0):
    rng = np.random.default_rng(seed)
    a = rng.normal(0, 2, shape)
    return (a + 1j * rng.normal(0, 2, shape)).astype(dtype) if dtype in COMPLEX else np.asarray(a.astype(dtype))


@pytest.mark.parametrize("dtype", REAL + COMPLEX)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 4), (0,), (0, 3), (3, 0), (2, 3, 4, 2)])
def test_axes(dtype, shape):
    """The same bits as a row at a time; shapes as NumPy's reductions, but that a scalar is an array of one."""
    a, b = operands(dtype, shape), operands(dtype, shape, 1)
    at_least_1d = np.atleast_1d(a)
    rank = at_least_1d.ndim
    every = [None, *range(-rank, rank), (), *itertools.combinations(range(rank), 2)]
    for axis, keepdims, weighted in itertools.product(every, (False, True), (False, True)):
        given = {"b": b} if weighted else {}
        log, sign = logsumexp(a, axis, keepdims=keepdims, return_sign=True, **given)
        expected = np.add.reduce(np.ones(at_least_1d.shape), axis=axis, keepdims=keepdims)
        assert log.shape == sign.shape == expected.shape
        own = np.dtype(dtype)
        assert (log.dtype, sign.dtype) == (np.empty(0, own).real.dtype if dtype in COMPLEX else own, own)
        assert isinstance(log, np.ndarray) == bool(expected.ndim)
        axes = range(rank) if axis is None else (axis,) if isinstance(axis, int) else axis
        axes = [x % rank for x in axes]
        outer = [x for x in range(rank) if x not in axes]
        rows, weights = (np.atleast_1d(x).transpose(outer + axes) for x in (a, b))
        flat_log = np.asarray(log).reshape([at_least_1d.shape[x] for x in outer])
        for index in np.ndindex(flat_log.shape):
            one = logsumexp(rows[index].ravel(), b=weights[index].ravel() if weighted else None, return_sign=True)[0]
            assert_same_bits(one, flat_log[index])


def same(a, b):
    """The same bits of complex arrays."""
    assert a.dtype == b.dtype
    assert_same_bits(np.stack([a.real, a.imag]), np.stack([b.real, b.imag]))


@pytest.mark.parametrize("dtype", COMPLEX)
def test_layouts_and_order(dtype):
    a = operands(dtype, (6, 7))
    expected = logsumexp(a, axis=1)
    padded = np.zeros((12, 21), dtype)
    padded[::2, ::3] = a
    for view in (padded[::2, ::3], np.asfortranarray(a), a.astype(a.dtype.newbyteorder()), a[:, ::-1], a[:, [3, 1, 0, 6, 2, 5, 4]]):
        same(logsumexp(view, axis=1), expected)
    same(logsumexp(a[::-1], axis=1), expected[::-1])
    read_only = a.copy()
    read_only.flags.writeable = False
    same(logsumexp(read_only, axis=1), expected)
    wide = np.broadcast_to(a[:, :1], (6, 50))
    same(logsumexp(wide, axis=1), logsumexp(wide.copy(), axis=1))
    b = operands(dtype, (6, 7), 1)
    order = np.random.default_rng(0).permutation(7)
    same(logsumexp(a[:, order], 1, b[:, order]), logsumexp(a, 1, b))


def test_threads_and_blocks():
    a = operands(np.complex64, (40, 700))
    with stablesoftmax.num_threads(1):
        expected = logsumexp(a, axis=1)
    with stablesoftmax.num_threads(3):
        same(logsumexp(a, axis=1), expected)


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.uint8, np.int16, np.uint64])
def test_integers_and_bool(dtype):
    x = np.array([1, 0, 1], dtype)
    for function in (logsumexp, softmax, log_softmax, expit, log_expit, logit):
        with np.errstate(divide="ignore"):
            assert_same_bits(function(x), function(x.astype(np.float64)))
    assert_same_bits(logsumexp(x, b=x), logsumexp([1.0, 1.0]))


def test_dtypes_of_two_operands():
    single, half = np.ones(3, np.float32), np.ones(3, np.float16)
    for a, b, dtype in [
        (single, 2.5, np.float32),
        (single, 2, np.float32),
        (single, 1j, np.complex64),
        (single, np.float64(2), np.float64),
        (single, [1, 2, 3], np.float64),
        (single, np.ones(3, np.int8), np.float32),
        (5.0, single, np.float32),
        (half, half, np.float16),
        (half, single, np.float32),
        (np.ones(3, int), half, np.float64),
        (np.ones(3, int), np.ones(3, bool), np.float64),
        (np.ones(3, np.complex64), np.ones(3, int), np.complex128),
        (np.ones(3, np.int8), np.ones(3, np.complex64), np.complex64),
        (np.ones(3, ml_dtypes.bfloat16), np.ones(3, int), np.float64),
        (np.ones(3, ml_dtypes.bfloat16), single, np.float32),
    ]:
        assert logsumexp(a, b=b).dtype == dtype, (a, b)


def test_broadcasting():
    a, b = operands(np.float64, (3,)), operands(np.float64, (2, 1), 1)
    assert_same_bits(logsumexp(a, 1, np.abs(b)), logsumexp(np.tile(a, (2, 1)), 1, np.tile(np.abs(b), (1, 3))))
    assert logsumexp(2.0, b=[1, 2, 3]).shape == ()
    assert logsumexp([[1.0], [2.0]], b=[1, 1, 1], keepdims=True).shape == (1, 1)
    assert logsumexp(np.zeros((0, 3)), 0, b=2.0).tolist() == [-np.inf] * 3


def test_small_results():  # scipy 18295, 19521
    assert logsumexp([0.0, -40.0]) == log_softmax([0.0, -40.0])[0] * -1 == 4.248354255291589e-18
    assert log_softmax(np.float32([0, -80]))[0] == np.float32(-1.8048514e-35)


def test_empty_sums():  # scipy 20399
    assert logsumexp([]) == -np.inf
    assert logsumexp(np.zeros((0, 3)), axis=(0, 1), return_sign=True) == (-np.inf, 0)
    assert logsumexp(np.zeros((2, 0), complex), axis=1).tolist() == [-np.inf, -np.inf]


def test_the_others_are_those_of_this_package():
    x = operands(np.float32, (4, 5, 6))
    for axis in (None, 0, -1, (0, 2), ()):
        assert_same_bits(softmax(x, axis), stablesoftmax.softmax(x, axis))
        assert_same_bits(log_softmax(x, axis=axis), stablesoftmax.log_softmax(x, axis))
    assert softmax([0.0, 0.0, 0.0, 0.0]).tolist() == [0.25] * 4
    assert (type(softmax(5.0)), type(log_softmax(5))) == (np.float64, np.float64)
    assert (expit, log_expit, logit) == (stablesoftmax.sigmoid, stablesoftmax.log_sigmoid, stablesoftmax.logit)


# what is refused, and imports ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: logsumexp([1.0, 2.0], axis=1), np.exceptions.AxisError, "logsumexp: axis 1 is out of range"),
        (lambda: logsumexp([1.0, 2.0], axis=(0, 0)), ValueError, "names an axis twice"),
        (lambda: logsumexp([1.0, 2.0], axis=1.0), TypeError, "axis must be an int"),
        (lambda: logsumexp([1.0, 2.0], b=[1, 2, 3]), ValueError, "b of shape (3,) and a of shape (2,) do not broadcast"),
        (lambda: logsumexp(["1", "2"]), TypeError, "a has dtype <U1"),
        (lambda: logsumexp([1.0], b=["1"]), TypeError, "b has dtype <U1"),
        (lambda: logsumexp(np.zeros(2, "M8[s]")), TypeError, "a has dtype datetime64"),
        (lambda: logsumexp(np.zeros(2, np.clongdouble)), TypeError, "complex64 and complex128"),
        (lambda: logsumexp(np.zeros(2, np.longdouble)), TypeError, "a has dtype"),
        (lambda: logsumexp([None]), TypeError, "a has dtype object"),
        (lambda: logsumexp([[1.0], [1.0, 2.0]]), ValueError, "a is no array"),
        (lambda: logsumexp(np.ma.array([1.0, 2.0])), TypeError, "use logsumexp(a.data, b=~a.mask)"),  # scipy 3034
        (lambda: logsumexp([1.0, 1.0], b=np.ma.array([1.0, 2.0])), TypeError, "b is a masked array"),
        (lambda: softmax(np.ma.array([1.0])), TypeError, "use stablesoftmax.softmax(x.data, where=~x.mask)"),
        (lambda: log_softmax(np.ma.array([1.0])), TypeError, "use stablesoftmax.log_softmax(x.data, where=~x.mask)"),
        (lambda: softmax([1j]), TypeError, "softmax: x has dtype complex128"),
        (lambda: softmax(1.0, axis=1), np.exceptions.AxisError, "softmax: axis 1"),
        (lambda: expit(1j), TypeError, "sigmoid"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


def test_works_without_scipy():
    code = """
import sys
sys.modules["scipy"] = None
import stablesoftmax
assert "stablesoftmax.scipy" not in sys.modules and "scipy" in dir(stablesoftmax)
assert stablesoftmax.scipy.logsumexp([0.0, 0.0], b=[1, -0.5]) < 0
from stablesoftmax.scipy import logsumexp
assert logsumexp is stablesoftmax.scipy.logsumexp
try: stablesoftmax.scipi
except AttributeError as error: assert "scipi" in str(error)
else: raise SystemExit(1)
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
