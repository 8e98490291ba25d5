"""logsumexp of complex numbers against ball arithmetic: parts of the sum, one rounding, special values, bits."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from flint import acb, arb, ctx
from formats import FORMATS, assert_same_bits
from oracle import exact, resolved

import stablesoftmax
from stablesoftmax.scipy import logsumexp


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
    nothing = (expected.whole == 0) & (expected.part == 0)
    slack = np.ldexp(2.0**-99 + condition * 2.0**-97, np.where(nothing, -100, -expected.exponent))
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
    """Both parts of the sum keep 2^-98 of their terms, each for itself."""
    z = np.array([1, 1, 1 + 1e-15, -30], complex) + 1j * np.array([0, math.pi, 0, 1.0])
    for w in ([1, 1, 0, 0], [1, 0, -1, 0], [1, 0, -1, 1], [1j, 0, -1j, 1], [1e300, 0, -1e300, 1]):
        keep = np.array(w) != 0
        check(z[keep], np.array(w)[keep], logsumexp(z, b=w, return_sign=True))
    assert logsumexp([3 + 4j, 3 + 4j], b=[1, -1]) == -np.inf
    log, sign = logsumexp([3 + 4j, 3 + 4j], b=[1 + 2j, -1 - 2j], return_sign=True)
    assert (log, sign) == (-np.inf, 0)


def test_what_is_left_of_a_term():
    """e^z less itself as two pairs of doubles: what remains is the error of the parts, or the 2^-107 that are there."""
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
            assert not abs(left - part) > term * (arb(2) ** -98 + 3 * arb(2) ** -125)


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
