// Gradients of entmax, given its result y: with respect to x (here) and to alpha (alpha_gradient.h).
//
// dx_i = s_i*(g_i - v), s_i = y_i^(2 - alpha), v = sum(s*g)/sum(s) over the support y > 0 (Peters, Niculae, Martins 2019).
// s_i is a pair of doubles, the sums are of integers, v a pair again. Bound: docs/design/sparse.md.
#pragma once
#include "entmax.h"

namespace {

// (hi + lo) * 2^exponent, hi in [1, 2].
struct Weight {
  Pair pair;
  std::int64_t exponent;
};

inline Weight weight_of(Scaled s) { return {pair_of(static_cast<I128>(s.m >> 1), -unit_bits), s.exponent}; }

// y^(1/2), relative error below 2^-103.
inline Weight square_root(double y) {
  const Scaled s = scaled(y);
  const std::int64_t odd = s.exponent & 1;
  const double m = static_cast<double>(static_cast<std::uint64_t>(s.m >> 64)) * (odd ? 0x1p-62 : 0x1p-63); // in [1, 4)
  const double root = __builtin_sqrt(m);
  return {{root, fma_one(-root, root, m) / (2 * root)}, (s.exponent - odd) / 2};
}

// y^(2 - alpha)
class Weights {
  double alpha, q; // q = 2 - alpha
  Scaled size_of_q;

public:
  explicit Weights(double a) : alpha(a), q(2.0 - a), size_of_q(scaled(q < 0 ? -q : q)) {}
  bool largest_at_smallest() const { return q < 0; }
  Weight operator()(double y) const {
    if (alpha == 2.0) return {{1.0, 0.0}, 0};
    if (alpha == 1.5) return square_root(y);
    if (alpha == 1.0) return weight_of(scaled(y));
    return weight_of(power(scaled(y), size_of_q, q < 0));
  }
};

// v * 2^exponent, rounded once unless the result is subnormal.
inline double times_power(double v, std::int64_t exponent) {
  for (; exponent < -1000; exponent += 1000) {
    if (v == 0.0 || exponent < -4000) return 0.0 * v;
    v *= 0x1p-1000;
  }
  for (; exponent > 1000; exponent -= 1000) {
    if (v == 0.0 || exponent > 4000) break;
    v *= 0x1p1000;
  }
  return v * power_of_two(exponent);
}

// What the first pass finds of the support.
struct Support {
  std::size_t size = 0;
  double smallest_y = __builtin_inf(), largest_y = 0, largest_g = 0; // of g: its size
  bool nan = false, infinite = false;                                // in g

  void see(double y, double g) {
    size++;
    smallest_y = y < smallest_y ? y : smallest_y;
    largest_y = y > largest_y ? y : largest_y;
    const double magnitude = g < 0 ? -g : g;
    nan |= g != g;
    infinite |= magnitude == __builtin_inf();
    largest_g = magnitude > largest_g ? magnitude : largest_g;
  }
};

template <class T> constexpr T smallest_positive = sizeof(T) == 4 ? static_cast<T>(0x1p-149) : static_cast<T>(0x1p-1074);

template <class T, class Take> inline void each_of_support(const Elements<T> &y, std::size_t n, Take take) {
  each_above(y, n, smallest_positive<T>, [&](std::size_t i, T v) { take(i, static_cast<double>(v)); });
}

template <class T> inline Support support_of(const Elements<T> &y, const Elements<T> &g, std::size_t n) {
  Support support;
  each_of_support(y, n, [&](std::size_t i, double v) { support.see(v, static_cast<double>(g[i])); });
  return support;
}

// Writes value(i, y) for the support and 0 elsewhere, each result after its element was read: in place is right too.
template <class T, class Value> inline void write_support(const Elements<T> &y, std::size_t n, const Results &results, Value value) {
  std::size_t done = 0;
  each_of_support(y, n, [&](std::size_t i, double v) {
    results.zero(done, i);
    results.put(i, value(i, v));
    done = i + 1;
  });
  results.zero(done, n);
}

// True where a NaN was made out of none. `y_nan`: there is a NaN in y, or an infinity.
template <class T> inline bool entmax_vjp_row(const Elements<T> &y, const Elements<T> &g, std::size_t n, double alpha, const Results &dx) {
  const Support support = support_of(y, g, n);
  if (!support.size) {
    dx.zero(0, n);
    return false;
  }
  if (support.nan || support.infinite) {
    write_support(y, n, dx, [](std::size_t, double) { return __builtin_nan(""); });
    return !support.nan;
  }
  const Weights weights(alpha);
  const std::int64_t top = weights(weights.largest_at_smallest() ? support.smallest_y : support.largest_y).exponent;
  const std::int64_t size_of_g = support.largest_g > 0 ? scaled(support.largest_g).exponent : 0;
  const auto scaled_g = [&](std::size_t i) { return times_power(static_cast<double>(g[i]), -size_of_g); }; // below 2 in size
  WideSum products, total; // in units of 2^-120
  each_of_support(y, n, [&](std::size_t i, double v) {
    const Weight w = weights(v);
    const double below = power_of_two(w.exponent - top), hi = w.pair.hi * below, lo = w.pair.lo * below, of_g = scaled_g(i);
    const double product = hi * of_g;
    products.add(to_fixed(product) + to_fixed(fma_one(hi, of_g, -product) + lo * of_g));
    total.add(to_fixed(hi) + to_fixed(lo));
  });
  const Pair numerator = pair_of(products, -120), denominator = pair_of(total, -120);
  const double mean = numerator.hi / denominator.hi;
  const double rest = ((fma_one(-mean, denominator.hi, numerator.hi) + numerator.lo) - mean * denominator.lo) / denominator.hi;
  write_support(y, n, dx, [&](std::size_t i, double v) {
    const Weight w = weights(v);
    Pair d = difference(scaled_g(i), mean);
    d.lo -= rest;
    const double product = w.pair.hi * d.hi;
    const double low = fma_one(w.pair.hi, d.hi, -product) + (w.pair.hi * d.lo + w.pair.lo * d.hi);
    return times_power(product + low, w.exponent + size_of_g);
  });
  return false;
}

}  // namespace
