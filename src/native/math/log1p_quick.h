// log1p of a pair in doubles, a row a lane: where every element of a row waits for one, fixed point would be too slow.
#pragma once
#include "../simd/many.h"
#include "coefficients_once.h"

namespace {

struct Pair { // hi + lo in every lane
  D hi, lo;
};

ALWAYS_INLINE D where(Q mask, D v) { return bits<D>(mask & bits<Q>(v)); }
ALWAYS_INLINE D where(Q mask, D v, D other) { return bits<D>((mask & bits<Q>(v)) | (~mask & bits<Q>(other))); }

// s + lo = a + b, exactly.
template <class A, class B, class S> ALWAYS_INLINE void exact_sum(const A &a, const B &b, S &s, S &lo) {
  s = a + b;
  const auto part = s - a;
  lo = (a - (s - part)) + (b - part);
}

// log(1 + rest) for the pair rest = hi + lo, 0 <= hi < 2^60; relative error below 2^-57.
// As log1p_rest: 1 + rest = 2^a * m, log m = 2 atanh(s), s = (m - 1)/(m + 1), |s| < 0.172. s is a pair; of atanh(s) only what
// follows s is not, 2^-6.6 of it, with five roundings: 2^-57.5.
ALWAYS_INLINE Pair log1p_quick(D hi, D lo) {
  const Q small = hi <= splat(0.41421356237309503); // a = 0, m - 1 = rest itself
  D sum, sum_lo;
  exact_sum(splat(1.0), hi, sum, sum_lo);
  Q a = (bits<Q>(sum) >> 52) - 1023;
  D m = bits<D>(bits<Q>(sum) - (a << 52));
  const Q upper = m > splat(1.4142135623730951);
  m = where(upper, m * splat(0.5), m);
  a = (a - upper) & ~small; // a true lane is -1
  const D scale = bits<D>((splat(std::int64_t{1023}) - a) << 52), octave = __builtin_convertvector(a, D);
  const D m_lo = (sum_lo + lo) * scale;
  const D n_hi = where(small, hi, m - splat(1.0)), n_lo = where(small, lo, m_lo);
  D d_hi, d_lo; // of 2 + rest or m + 1
  exact_sum(where(small, splat(2.0), splat(1.0)), where(small, hi, m), d_hi, d_lo);
  d_lo = d_lo + where(small, lo, m_lo);
  const D s = n_hi / d_hi, s_lo = (fma(-s, d_hi, n_hi) + (n_lo - s * d_lo)) / d_hi;
  const D t = s * s, t2 = t * t, t4 = t2 * t2;
  const D p0 = (splat(1.0 / 3) + t * splat(1.0 / 5)) + t2 * (splat(1.0 / 7) + t * splat(1.0 / 9));
  const D p4 = (splat(1.0 / 11) + t * splat(1.0 / 13)) + t2 * (splat(1.0 / 15) + t * splat(1.0 / 17));
  const D tail = splat(2.0) * s * t * (p0 + t4 * (p4 + t4 * (splat(1.0 / 19) + t * splat(1.0 / 21))));
  D first, first_lo, second, second_lo;
  exact_sum(octave * splat(0x1.62e42fee00000p-1), splat(2.0) * s, first, first_lo); // octave*ln2_hi is exact
  exact_sum(first, tail, second, second_lo);
  const D rest = second_lo + first_lo + (octave * splat(0x1.a39ef35793c76p-33) + splat(2.0) * (s_lo + s_lo * t));
  const D log_hi = second + rest;
  return {log_hi, rest - (log_hi - second)};
}

}  // namespace
