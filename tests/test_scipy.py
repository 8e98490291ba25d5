"""stablesoftmax.scipy without SciPy: against exact arithmetic, and what it promises of shapes, dtypes, scalars and errors.

tests/integration/test_scipy_special.py compares with SciPy itself.
"""

import itertools
import math
import os
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest
from flint import acb, arb, ctx
from formats import FORMATS, assert_same_bits
from oracle import exact, resolved

import stablesoftmax
from stablesoftmax.scipy import expit, log_expit, log_softmax, logit, logsumexp, softmax

REAL = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64]
COMPLEX = [np.complex64, np.complex128]


# exact arithmetic ----------------------------------------------------------------------------------------------------


def balls(z, w, precision):
    """log |sum|, angle and the two parts of the phase, and the sums of the sizes of the terms over |sum|."""
    ctx.prec = precision
    terms = [(arb(x.real).exp(), arb(x.imag), arb(v.real), arb(v.imag)) for x, v in zip(z, w, strict=True)]
    parts = [(e * u * y.cos(), -e * v * y.sin(), e * u * y.sin(), e * v * y.cos()) for e, y, u, v in terms]
    re, im = sum((a + b for a, b, _, _ in parts), arb(0)), sum((c + d for _, _, c, d in parts), arb(0))
    size = (re * re + im * im).sqrt()
    results = [size.log(), acb(re, im).arg(), re / size, im / size]
    return results, [abs(a) + abs(b) + abs(c) + abs(d) for a, b, c, d in parts], size


def check(z, w, got, dtype=np.complex128):
    """Every result within the bound, which is `slack` wider than 1/2 ulp (complex128) or 0.51 ulp (complex64)."""
    z, w = [complex(x) for x in z], [complex(v) for v in w]
    fmt = FORMATS["float64" if dtype == np.complex128 else "float32"]
    precision = 400
    while True:
        results, sizes, size = balls(z, w, precision)
        if all(resolved(ball, fmt) for ball in results):
            break
        precision *= 4
        assert precision < 100_000
    condition = float((sum(sizes, arb(0)) / size).upper())
    log, phase = got
    both = logsumexp(np.array(z, dtype), b=np.array(w, dtype))
    assert_same_bits(both.real, log)
    values = [log, both.imag, phase.real, phase.imag]
    expected = exact(results, fmt)
    errors = expected.errors(np.array(values, fmt.dtype))
    slack = np.ldexp(2.0**-99 + condition * 2.0**-109, -expected.exponent)
    assert (errors <= 0.51 + slack).all(), (z, w, values, errors)
    return errors


def specials(rng, n):
    """Imaginary parts next to multiples of pi/2, tiny, subnormal and huge."""
    hard = [0.0, -0.0, 5e-324, 1e-300, -1e-20, 0.785, math.pi / 4, 0.7853981633974484, math.pi / 2, -math.pi, math.pi * 1e10]
    hard += [6381956970095103 * 2.0**797, 1.7976931348623157e308, 1e22, -(2.0**1000), 3 * math.pi / 2, 2.0**52 + 0.5]
    return np.where(rng.random(n) < 0.6, rng.choice(hard, n), rng.normal(0, 3, n) * 10.0 ** rng.integers(-5, 6))


@pytest.mark.parametrize("weights", ["none", "real", "complex"])
@pytest.mark.parametrize("spread", [1e-5, 1.0, 300.0])
def test_complex_sums_are_exact_but_for_one_rounding(weights, spread):
    rng = np.random.default_rng(1)
    for n in [1, 1, 1, 2, 2, 3, 5, 17] * 6:
        z = rng.normal(0, spread, n) + 1j * specials(rng, n)
        w = np.ones(n, complex) if weights == "none" else rng.normal(0, 1, n) + 1j * (weights == "complex") * rng.normal(0, 1, n)
        check(z, w, logsumexp(z, b=w, return_sign=True))


def test_complex64():
    rng = np.random.default_rng(2)
    for n in [1, 2, 3, 9] * 10:
        z, w = (rng.normal(0, 3, n) + 1j * rng.normal(0, 1000, n)).astype(np.complex64), np.ones(n, np.complex64)
        log, sign = logsumexp(z, return_sign=True)
        assert (log.dtype, sign.dtype) == (np.float32, np.complex64)
        check(z, w, (log, sign), np.complex64)


def test_sums_that_cancel():
    """Both parts of the sum keep 2^-110 of their terms, each for itself."""
    z = np.array([1, 1, 1 + 1e-15, -30], complex) + 1j * np.array([0, math.pi, 0, 1.0])
    for w in ([1, 1, 0, 0], [1, 0, -1, 0], [1, 0, -1, 1], [1j, 0, -1j, 1], [1e300, 0, -1e300, 1]):
        keep = np.array(w) != 0
        check(z[keep], np.array(w)[keep], logsumexp(z, b=w, return_sign=True))
    assert logsumexp([3 + 4j, 3 + 4j], b=[1, -1]) == -np.inf
    log, sign = logsumexp([3 + 4j, 3 + 4j], b=[1 + 2j, -1 - 2j], return_sign=True)
    assert (log, sign) == (-np.inf, 0)


