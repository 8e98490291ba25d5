// The term of a float32 element: t(x) = g * 2^(8*z*log2(e)/8), z = x/T, as base * (1 + growth), scaled by 2^(bias - E).
//
// Domain    |x| <= limit (|z| <= 1e5 with T = 1, else 4096), x >= max - reach*T; everything else takes exact_term.h.
// Method    z*8*log2(e) = j + f, |f| <= 1/2 (the reduction is of x itself, never of x - max: a rounded difference would be
//           amplified by exp); base = g*2^(j>>3) * table[j & 7], growth = 2^(f/8) - 1, |growth| <= 0.0443.
// Bound     relative error of base*(1 + growth) at most 2^-26.3 by adding up: two roundings of f (2^-27.9), c1 + ... and growth
//           (2^-28.9 each), table 2^-28.4, polynomial and the rest 2^-30; with T = 1 at most 2^-26.49 by exhaustion, at x = -88861.8594.
//           docs/design/errors.md.
// Why not   one float: it would cost up to half an ulp, once in the result and once in the sum. A sum h + l would serve as well, but
//           takes two operations more to make; whoever needs the term multiplies by 1 + growth with one fma.
#pragma once
#include "coefficients_once.h"

namespace {

struct Float32 {
  using T = float;
  using V = F;
  using Bits = std::int32_t;
  // Nothing that belongs to an ordinary row may be subnormal: processors of Intel take 30 ns for a vector with one in it, and
  // every -inf stands at the floor, 182 octaves below the maximum. There the base is 2^-78, and what multiplies it is zero or
  // above 2^-40.
  static constexpr int bias = 104;
  static constexpr double reach = 126;    // further below the maximum a result is below 2^-150, a sum below its quantum
  // |z| up to which the bounds of docs/design/errors.md hold: with T = 1 all terms were tried, with others x*lo may carry f too far
  // beyond 1/2. (j fits the rounding constant up to 3e5.)
  static constexpr double domain(double temperature) { return temperature == 1.0 ? 1e5 : 4096; }
  static constexpr int steps = 8;         // steps in an octave
  static constexpr int digits = 24;
  static constexpr int down = 121;        // results are made 2^down too large and scaled once, last
  static constexpr double cancelled = 1;      // see max_plus
  static constexpr double least = 0x1p-76;

  // The constants of one temperature: 8*log2(e)/T in two floats.
  struct Scale {
    float hi, lo, limit;
    double temperature;
    double exact_hi, exact_lo; // 8*log2(e)/T as a pair of doubles, for exact_term.h
    bool fast;
  };

  static inline Scale scale(double temperature) {
    constexpr Float32Coefficients c{};
    Scale s;
    s.temperature = temperature;
    divide_pair(c.steps_hi, c.steps_lo, temperature, s.exact_hi, s.exact_lo);
    s.hi = static_cast<float>(s.exact_hi);
    s.lo = static_cast<float>((s.exact_hi - s.hi) + s.exact_lo);
    s.fast = s.exact_hi > 0x1p-96 && s.exact_hi < 0x1p96; // else hi or lo would be subnormal or overflow
    s.limit = s.fast ? static_cast<float>(domain(temperature) * temperature) : -1.0f;
    return s;
  }

  // The constants of one window: the terms below it are scaled by 2^(bias - exponent).
  struct Window {
    F floor, hi, lo, magic;
  };

  static inline Window window(const Scale &s, float floor, std::int64_t exponent) {
    return {splat(floor), splat(s.hi), splat(s.lo), splat(0x1.8p23f + static_cast<float>(steps * (bias - exponent)))};
  }

  // floor(j/8) of one x: the octave its term lies in.
  static inline int octave(const Scale &s, float x) {
    const float j = __builtin_fmaf(x, s.hi, 0x1.8p23f) - 0x1.8p23f;
    return static_cast<int>(j) >> 3;
  }

  // X is V or Many<V, N>; the members of `Constants` are those of Window, or Many where each lane has its own.
  template <class Constants, class X> static ALWAYS_INLINE void term(const Constants &w, const X &from, X &base, X &growth) {
    constexpr Float32Coefficients c{};
    const auto x = larger(from, w.floor);
    const auto rounded = fma(x, w.hi, w.magic); // its low bits are j + 8*(bias - E)
    const auto j = rounded - w.magic;
    const auto f = fma(x, w.lo, fma(x, w.hi, -j));
    const auto index = bits<I>(rounded);
    base = bits<F>(lookup8(c.table, index) + (index << 20));
    auto p = fma(splat(c.c4), f, splat(c.c3));
    p = fma(p, f, splat(c.c2));
    p = fma(p, f, splat(c.c1));
    growth = p * f;
  }
};

}  // namespace
