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

// y^(2 - alpha): exact to 2^-100; for single precision to 2^-44, unless alpha = 1, 1.5 or 2.
class Weights {
  double alpha, q; // q = 2 - alpha
  Scaled size_of_q;
  bool rough;

public:
  Weights(double a, bool narrow) : alpha(a), q(2.0 - a), size_of_q(scaled(q < 0 ? -q : q)), rough(narrow && q > 0) {}
  bool largest_at_smallest() const { return q < 0; }
  Weight operator()(double y) const {
    if (alpha == 2.0) return {{1.0, 0.0}, 0};
    if (alpha == 1.5) return square_root(y);
    if (alpha == 1.0) return weight_of(scaled(y));
    return weight_of(rough ? scaled(rough_power(y, q)) : power(scaled(y), size_of_q, q < 0));
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

template <class T> constexpr T smallest_positive = sizeof(T) == 4 ? static_cast<T>(0x1p-149) : static_cast<T>(0x1p-1074);

// The support of a row of y with its g, and a value V that a gradient makes of each element: kept if the memory of the thread is large
// enough for them, else read and made again in every pass.
template <class T, class V> class Support {
  struct Member {
    std::size_t index;
    double y, g;
    V value;
  };
  const Elements<T> &y, &g;
  const std::size_t n;
  Member *const list = static_cast<Member *>(stablesoftmax::thread_scratch());
  std::size_t count = 0;
  bool kept = list != nullptr;

public:
  double smallest_y = __builtin_inf(), largest_y = 0, largest_g = 0; // of g: its size
  bool nan = false, infinite = false;                                // in g

  Support(const Elements<T> &of_y, const Elements<T> &of_g, std::size_t length) : y(of_y), g(of_g), n(length) {
    constexpr std::size_t capacity = stablesoftmax::scratch_bytes / sizeof(Member);
    each_above(y, n, smallest_positive<T>, [&](std::size_t i, T of_this) {
      const double v = static_cast<double>(of_this), w = static_cast<double>(g[i]), size = w < 0 ? -w : w;
      smallest_y = v < smallest_y ? v : smallest_y;
      largest_y = v > largest_y ? v : largest_y;
      nan |= w != w;
      infinite |= size == __builtin_inf();
      largest_g = size > largest_g ? size : largest_g;
      kept &= count < capacity;
      if (kept) list[count].index = i, list[count].y = v, list[count].g = w;
      count++;
    });
  }
  bool empty() const { return count == 0; }
  template <class Take> void each_y(Take take) const {
    each_above(y, n, smallest_positive<T>, [&](std::size_t, T of_this) { take(static_cast<double>(of_this)); });
  }

  // The first pass: makes the values, and take(value, g) sees them; each() is for the later ones.
  template <class Make, class Take> void first(Make make, Take take) {
    if (kept)
      for (std::size_t i = 0; i < count; i++) list[i].value = make(list[i].y, list[i].g);
    each(make, take);
  }
  template <class Make, class Take> void each(Make make, Take take) const {
    if (kept)
      for (std::size_t i = 0; i < count; i++) take(list[i].value, list[i].g);
    else
      each_above(y, n, smallest_positive<T>, [&](std::size_t i, T of_this) {
        const double v = static_cast<double>(of_this), w = static_cast<double>(g[i]);
        take(make(v, w), w);
      });
  }
  // The last pass: result(value, g) for the support, 0 elsewhere. In place an element is read before its result is written.
  template <class Make, class Result> void write(const Results &results, Make make, Result result) const {
    if (kept) {
      results.zero(0, n);
      for (std::size_t i = 0; i < count; i++) results.put(list[i].index, result(list[i].value, list[i].g));
      return;
    }
    std::size_t done = 0;
    each_above(y, n, smallest_positive<T>, [&](std::size_t i, T of_this) {
      const double v = static_cast<double>(of_this), w = static_cast<double>(g[i]);
      results.zero(done, i);
      results.put(i, result(make(v, w), w));
      done = i + 1;
    });
    results.zero(done, n);
  }
};

// True where a NaN was made out of none.
template <class T> inline bool entmax_vjp_row(const Elements<T> &y, const Elements<T> &g, std::size_t n, double alpha, const Results &dx) {
  const Weights weights(alpha, sizeof(T) == 4);
  const auto weigh = [&](double v, double) { return weights(v); };
  Support<T, Weight> support(y, g, n);
  if (support.nan || support.infinite) {
    support.write(dx, weigh, [](const Weight &, double) { return __builtin_nan(""); });
    return !support.nan;
  }
  const std::int64_t top = support.empty() ? 0 : weights(weights.largest_at_smallest() ? support.smallest_y : support.largest_y).exponent;
  const std::int64_t size_of_g = support.largest_g > 0 ? scaled(support.largest_g).exponent : 0;
  WideSum products, total; // in units of 2^-120, of g at most 2 in size
  support.first(weigh, [&](const Weight &w, double of_g) {
    const double below = power_of_two(w.exponent - top), hi = w.pair.hi * below, lo = w.pair.lo * below;
    const double v = times_power(of_g, -size_of_g), product = hi * v;
    products.add(to_fixed(product) + to_fixed(fma_one(hi, v, -product) + lo * v));
    total.add(to_fixed(hi) + to_fixed(lo));
  });
  const Pair numerator = pair_of(products, -120), denominator = pair_of(total, -120);
  const double mean = numerator.hi / denominator.hi;
  const double rest = ((fma_one(-mean, denominator.hi, numerator.hi) + numerator.lo) - mean * denominator.lo) / denominator.hi;
  support.write(dx, weigh, [&](const Weight &w, double of_g) {
    Pair d = difference(times_power(of_g, -size_of_g), mean);
    d.lo -= rest;
    const double product = w.pair.hi * d.hi;
    const double low = fma_one(w.pair.hi, d.hi, -product) + (w.pair.hi * d.lo + w.pair.lo * d.hi);
    return times_power(product + low, w.exponent + size_of_g);
  });
  return false;
}

}  // namespace
