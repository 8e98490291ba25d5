// max + log1p(rest) where every element or every pair of rows waits for one: a row a lane, by the quick logarithm where its error
// cannot change the rounding.
#pragma once
#include "../math/log1p_quick.h"
#include "logsumexp.h"

namespace {

struct MaxPlus {
  D result;
  Q doubtful, cancelled; // lanes that need the exact logarithm, and lanes too near 0 for any (as in logsumexp.h)
};

ALWAYS_INLINE D plus_pair(D max, D hi, D lo) {
  D s, error;
  exact_sum(max, hi, s, error);
  return s + (error + lo);
}

// For the maxima max + max_lo and the pairs rest = hi + lo.
ALWAYS_INLINE MaxPlus max_plus_quick(D max, D max_lo, D hi, D lo) {
  const Pair log = log1p_quick(hi, lo);
  const D margin = splat(0x1p-57) * log.hi, log_lo = log.lo + max_lo;
  const D below = plus_pair(max, log.hi, log_lo - margin), above = plus_pair(max, log.hi, log_lo + margin);
  const D s = max + log.hi, size = larger(s, -s), off = smaller(log.hi, splat(1.0));
  return {plus_pair(max, log.hi, log_lo), below != above,
          (max < D{}) & (log.hi >= splat(Float64::least)) & (size < splat(Float64::cancelled) * off)};
}

// One lane by the exact logarithm.
inline double max_plus_exactly(double max, double max_lo, const Ratio &rest) {
  const LogRest log = log_of_ratio<Float64>(rest);
  bool cancelled;
  return max_plus<Float64>(max, {log.hi, log.lo + max_lo}, cancelled);
}

}  // namespace
