"""Makes every constant of the kernels and writes `src/native/math/coefficients.h`.

Run `python tools/coefficients/generate.py` (needs mpmath) and commit the header; `--check` compares instead of writing.
Each constant is computed at 400 bits and rounded once; the file says where each comes from and which error it leaves.
"""

import argparse
import itertools
import pathlib
import struct
import sys

from mpmath import mp, mpf

mp.prec = 400
HEADER = pathlib.Path(__file__).resolve().parents[2] / "src" / "native" / "math" / "coefficients.h"
# The one factor that brings all eight entries 2^(j/8) within 2^-28.4 (relative) of a float: entry 4 is exactly this float
# (found by search_table.py).
TABLE_ENTRY_4 = 1.410591721534729
# Likewise for doubles: within 2^-57.9, entry 0 is this integer times 2^-53 (search_table_f64.cpp tried six thousand million).
TABLE64_ENTRY_0 = 8923729352576857


def float32(value):
    """The float32 nearest to value, as a Python float."""
    return float(mp.mpf(value)) if value == 0 else _rounded(value, 24)


def float64(value):
    return _rounded(value, 53)


def _rounded(value, bits):
    value = mpf(value)
    exponent = int(mp.floor(mp.log(abs(value), 2))) + 1 - bits
    return float(mp.ldexp(mp.nint(mp.ldexp(value, -exponent)), exponent))


