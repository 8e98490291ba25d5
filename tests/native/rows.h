// Rows for the checks, made of integers and exactly rounded operations, never through libm: the same on every machine.
#pragma once
#include <cmath>
#include <limits>

#include "harness.h"

namespace harness {

enum Shape {
  ordinary,   // a few units around 0
  spread,     // down to results that are subnormal, and beyond
  offset,     // 1e4 away
  equal,      // ties
  edge_f32,   // around 1e5, where the fast float32 term ends
  edge_f64,   // around 2^44, where the fast float64 term ends
  far,        // around 2^62, where float64 numbers lie hundreds apart
  any_finite, // every magnitude up to the largest
  one_large,  // one large term and many small ones
  tiny,       // both zeros and subnormals
  holes,      // some -inf
  near_zero,  // the terms add up to about 1
  shapes_of_sums,
  special = shapes_of_sums, // nan, +inf, nothing but -inf
  shapes
};

// Some beyond the normal range: a quotient must not lose what its operands still hold.
constexpr double temperatures[] = {1.0, 1.0, 1.0, 0.3, 7e4, 1e-25, 1e25, 1e-310, 1e300};

inline double draw_temperature(Random &random) { return temperatures[random.below(sizeof temperatures / sizeof *temperatures)]; }

// Half of the rows with a temperature of their own are scaled so that x/T is of ordinary size.
template <class T> inline void suit(std::vector<T> &x, double temperature, Random &random) {
  if (temperature == 1.0 || random.chance(2)) return;
  for (T &v : x) v = static_cast<T>(random.within(sizeof(T) == 4 && temperature > 1e36 ? 0 : 20) * temperature);
}

template <class T> inline T any_finite_number(Random &random) {
  T v;
  do {
    const std::uint64_t p = random.next();
    std::memcpy(&v, &p, sizeof v);
  } while (!(v - v == 0));
  return v;
}

template <class T> inline T subnormal(Random &random) {
  const std::size_t leading = sizeof(T) == 4 ? 41 + random.below(23) : 12 + random.below(52);
  const std::uint64_t p = random.next() >> leading;
  T v;
  std::memcpy(&v, &p, sizeof v);
  return random.chance(2) ? v : -v;
}

template <class T> inline std::vector<T> make_row(Random &random, int shape, std::size_t n) {
  const T inf = std::numeric_limits<T>::infinity();
  std::vector<T> x(n);
  const double sign = random.chance(2) ? 1 : -1, base = random.within(30);
  std::size_t power = 1, octaves = 0;
  while (power * 2 <= n) power *= 2, octaves++;
  for (std::size_t i = 0; i < n; i++) {
    double v = random.within(8);
    switch (shape) {
    case spread: v = random.within(sizeof(T) == 4 ? 110 : 760); break;
    case offset: v = sign * 1e4 + v; break;
    case equal: v = base; break;
    case edge_f32: v = sign * 1e5 + 10 * v; break;
    case edge_f64: v = sign * 0x1p44 + 50 * v; break;
    case far: v = sign * 0x1p62 + 300 * v; break;
    case any_finite: v = static_cast<double>(any_finite_number<T>(random)); break;
    case one_large: v = i ? -9 - static_cast<double>(random.below(12)) : 0; break;
    case tiny: v = random.chance(3) ? sign * 0.0 : static_cast<double>(subnormal<T>(random)); break;
    case holes: v = random.chance(3) ? -static_cast<double>(inf) : v; break;
    case near_zero: v = i < power ? static_cast<double>(octaves) * -0x1.62e42fefa39efp-1 : -50; break;
    case special: v = random.chance(1 + n / 2) ? std::numeric_limits<double>::quiet_NaN() : v; break;
    default: break;
    }
    x[i] = static_cast<T>(v);
  }
  if (shape == special) {
    const std::size_t kind = random.below(4);
    for (std::size_t i = 0; i < n && kind; i++) x[i] = kind == 1 ? -inf : kind == 2 && random.chance(3) ? inf : static_cast<T>(random.within(8));
  }
  if (n) std::swap(x[0], x[random.below(n)]);
  return x;
}

}  // namespace harness
