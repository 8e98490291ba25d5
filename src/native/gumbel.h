// Gumbel noise, -log(-log u), from uniform 64-bit integers: never infinite, never NaN, the same bits everywhere.
//
// u = (k + 1/2)/2^64 is never 0 or 1, so the noise lies in [-3.809, 45.055]. Doubles only, no library call: libm differs between
// platforms, and NumPy's log between processors.
#pragma once
#include "math/logarithm.h"

namespace stablesoftmax {
namespace {

// With log1p_rest right to 2^-50 and each r below to 3 * 2^-53, E = -log u has the relative error 2^-49.4, which is an absolute
// one of the noise; the second logarithm adds 2^-49.4 of its own size: error < 2^-49.4 * (1 + |noise|). log1p_rest needs no
// smaller r than 2^66: octave*ln2_hi is exact for every octave below 2^20.
inline double gumbel(std::uint64_t k) {
  const bool upper = k >> 63; // u > 1/2: 1 - u is what has to keep its digits
  const double v = (static_cast<double>(static_cast<std::int64_t>(upper ? ~k : k)) + 0.5) * 0x1p-64, w = 1.0 - v;
  const double exponential = log1p_rest(upper ? v / w : w / v); // -log u
  if (exponential >= 1.0) return -log1p_rest(exponential - 1.0);
  return log1p_rest((1.0 - exponential) / exponential);
}

}  // namespace
}  // namespace stablesoftmax