def minimax(function, degree, weight, half_width):
    """Coefficients of the polynomial of this degree nearest to function on [-half_width, half_width], by Remez's exchange."""
    count = degree + 2
    nodes = [half_width * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    for _ in range(12):
        matrix = mp.matrix(count, count)
        right = mp.matrix(count, 1)
        for i, x in enumerate(nodes):
            for k in range(degree + 1):
                matrix[i, k] = x**k
            matrix[i, degree + 1] = (-1) ** i / weight(x)
            right[i] = function(x)
        solution = mp.lu_solve(matrix, right)
        coefficients = [solution[k] for k in range(degree + 1)]

        def error(x, c=coefficients):
            return abs(weight(x) * (mp.polyval(c[::-1], x) - function(x)))

        nodes = _extrema(error, nodes, half_width)
    return coefficients, max(error(x) for x in nodes)


def _extrema(error, nodes, half_width):
    """One local maximum of error near each node, by golden section between the neighbours."""
    ordered = sorted(nodes, reverse=True)
    edges = [half_width] + [(a + b) / 2 for a, b in itertools.pairwise(ordered)] + [-half_width]
    found = []
    for high, low in itertools.pairwise(edges):
        for _ in range(60):
            a, b = low + (high - low) * mpf("0.382"), low + (high - low) * mpf("0.618")
            low, high = (a, high) if error(a) < error(b) else (low, b)
        found.append((low + high) / 2)
    return found


def tail(first, skipped):
    """(2^(f*step) - 1 - the first `skipped` terms) / f^(skipped + 1) near 0, as a series that does not cancel."""

    def function(f):
        x, total, power = first * f, mpf(0), mpf(1)
        for k in range(skipped + 1, skipped + 45):
            total += power * first ** (skipped + 1) / mp.factorial(k)
            power *= x
        return total

    return function


def hexadecimal(value, suffix=""):
    return float(value).hex() + suffix


def limbs(integer, count):
    """Least significant first."""
    return ", ".join(f"0x{(integer >> (64 * i)) & (2**64 - 1):016x}u" for i in range(count))


def word(integer):
    """A 128-bit constant as (high, low)."""
    return f"{{0x{integer >> 64:016x}u, 0x{integer & (2**64 - 1):016x}u}}"


def table_of(first, rounded):
    """The eight entries first*2^(j/8), rounded; their common factor, with which both largest errors are equal; that error."""
    steps = [mpf(2) ** (mpf(j) / 8) for j in range(8)]
    table = [rounded(first * step) for step in steps]
    factors = [mpf(entry) / step for entry, step in zip(table, steps, strict=True)]
    return table, (max(factors) + min(factors)) / 2, (max(factors) - min(factors)) / 2


def float32_table():
    return table_of(mpf(TABLE_ENTRY_4) / mp.sqrt(2), float32)


def float64_table():
    return table_of(mp.ldexp(TABLE64_ENTRY_0, -53), float64)


def growth(count, skipped, rounded):
    """Names and values of c1..c`count` of 2^(f/8) - 1 ~ f*(c1 + c2*f + ...), rounded, and the error of the real polynomial.

    The first `skipped` are rounded before the others are fitted to what is left: (2^(f/8) - 1 - c1*f)/f^2, weighted by f^2, so that
    the error is that of the whole, relative to the base."""
    step = mp.ln2 / 8
    first = rounded(step) if skipped else step
    target = tail(step, 1)
    fit, error = minimax(
        lambda f: target(f) + (0 if abs(f) < 1e-30 else (step - first) / f), count - 2, lambda f: f * f + mpf(10) ** -12, mpf("0.5")
    )
    return [rounded(first), *map(rounded, fit)], error


def float32_section():
    table, _, spread = float32_table()
    bits = [(struct.unpack("<I", struct.pack("<f", t))[0] - (j << 20)) & 0xFFFFFFFF for j, t in enumerate(table)]
    coefficients, error = growth(4, 1, float32)
    names = ", ".join(f"c{k + 1} = {hexadecimal(v, 'f')}" for k, v in enumerate(coefficients))
    log2e_8 = 8 / mp.ln2
    hi = float64(log2e_8)
    return f"""
struct Float32Coefficients {{
  // 8*log2(e), the number of steps of 1/8 octave in one unit of x; the constants of T = 1 are its parts.
  double steps_hi = {hexadecimal(hi)};
  double steps_lo = {hexadecimal(float64(log2e_8 - mpf(hi)))};
  // g*2^(j/8) less j << 20 (which the shifted step index adds back); one common factor g brings all eight
  // within 2^{mp.nstr(mp.log(spread, 2), 5)} of a float, so that the entries need no low parts.
  std::uint32_t table[8] = {{{", ".join(f"0x{b:08x}u" for b in bits)}}};
  // 2^(f/8) - 1 ~ f*(c1 + f*(c2 + f*(c3 + f*c4))), |f| <= 1/2; error of the real polynomial 2^{mp.nstr(mp.log(error, 2), 4)}.
  float {names};
}};
"""


def float64_section():
    table, _, spread = float64_table()
    bits = [(struct.unpack("<Q", struct.pack("<d", t))[0] - (j << 49)) & (2**64 - 1) for j, t in enumerate(table)]
    coefficients, error = growth(8, 1, float64)
    names = ", ".join(f"c{k + 1} = {hexadecimal(v)}" for k, v in enumerate(coefficients))
    entries = ",\n                            ".join(", ".join(f"0x{b:016x}u" for b in bits[k : k + 4]) for k in (0, 4))
    log2e_8 = 8 / mp.ln2
    hi = float64(log2e_8)
    return f"""
struct Float64Coefficients {{
  // 8*log2(e) as a pair.
  double steps_hi = {hexadecimal(hi)};
  double steps_lo = {hexadecimal(float64(log2e_8 - mpf(hi)))};
  // g*2^(j/8) less j << 49; one common factor g brings all eight within 2^{mp.nstr(mp.log(spread, 2), 5)} of a double.
  alignas(64) std::uint64_t table[8] = {{{entries}}};
  // 2^(f/8) - 1 ~ f*(c1 + f*(c2 + ... f*c8)), |f| <= 1/2; error of the real polynomial 2^{mp.nstr(mp.log(error, 2), 4)}.
  double {names};
}};
"""


def logarithm_section():
    def parts(value, places):
        """A multiple of 2^-places and what is left."""
        hi = float(mp.ldexp(mp.nint(mp.ldexp(value, places)), -places))
        return hi, float64(value - mpf(hi)) if value else 0.0

    def entries(values):
        bits = [struct.unpack("<Q", struct.pack("<d", v))[0] for v in values]
        rows = [", ".join(f"0x{b:016x}u" for b in bits[k : k + 4]) for k in (0, 4)]
        return ",\n                             ".join(rows)

    hi, lo = zip(*(parts(mp.log1p(mpf(j) / 8), 42) for j in range(8)), strict=True)
    ln2_hi, ln2_lo = parts(mp.ln2, 42)
    return f"""
struct LogarithmCoefficients {{
  // log(1 + j/8) and ln 2 as a multiple of 2^-42 and what is left: sums of the first parts are exact.
  alignas(64) std::uint64_t hi[8] = {{{entries(hi)}}};
  alignas(64) std::uint64_t lo[8] = {{{entries(lo)}}};
  double ln2_hi = {hexadecimal(ln2_hi)}, ln2_lo = {hexadecimal(ln2_lo)};
}};
"""


def fixed_section():
    scale = mpf(2) ** 127
    factors = [table()[1] for table in (float32_table, float64_table)]
    assert all(mpf("0.5") < factor < 1 for factor in factors)
    powers = ",\n    ".join(word(int(mp.nint(mp.ldexp(mpf(2) ** (mpf(i) / 64), 127)))) for i in range(64))
    inverses = ",\n    ".join(word(int(mp.nint(scale / mp.factorial(k)))) for k in range(1, 17))
    return f"""
struct FixedCoefficients {{
  // log2(e) * 2^191 and ln 2 * 2^128, ln 2 * 2^120: see fixed.h.
  std::uint64_t log2e[3] = {{{limbs(int(mp.nint(mp.ldexp(1 / mp.ln2, 191))), 3)}}};
  Word ln2 = {word(int(mp.nint(mp.ldexp(mp.ln2, 128))))};
  Word ln2_120 = {word(int(mp.nint(mp.ldexp(mp.ln2, 120))))};
  // The common factors of the float32 and the float64 table times 2^128.
  Word factor32 = {word(int(mp.nint(mp.ldexp(factors[0], 128))))};
  Word factor64 = {word(int(mp.nint(mp.ldexp(factors[1], 128))))};
  // 2^(i/64) * 2^127
  Word powers[64] = {{
    {powers}}};
  // 2^127 / k! for k = 1..16
  Word inverse_factorials[16] = {{
    {inverses}}};
}};
"""


def angle_section():
    with mp.workprec(1500):
        bits = int(mp.floor(mp.ldexp(2 / mp.pi, 64 * 21)))
    rows = [limbs(bits >> (64 * i), 1) for i in range(20, -1, -1)]
    joined = ",\n    ".join(", ".join(rows[k : k + 3]) for k in range(0, 21, 3))
    return f"""
struct AngleCoefficients {{
  // pi/2 * 2^127
  Word half_pi = {word(int(mp.nint(mp.ldexp(mp.pi / 2, 127))))};
  // 2/pi, most significant limb first: what the largest double needs
  std::uint64_t two_over_pi[21] = {{
    {joined}}};
}};
"""


def header():
    return f"""// Constants of the kernels. Made by tools/coefficients/generate.py; do not edit, a test compares.
// No include guard and no namespace of its own: fixed.h includes it once, inside the level's anonymous namespace.
struct Word {{
  std::uint64_t hi, lo;
}};
{float32_section()}{float64_section()}{logarithm_section()}{fixed_section()}{angle_section()}"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed header instead of writing it")
    text = header()
    if parser.parse_args().check:
        sys.exit(0 if HEADER.read_text() == text else "coefficients.h differs from what the script makes: run it and commit")
    HEADER.write_text(text)
