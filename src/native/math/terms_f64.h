// The term of a float64 element: t(x) = g * 2^(8*z*log2(e)/8), z = x/T, as base * (1 + growth), scaled by 2^(bias - E).
//
// Domain    |x| <= limit (|z| <= 2^40), x >= max - reach*T; everything else takes exact_term.h.
// Method    that of terms_f32.h, with a polynomial of degree 8 and entries within 2^-57.9 of a double.
// Bound     relative error of base*(1 + growth) at most 2^-55.6 by adding up: two roundings of f (2^-56.9), c1 + ... and growth
//           (2^-57.9 each), table 2^-57.9, polynomial and the rest 2^-60. docs/design/errors.md.
#pragma once
#include "coefficients_once.h"

namespace {

struct Float64 {
  using T = double;
  using V = D;
  using Bits = std::int64_t;
  static constexpr int bias = 500;
  static constexpr double reach = 762;
  static constexpr double domain(double) { return 0x1p40; }
  static constexpr int steps = 8; // steps in an octave
  static constexpr int digits = 53;
  static constexpr int down = 200;
  static constexpr double cancelled = 0.5;
  static constexpr double least = 0x1p-45;

  struct Scale {
    double hi, lo, limit;
    double temperature;
    double exact_hi, exact_lo;
    bool fast;
  };

  static inline Scale scale(double temperature) {
    constexpr Float64Coefficients c{};
    Scale s;
    s.temperature = temperature;
    divide_pair(c.steps_hi, c.steps_lo, temperature, s.hi, s.lo);
    s.exact_hi = s.hi;
    s.exact_lo = s.lo;
    s.fast = s.hi > 0x1p-900 && s.hi < 0x1p900;
    s.limit = s.fast ? domain(temperature) * temperature : -1.0;
    return s;
  }

  struct Window {
    D floor, hi, lo, magic;
  };

  static inline Window window(const Scale &s, double floor, std::int64_t exponent) {
    return {splat(floor), splat(s.hi), splat(s.lo), splat(0x1.8p52 + static_cast<double>(steps * (bias - exponent)))};
  }

  // floor(j/8) of one x: the octave its term lies in.
  static inline std::int64_t octave(const Scale &s, double x) {
    const double j = fma_one(x, s.hi, 0x1.8p52) - 0x1.8p52;
    return static_cast<std::int64_t>(j) >> 3;
  }

  // X is V or Many<V, N>; the members of `Constants` are those of Window, or Many where each lane has its own.
  template <class Constants, class X> static ALWAYS_INLINE void term(const Constants &w, const X &from, X &base, X &growth) {
    constexpr Float64Coefficients c{};
    const auto x = larger(from, w.floor);
    const auto rounded = fma(x, w.hi, w.magic); // its low bits are j + 8*(bias - E)
    const auto j = rounded - w.magic;
    const auto f = fma(x, w.lo, fma(x, w.hi, -j));
    const auto index = bits<Q>(rounded);
    base = bits<D>(lookup8(c.table, index) + (index << 49));
    auto p = fma(splat(c.c8), f, splat(c.c7));
    p = fma(p, f, splat(c.c6));
    p = fma(p, f, splat(c.c5));
    p = fma(p, f, splat(c.c4));
    p = fma(p, f, splat(c.c3));
    p = fma(p, f, splat(c.c2));
    p = fma(p, f, splat(c.c1));
    growth = p * f;
  }
};

}  // namespace
