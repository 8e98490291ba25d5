// Gumbel noise, -log(-log u), from uniform 64-bit integers: never infinite, never NaN, the same bits everywhere.
//
// u = (k + 1/2)/2^64 is never 0 or 1, so the noise lies in [-3.809, 45.055]. Doubles and one sequence of operations: libm differs
// between platforms, and NumPy's log between processors.
#pragma once
#include "../simd/vector.h"

namespace {

// x = 2^octave * m, m in [sqrt(1/2), sqrt(2)), x positive and normal.
struct Reduced {
  D octave, m;
};
ALWAYS_INLINE Reduced reduce(D x) {
  constexpr std::uint64_t one = std::uint64_t{1023} << 52, root_half = 0x3fe6a09e667f3bcd;
  const W pattern = bits<W>(x), biased = (pattern + (one - root_half)) >> 52;
  return {bits<D>(biased | 0x4330000000000000u) - (0x1p52 + 1023), bits<D>(pattern - (biased << 52) + one)};
}

// log(2^octave * m) as log1p_rest in math/logarithm.h has it, 2 atanh((m - 1)/(m + 1)); relative error below 2^-50.9 for an
// exact `difference`, which is m - 1.
ALWAYS_INLINE D logarithm(const Reduced &x, D difference) {
  const D s = difference / (x.m + 1.0), t = s * s, t2 = t * t, t4 = t2 * t2;
  const D p0 = (1.0 / 3 + t * (1.0 / 5)) + t2 * (1.0 / 7 + t * (1.0 / 9));
  const D p4 = (1.0 / 11 + t * (1.0 / 13)) + t2 * (1.0 / 15 + t * (1.0 / 17));
  const D p = p0 + t4 * (p4 + t4 * (1.0 / 19 + t * (1.0 / 21)));
  const double ln2_hi = 0x1.62e42fee00000p-1, ln2_lo = 0x1.a39ef35793c76p-33; // octave*ln2_hi is exact
  return x.octave * ln2_hi + (2.0 * s + (2.0 * s * t * p + x.octave * ln2_lo));
}

// u and 1 - u are rounded once. Where u >= sqrt(1/2), octave 0, 1 - u is what has to keep its digits; elsewhere -log u > 0.346, so
// its relative error is below 2^-53 / 0.346 + 2^-50.9 < 2^-50.1. That is an absolute error of the noise, and the second logarithm
// adds 2^-50.9 of its own size: error < 2^-50 * (1 + |noise|).
ALWAYS_INLINE D gumbel(W k) {
  // the halves of k + 1/2, exactly
  const D high = bits<D>(k >> 32 | 0x4530000000000000u) - 0x1p84;
  const D low = bits<D>((k & 0xffffffffu) | 0x4330000000000000u) - (0x1p52 - 0.5);
  const D u = (high + low) * 0x1p-64, rest = ((0x1p64 - high) - low) * 0x1p-64; // rest = 1 - u
  const Reduced first = reduce(u);
  const W upper = bits<W>(first.octave == 0.0);
  const D difference = bits<D>((upper & bits<W>(-rest)) | (~upper & bits<W>(first.m - 1.0)));
  const Reduced second = reduce(-logarithm(first, difference));
  return -logarithm(second, second.m - 1.0);
}

// noise[i] of k[i]; n is a multiple of 8, the lanes of the widest level.
inline void gumbel_noise(const std::uint64_t *k, double *noise, std::size_t n) {
  for (std::size_t i = 0; i < n; i += lanes<double>) store<double>(noise + i, gumbel(load(k + i)));
}

}  // namespace
