// The term of a float64 element: t(x) = g * 2^(2*z*log2(e)/2), z = x/T, as a pair h + l of doubles, scaled by 2^(bias - E).
//
// Domain    |x| <= limit (|z| <= 2^44), x >= max - reach*T; everything else takes exact_term.h.
// Method    z*2*log2(e) = j + f + e, |f| <= 1/2 exact, e what f lost; t = g*2^(j>>1) * {1, sqrt 2}[j & 1] * (1 + a + b),
//           a = f*c1 as a pair, b = f^2*(c2 + ...) rounded; the two entries are a Pell pair, exact to 2^-105.
// Bound     relative error of h + l at most 2^-56.6 by adding up: q, f^2 and b (2^-60 each), T*b and the sum of what 1 + a
//           lost (2^-59 each), polynomial 2^-59.2, reduction 2^-60.5 at |z| = 2^44.
#pragma once
#include "coefficients_once.h"

namespace {

struct Float64 {
  using T = double;
  using V = D;
  using Bits = std::int64_t;
  static constexpr int bias = 500;
  static constexpr double reach = 762;
  static constexpr double domain(double) { return 0x1p44; }
  static constexpr int steps = 2;
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

  static inline std::int64_t octave(const Scale &s, double x) {
    const D j = fma(splat(x), splat(s.hi), splat(0x1.8p52)) - splat(0x1.8p52);
    return static_cast<std::int64_t>(j[0]) >> 1;
  }

  // X is V or Many<V, N>; the members of `Constants` are those of Window, or Many where each lane has its own.
  template <class Constants, class X> static ALWAYS_INLINE void term(const Constants &w, const X &from, X &h, X &l) {
    constexpr Float64Coefficients c{};
    const auto x = larger(from, w.floor);
    const auto rounded = fma(x, w.hi, w.magic);
    const auto j = rounded - w.magic;
    const auto product = x * w.hi;
    const auto f = product - j; // exact: product and j lie within 1/2 of each other
    const auto lost = fma(x, w.lo, fma(x, w.hi, -product));
    const auto fh = f + lost, fl = lost - (fh - f);
    auto q = fma(splat(c.c10), fh, splat(c.c9));
    q = fma(q, fh, splat(c.c8));
    q = fma(q, fh, splat(c.c7));
    q = fma(q, fh, splat(c.c6));
    q = fma(q, fh, splat(c.c5));
    q = fma(q, fh, splat(c.c4));
    q = fma(q, fh, splat(c.c3));
    q = fma(q, fh, splat(c.c2));
    const auto a = fh * splat(c.c1);
    auto b = fma(fh, splat(c.c1), -a);
    b = fma(fl, splat(c.c1), b);
    b = fma(fh, splat(c.c1_lo), b);
    b = fma(q, fh * fh, b);
    const auto index = bits<W>(rounded);
    // even or odd ^ even, by the last bit of the step
    const auto odd = W{} - (index & splat(std::uint64_t{1})); // all ones in the lanes of sqrt 2
    const auto entry = bits<D>(((odd & splat(c.odd ^ c.even)) ^ splat(c.even)) + (index << 51));
    const auto r = entry * a;
    const auto sum = entry + r;
    const auto rest = (r - (sum - entry)) + fma(entry, b, fma(entry, a, -r));
    h = sum + rest;
    l = rest - (h - sum);
  }
};

}  // namespace
