// log1p of the rest of a row: once in doubles for float32, once in fixed point for float64 and for rows near zero.
#pragma once
#include "fixed.h"

namespace {

// octave*ln 2 + log(m), given m - 1 and m + 1 for m in [sqrt(1/2), sqrt 2]: X is a double or a vector of them.
template <class X> inline X log_of_quotient(X numerator, X denominator, X octave) {
  const X s = numerator / denominator, t = s * s;
  // atanh(s)/s - 1 = t/3 + t^2/5 + ...; the first term left out is t^11/23 < 2^-60
  const X t2 = t * t, t4 = t2 * t2; // by Estrin's scheme: a row waits for this
  const X p0 = (1.0 / 3 + t * (1.0 / 5)) + t2 * (1.0 / 7 + t * (1.0 / 9));
  const X p4 = (1.0 / 11 + t * (1.0 / 13)) + t2 * (1.0 / 15 + t * (1.0 / 17));
  const X p = p0 + t4 * (p4 + t4 * (1.0 / 19 + t * (1.0 / 21)));
  const double ln2_hi = 0x1.62e42fee00000p-1, ln2_lo = 0x1.a39ef35793c76p-33; // Cody and Waite: octave*ln2_hi is exact
  return octave * ln2_hi + (2.0 * s + (2.0 * s * t * p + octave * ln2_lo));
}

// log(1 + r) for 0 <= r < 2^40; relative error below 2^-50. No library call: libm differs between platforms.
// 1 + r = 2^a * m, m in [sqrt(1/2), sqrt 2); log m = 2 atanh(s), s = (m - 1)/(m + 1), |s| < 0.172; for a = 0 m - 1 is r
// itself, so a tiny r loses nothing.
inline double log1p_rest(double r) {
  double numerator = r, denominator = 2.0 + r, octave = 0.0;
  if (r > 0.41421356237309503) {
    double m = 1.0 + r;
    std::uint64_t pattern;
    __builtin_memcpy(&pattern, &m, sizeof m);
    std::int64_t a = static_cast<std::int64_t>(pattern >> 52) - 1023;
    pattern = (pattern & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1023} << 52;
    __builtin_memcpy(&m, &pattern, sizeof m);
    if (m > 1.4142135623730951) m *= 0.5, a++;
    numerator = m - 1.0;
    denominator = m + 1.0;
    octave = static_cast<double>(a);
  }
  return log_of_quotient(numerator, denominator, octave);
}

// x * 2^120 rounded towards zero, |x| < 128.
inline I128 to_fixed(double x) {
  std::uint64_t pattern;
  __builtin_memcpy(&pattern, &x, sizeof x);
  const std::int64_t exponent = static_cast<std::int64_t>(pattern >> 52 & 2047) - 1075 + 120;
  const std::uint64_t mantissa = (pattern & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1} << 52;
  if (exponent < -63) return 0; // below 2^-130; subnormals end here too
  const I128 size = exponent >= 0 ? static_cast<I128>(mantissa) << exponent : static_cast<I128>(mantissa >> -exponent);
  return pattern >> 63 ? -size : size;
}

// v * 2^-120 as a pair of doubles, hi the nearest.
inline void from_fixed(I128 v, double &hi, double &lo) {
  hi = static_cast<double>(v) * 0x1p-120;
  lo = static_cast<double>(v - to_fixed(hi)) * 0x1p-120;
}

// log(m * 2^(a - 127)) * 2^120 for m in [2^127, 2^128): absolute error below 2^-102.
// One step from a double: log m = y + log(m/e^y), and with e^y = e, |m - e| < 2^-48 e, log(m/e) = 2 (m - e)/(m + e) + O(2^-145); the divisor keeps 53 bits.
inline I128 fixed_log(U128 m, std::int64_t a) {
  constexpr FixedCoefficients c{};
  const double y = log1p_rest(static_cast<double>(static_cast<std::uint64_t>(m >> 64) - (std::uint64_t{1} << 63)) * 0x1p-63);
  Octaves o = octaves(y, log2e_over(1.0));
  U128 e = fixed_exp2(o.f);
  I128 difference;
  if (o.k == 0) difference = static_cast<I128>(m - e);
  else { // e^y reached 2 although m did not
    difference = static_cast<I128>((m >> 1) - e) * 2;
    e = ~U128{0};
  }
  const U128 half_sum = (m >> 1) + (e >> 1);
  // 2*difference/(m + e) = difference/half_sum; difference is below 2^79, the quotient wanted times 2^120
  const I128 correction = (difference * (I128{1} << 46)) / static_cast<I128>(half_sum >> 74);
  return static_cast<I128>(a) * static_cast<I128>(wide(c.ln2_120)) + to_fixed(y) + correction;
}

// log(1 + rest) for the pair rest = hi + lo >= 0, hi below 2^60, as a pair; relative error below 2^-58 of the exact value.
inline void log1p_pair(double hi, double lo, double &log_hi, double &log_lo) {
  if (hi < 0x1p-40) { // rest - rest^2/2, the next term is below 2^-81
    const double square = 0.5 * hi * hi;
    log_hi = hi + (lo - square);
    log_lo = (hi - log_hi) + (lo - square);
    return;
  }
  // 1 + rest = m * 2^(a - 127)
  std::uint64_t pattern;
  __builtin_memcpy(&pattern, &hi, sizeof hi);
  const std::int64_t exponent = static_cast<std::int64_t>(pattern >> 52) - 1023;
  std::int64_t a = exponent > 0 ? exponent : 0;
  const auto scaled = [&](double v) -> I128 { // v * 2^(126 - a) as an integer, v < 2^(a + 1)
    std::uint64_t p;
    __builtin_memcpy(&p, &v, sizeof v);
    const std::int64_t shift = static_cast<std::int64_t>(p >> 52 & 2047) - 1075 + 126 - a;
    const std::uint64_t mantissa = (p & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1} << 52;
    const I128 size = shift >= 0 ? static_cast<I128>(mantissa) << shift : shift > -64 ? static_cast<I128>(mantissa >> -shift) : 0;
    return p >> 63 ? -size : size;
  };
  // the sum lies in [2^126, 2^128 + ...): in units of 2^(a - 126), as unsigned
  U128 m = (U128{1} << (126 - a)) + static_cast<U128>(scaled(hi) + scaled(lo));
  a -= 126;
  while (!(m >> 127)) m <<= 1, a--;
  from_fixed(fixed_log(m, a + 127), log_hi, log_lo);
}

}  // namespace
