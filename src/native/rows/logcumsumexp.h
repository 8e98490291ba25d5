// logcumsumexp of one row: the logsumexp of every prefix, in one pass.
//
// Method    The largest element so far stays out of the sum, as in logsumexp: max + log1p(rest). The rest is a sum of integers whose
//           quantum follows the largest term in it, upwards only.
// Order     A prefix is a multiset: its result does not depend on the order within it. The sums of floor(t/q) for the quantum
//           that counts and for the three next above it, 2^32 apart, are kept side by side, so that a larger term finds the sum
//           for its quantum ready, over all terms before it: those not kept are 0.
// Bound     That of logsumexp: quantum below 2^-95 of the largest term in the sum, fixed point where max + log1p(rest) cancels.
#pragma once
#include "integer_term.h"
#include "quick.h"

namespace {

class RunningRest {
  static constexpr int kept = 4, spacing = 32, limbs = 3;
  std::uint64_t sums[kept][limbs] = {}; // of floor(t / 2^(quantum + 32*k))
  I128 quantum = 0;                     // an exponent, a multiple of `spacing`
  bool nothing = true;

  // 96 to 127 below the exponent of a term: four sums reach above it.
  static inline I128 quantum_for(I128 exponent) { return (exponent >> 5) * spacing - 96; }

  inline void rise(I128 next) {
    const I128 steps = nothing ? kept : (next - quantum) / spacing;
    for (int k = 0; k < kept; k++)
      for (int i = 0; i < limbs; i++) sums[k][i] = k + steps < kept ? sums[k + static_cast<int>(steps)][i] : 0;
    quantum = next;
    nothing = false;
  }

public:
  inline void clear() { *this = RunningRest(); }

  inline void add(const OwnTerm<Float64> &term) {
    const I128 next = quantum_for(term.exponent);
    if (nothing || next > quantum) rise(next);
    const I128 shift = term.exponent - term_bits - quantum; // at most 27
    U128 t = integer_of(term);
    if (shift >= 0) t <<= static_cast<int>(shift);
    else if (shift > -128) t >>= static_cast<int>(-shift);
    else return;
    for (int k = 0; k < kept; k++, t >>= spacing) {
      U128 carry = 0;
      for (int i = 0; i < limbs; i++) {
        carry += static_cast<U128>(sums[k][i]) + (i < 2 ? static_cast<std::uint64_t>(t >> 64 * (i & 1)) : 0);
        sums[k][i] = static_cast<std::uint64_t>(carry);
        carry >>= 64;
      }
    }
  }

  // The rest in units of t(max), as a pair.
  inline Ratio over(const OwnTerm<Float64> &max) const {
    const std::uint64_t *sum = sums[0];
    U128 total = static_cast<U128>(sum[1]) << 64 | sum[0];
    int dropped = 0;
    if (sum[2] || total >> 127) { // bits past the 126th do not count
      dropped = 2 + (sum[2] ? 64 - __builtin_clzll(sum[2]) : 0);
      total = static_cast<U128>(sum[2]) << (128 - dropped) | total >> dropped;
    }
    return ratio_of<Float64>(static_cast<I128>(total), max.base, max.growth, quantum + dropped - max.exponent + Float64::bias);
  }
};

// The prefixes of one row, one element longer at a time.
class Prefix {
  const Access<double> &access;
  const Context<Float64> context{1.0};
  double max = -__builtin_inf();
  OwnTerm<Float64> own{context, 0.0};
  RunningRest rest;
  U128 near_zero = 0; // the sum of e^x in units of 2^-124, of the elements before `summed`: made once max + log1p(rest) cancels
  std::size_t summed = 0;

  inline void take(double x) {
    if (x > max) {
      if (max > -infinity<double>() && counts_beside(context, max, x)) rest.add(own);
      else rest.clear();
      max = x;
      own = OwnTerm<Float64>(context, x);
    } else if (counts_beside(context, x, max)) {
      rest.add(OwnTerm<Float64>(context, x));
    }
  }

  inline double fixed(std::size_t end) {
    const Multiplier by = log2e_over(1.0);
    for (; summed < end; summed++) {
      const double x = access.takes_part(summed) ? access.element(summed) : -infinity<double>();
      if (x >= -90) near_zero += near_zero_term(x, by); // others are below 2^-129
    }
    return log_near_zero<Float64>(near_zero);
  }

public:
  double result = -__builtin_inf();

  explicit Prefix(const Access<double> &a) : access(a) {}

  inline void next(std::size_t i, double x) {
    if (result != result || x == -infinity<double>()) return;
    if (x != x) result = quiet_nan<double>();
    else if (x == infinity<double>() || result == infinity<double>()) result = infinity<double>();
    else {
      take(x);
      const Ratio r = rest.over(own);
      const MaxPlus quick = max_plus_quick(splat(max), D{}, splat(r.hi), splat(r.lo));
      result = quick.cancelled[0] ? fixed(i + 1) : quick.doubtful[0] ? max_plus_exactly(max, 0.0, r) : quick.result[0];
    }
  }
};

inline bool logcumsumexp_row(const Row &row) {
  const Access<double> access(row);
  Prefix prefix(access);
  double gathered[block_elements], results[block_elements];
  for (std::size_t i = 0; i < row.n; i += block_elements) {
    const std::size_t m = row.n - i < block_elements ? row.n - i : block_elements;
    const double *x = access.fetch(i, m, gathered);
    for (std::size_t k = 0; k < m; k++) {
      prefix.next(i + k, x[k]);
      results[k] = prefix.result;
    }
    access.put(i, results, m);
  }
  return false;
}

}  // namespace
