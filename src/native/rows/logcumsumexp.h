// logcumsumexp of one row: the logsumexp of every prefix, in one pass.
//
// Method    The largest element so far stays out of the sum, as in logsumexp: max + log1p(rest). The rest is a sum of integers whose
//           quantum follows the largest term in it, upwards only. Terms before the sum and logarithms after it are made a strip of
//           elements at a time.
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

  inline void add(const Term &term) {
    const I128 next = quantum_for(term.exponent);
    if (nothing || next > quantum) rise(next);
    const I128 shift = term.exponent - term_bits - quantum; // at most 27
    U128 t = integer_of(term.base, term.growth);
    if (shift >= 0) t <<= static_cast<int>(shift);
    else if (shift > -128) t >>= static_cast<int>(-shift);
    else return;
    for (int k = 0; k < kept; k++, t >>= spacing) {
      const U128 low = (static_cast<U128>(sums[k][1]) << 64 | sums[k][0]) + t;
      sums[k][0] = static_cast<std::uint64_t>(low);
      sums[k][1] = static_cast<std::uint64_t>(low >> 64);
      sums[k][2] += low < t;
    }
  }

  // The rest as (hi + lo)*2^exponent: its leading 106 bits.
  inline void leading(double &hi, double &lo, I128 &exponent) const {
    const std::uint64_t *sum = sums[0];
    U128 total = static_cast<U128>(sum[1]) << 64 | sum[0];
    exponent = quantum;
    if (sum[2]) {
      const int over = 64 - __builtin_clzll(sum[2]);
      total = total >> over | static_cast<U128>(sum[2]) << (128 - over);
      exponent += over;
    } else if (total) {
      const auto high = static_cast<std::uint64_t>(total >> 64);
      const int lead = high ? __builtin_clzll(high) : 64 + __builtin_clzll(static_cast<std::uint64_t>(total));
      total <<= lead;
      exponent -= lead;
    }
    hi = static_cast<double>(static_cast<std::int64_t>(total >> 75)) * 0x1p75;
    lo = static_cast<double>(static_cast<std::int64_t>(total >> 22) & ((std::int64_t{1} << 53) - 1)) * 0x1p22;
  }
};

// The prefixes of one row, one element longer at a time.
class Prefix {
  const Context<Float64> &context;
  Term own{};
  RunningRest rest;

public:
  double max = -__builtin_inf(); // or +inf or nan once there is one

  explicit Prefix(const Context<Float64> &c) : context(c) {}

  // An element above -inf and its term.
  inline void take(double x, const Term &term) {
    if (x > max) {
      if (max > -infinity<double>() && counts_beside(context, max, x)) rest.add(own);
      else rest.clear();
      max = x;
      own = term;
    } else if (counts_beside(context, x, max)) {
      rest.add(term);
    }
  }

  // rest/t(max) is (hi + lo)*scale/(base*(1 + growth)).
  inline void write(double &hi, double &lo, double &base, double &growth, double &scale) const {
    base = own.base;
    growth = own.growth;
    I128 exponent;
    rest.leading(hi, lo, exponent);
    const I128 shift = exponent - own.exponent + Float64::bias;
    scale = power_of_two(shift < -1022 ? -1022 : static_cast<std::int64_t>(shift)); // there the ratio is below 2^-1390
  }
};

// A double as a float that any narrower format rounds as it would have rounded the double: truncated, and odd where that is inexact.
inline float rounded_to_odd(double v) {
  const float nearest = static_cast<float>(v);
  if (static_cast<double>(nearest) == v || v != v) return nearest;
  const std::uint32_t pattern = bits<std::uint32_t>(nearest);
  const double size = v < 0 ? -v : v, rounded = nearest < 0 ? -static_cast<double>(nearest) : static_cast<double>(nearest);
  return bits<float>((rounded > size ? pattern - 1 : pattern) | 1);
}

// T is how the elements are read: float, from half precision too, or double.
template <class T> class RunningRow {
  static constexpr std::size_t width = terms_at_once;
  const Access<T> access;
  const Context<Float64> context{1.0};
  Prefix prefix{context};
  U128 near_zero = 0; // the sum of e^x in units of 2^-124, of the elements before `summed`: made once max + log1p(rest) cancels
  std::size_t summed = 0;

  inline double fixed(std::size_t end) {
    const Multiplier by = log2e_over(1.0);
    for (; summed < end; summed++) {
      const double x = access.takes_part(summed) ? static_cast<double>(access.element(summed)) : -infinity<double>();
      if (x >= -90) near_zero += near_zero_term(x, by); // others are below 2^-129
    }
    return log_near_zero<Float64>(near_zero);
  }

  // Results of the prefixes that end with elements first.. of the row.
  inline void strip(std::size_t first, const double *x, double *results) {
    Term of[width];
    own_terms(context, x, of);
    double max[width], hi[width], lo[width], base[width], growth[width], scale[width];
    for (std::size_t i = 0; i < width; i++) {
      double &top = prefix.max;
      if (x[i] != x[i] || top != top) top = quiet_nan<double>();
      else if (x[i] == infinity<double>() || top == infinity<double>()) top = infinity<double>();
      else if (x[i] > -infinity<double>()) prefix.take(x[i], of[i]);
      max[i] = top;
      prefix.write(hi[i], lo[i], base[i], growth[i], scale[i]);
    }
    for (std::size_t v = 0; v < width; v += lanes<double>) {
      const D b = load(base + v), g = load(growth + v), h = fma(b, g, b), l = fma(b, g, b - h), s = load(hi + v), q = s / h;
      const D residual = fma(-q, h, s) + (load(lo + v) - q * l), unit = load(scale + v);
      const Pair ratio{q * unit, residual / h * unit};
      const MaxPlus quick = max_plus_quick(load(max + v), D{}, ratio.hi, ratio.lo);
      for (std::size_t e = 0; e < lanes<double>; e++) {
        const std::size_t i = v + e;
        if (max[i] - max[i] != 0) results[i] = max[i];
        else if (quick.cancelled[e]) results[i] = fixed(first + i < access.row.n ? first + i + 1 : access.row.n); // lanes end after the row
        else results[i] = quick.doubtful[e] ? max_plus_exactly(max[i], 0.0, {ratio.hi[e], ratio.lo[e]}) : quick.result[e];
      }
    }
  }

public:
  explicit RunningRow(const Row &row) : access(row) {}

  inline void run() {
    T gathered[block_elements], narrow[block_elements];
    double results[block_elements + width], of[width];
    const bool half = access.row.y_storage != Storage::native;
    const std::size_t n = access.row.n;
    for (std::size_t i = 0; i < n; i += block_elements) {
      const std::size_t m = n - i < block_elements ? n - i : block_elements;
      const T *x = access.fetch(i, m, gathered);
      for (std::size_t k = 0; k < m; k += width) {
        for (std::size_t j = 0; j < width; j++) of[j] = k + j < m ? static_cast<double>(x[k + j]) : -infinity<double>();
        strip(i + k, of, results + k);
      }
      for (std::size_t k = 0; k < m; k++) narrow[k] = half ? static_cast<T>(rounded_to_odd(results[k])) : static_cast<T>(results[k]);
      access.put(i, narrow, m);
    }
  }
};

template <class T> inline bool logcumsumexp_row(const Row &row) {
  RunningRow<T>(row).run();
  return false;
}

}  // namespace
