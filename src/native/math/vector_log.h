// Logarithms of vectors of doubles: the float32 logarithm of logarithm.h a lane, and one that leaves a pair.
#pragma once
#include "logarithm.h"
#include "../simd/vector.h"

namespace {

// log1p_rest of every lane, r in [0, 2): the same operations, so the same bits.
inline D log1p_rests(D r) {
  const D m = 1.0 + r;
  const Q large = r > 0.41421356237309503, halved = m > 1.4142135623730951;
  const D v = halved ? m * 0.5 : m;
  return log_of_quotient<D>(large ? v - 1.0 : r, large ? v + 1.0 : 2.0 + r, halved ? splat(1.0) : D{});
}

struct LogPairs {
  D hi, lo;
};

// What log_pairs is off by at most, relative to the result.
constexpr double log_pairs_error = 0x1p-62;

// log(c) + log(m/c) from n = m - c and d = m + c as pairs, log c as its two parts; |n/d| <= 1/33.
// log(m/c) = 2 atanh(s), s = n/d. s + s^3/3 + ...: all but the first term is below 2^-11.7 s and made of four operations, each
// rounded, and their sum: 2^-11.7 * 5 * 2^-53 = 2^-62.4. The quotient is off by 2^-103, the first term left out is s^14/15.
inline LogPairs log_of_quotients(D n_hi, D n_lo, D d_hi, D d_lo, D c_hi, D c_lo) {
  const D inverse = 1.0 / d_hi, s = n_hi * inverse;
  const D s_lo = (fma(-s, d_hi, n_hi) + (n_lo - s * d_lo)) * inverse;
  const D u = s * s, u2 = u * u;
  D p = fma(u, splat(1.0 / 13), splat(1.0 / 11));
  p = fma(u2, p, fma(u, splat(1.0 / 9), splat(1.0 / 7)));
  p = fma(u2, p, fma(u, splat(1.0 / 5), splat(1.0 / 3)));
  const D first = 2.0 * s, rest = 2.0 * fma(s * u, p, s_lo);
  const D hi = c_hi + first; // c_hi is 0 or larger than `first`
  return {hi, ((c_hi - hi) + first) + (rest + c_lo)};
}

// log u as pairs for u = hi + lo, a normal number above 2^-1020; e = u - 1 likewise, which counts where u is near 1.
inline LogPairs log_pairs(D u, D u_lo, D e, D e_lo) {
  constexpr LogarithmCoefficients table{};
  const Q octave = (bits<Q>(u) >> 52) - 1023;
  const D down = bits<D>((1023 - octave) << 52), m = u * down, m_lo = u_lo * down;
  const D magic = splat(0x1.8p49); // whose last bit is 1/8
  const D rounded = m + magic, c = rounded - magic;
  const Q eighths = bits<Q>(rounded) - bits<Q>(magic); // of c: 8 to 16
  const Q octaves = octave + (eighths >> 4);
  const D k = bits<D>(octaves + bits<Q>(splat(0x1.8p52))) - splat(0x1.8p52);
  const Q near_one = octaves * 8 + (eighths & 7) == 0; // log c is 0
  const D c_hi = k * table.ln2_hi + bits<D>(lookup8(table.hi, eighths)), c_lo = k * table.ln2_lo + bits<D>(lookup8(table.lo, eighths));
  const D d = m + c;
  return log_of_quotients(near_one ? e * down : m - c, near_one ? e_lo * down : m_lo, d, (m - (d - c)) + m_lo, c_hi, c_lo);
}

// log(1 + t) as pairs for t = hi + lo, 0 <= t <= 1 + 2^-50.
inline LogPairs log1p_pairs(D t, D t_lo) {
  constexpr LogarithmCoefficients table{};
  const D m = 1.0 + t, m_lo = (t - (m - 1.0)) + t_lo;
  const D magic = splat(0x1.8p49); // whose last bit is 1/8
  const D rounded = m + magic, c = rounded - magic;
  const Q eighths = bits<Q>(rounded) - bits<Q>(magic); // of c: 8 to 16, of which the last is ln 2
  const Q two = eighths == 16;
  const D c_hi = two ? splat(table.ln2_hi) : bits<D>(lookup8(table.hi, eighths));
  const D c_lo = two ? splat(table.ln2_lo) : bits<D>(lookup8(table.lo, eighths));
  const D d = m + c;
  // t - (c - 1) is exact, and t itself where c = 1
  return log_of_quotients(t - (c - 1.0), t_lo, d, (m - (d - c)) + m_lo, c_hi, c_lo);
}

}  // namespace