def test_what_is_left_of_a_term():
    """e^z less itself as two pairs of doubles: what remains is the error of the parts, or the 2^-107 that are really there."""
    rng = np.random.default_rng(4)
    ctx.prec = 1200
    for y in [*specials(rng, 300).tolist(), *rng.normal(0, 4, 200)]:
        if abs(y) < 1e-200:
            continue  # what is left lies below the smallest phase
        x = float(rng.normal(0, 30))
        size = arb(x).exp()
        rest, weights = [size * arb(y).cos(), size * arb(y).sin()], [1.0]
        terms = [2 * abs(part) for part in rest]
        for _ in range(2):
            nearest = [float(part) for part in rest]
            weights.append(-complex(*nearest))
            rest = [part - value for part, value in zip(rest, nearest, strict=True)]
        log, phase = logsumexp([complex(x, y), 0, 0], b=weights, return_sign=True)
        for part, term, value in zip(rest, terms, (phase.real, phase.imag), strict=True):
            left = arb(float(log)).exp() * float(value) if log > -np.inf else arb(0)
            assert not abs(left - part) > term * (arb(2) ** -113 + 3 * arb(2) ** -125)


def test_a_tiny_imaginary_part():  # scipy 21709
    for tiny in (1e-20, 1e-300, 5e-324):
        assert logsumexp([complex(5, tiny)]) == complex(5, tiny)
        assert logsumexp([complex(0, tiny), -800]).imag == tiny
    assert logsumexp([0, 1e-20j]).imag == 5e-21
    assert logsumexp([1e308 + 1e-300j, -1e308]) == 1e308 + 1e-300j


def test_the_branch_cut():
    assert logsumexp([1 + 0j], b=[-1]) == 1 + 1j * math.pi
    assert logsumexp([complex(0, -0.0)], b=[-1]).imag == math.pi  # -0 is 0
    assert logsumexp([complex(0, -1e-300)], b=[-1]).imag == math.pi  # e^z = 1 - 1e-300i, its negative lies above the axis
    assert logsumexp([complex(0, 1e-300)], b=[-1]).imag == -math.pi


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


def test_complex_special_values():
    inf, nan = math.inf, math.nan
    for z, w, log, angle in [
        ([complex(inf, 0), 1], None, inf, 0),
        ([complex(inf, 1), 1], None, inf, math.pi / 4),
        ([complex(inf, 3)], [-1], inf, -math.pi / 4),
        ([complex(inf, 2)], [1j], inf, -3 * math.pi / 4),
        ([complex(-inf, 1), complex(-inf, nan), complex(-inf, inf)], None, -inf, 0),
        ([complex(1, nan), 1], None, nan, nan),
        ([complex(1, inf)], None, nan, nan),
        ([complex(nan, 0)], None, nan, nan),
        ([complex(inf, nan)], None, inf, nan),
        ([complex(nan, inf), 1], [0, 1], 1, 0),
        ([complex(inf, 0), complex(inf, 0)], [1, -1], nan, nan),
        ([complex(inf, 0), 0], [1, 5], inf, 0),
        ([1], [complex(-inf, 0)], inf, math.pi),
        ([1], [complex(0, inf)], inf, math.pi / 2),
        ([complex(-inf, 0)], [complex(inf, 0)], nan, nan),
        ([complex(0, 0)], [0j], -inf, 0),
    ]:
        z = np.array(z, complex)
        result = logsumexp(z, b=w)
        np.testing.assert_array_equal([result.real, result.imag], [log, angle], str((z, w)))
        size, phase = logsumexp(z, b=w, return_sign=True)
        np.testing.assert_array_equal(size, log)
        if not math.isnan(angle):
            expected = complex(math.cos(angle), math.sin(angle)) if log > -inf else 0
            assert abs(phase - expected) < 3e-16
        else:
            assert np.isnan(phase.real)
            assert np.isnan(phase.imag)


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


GOLDEN = "24f7c9d87d7f2662"
PROGRAM = """
import hashlib, numpy as np
from stablesoftmax.scipy import logsumexp
k = np.arange(3000.0).reshape(60, 50)
z = np.empty(k.shape, complex)
z.real, z.imag = k % 17 - k % 23 / 8, k * k * 0.37 - k % 5 * 2.0**40
log, phase = logsumexp(z, 1, 1 - k % 7 / 4, return_sign=True)
print(hashlib.sha256(logsumexp(z, 0).tobytes() + log.tobytes() + phase.tobytes()).hexdigest()[:16])
"""


@pytest.mark.parametrize("level", stablesoftmax.build_info()["levels_supported"])
def test_complex_bits_of_every_level(level):
    """A change here is a change of bits: it needs a new bits_version and a reason."""
    environment = os.environ | {"STABLESOFTMAX_ISA": level}
    child = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    assert child.stdout.strip() == GOLDEN


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
        (lambda: logsumexp(np.ma.array([1.0, 2.0])), TypeError, "use logsumexp(a.data, b=~a.mask)"),
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
