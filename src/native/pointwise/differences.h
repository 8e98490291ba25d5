// log1mexp, logsubexp and logit: logarithms of differences. float32 goes through float64 and is rounded once more.
//
// Errors: docs/design/pointwise.md.
#pragma once
#include "sum_of_two.h"

namespace {

// 1 - e^-d as a pair, and -e^-d, which is what log_pairs wants to know near 1; d = hi + lo in [2^-1000, 640].
//   d >= 0.3   e^-d from terms, off by 2^-55.4 of it
//   else       d - d^2/2 + d^3*(1/3! - d/4! + ... + d^10/13!), off by 2^-58
struct Difference {
  D u, u_lo, e, e_lo;
};
inline Difference one_less_exp_minus(D d, D d_lo) {
  const Ratios t = ratios(OwnTerms<Float64>(-d), OwnTerms<Float64>());
  const D t_lo = t.lo - t.hi * d_lo;
  const D far = 1.0 - t.hi, far_lo = ((1.0 - far) - t.hi) - t_lo;
  const D d2 = d * d, d4 = d2 * d2;
  const auto two = [d](double a, double b) __attribute__((always_inline)) { return fma(d, splat(-b), splat(a)); };
  const D q0 = fma(d2, two(1.0 / 120, 1.0 / 720), two(1.0 / 6, 1.0 / 24));
  const D q4 = fma(d2, two(1.0 / 362880, 1.0 / 3628800), two(1.0 / 5040, 1.0 / 40320));
  const D q8 = fma(d2, splat(1.0 / 6227020800), two(1.0 / 39916800, 1.0 / 479001600));
  const D q = fma(d4, fma(d4, q8, q4), q0);
  const D half = 0.5 * d2, half_lo = 0.5 * fma(d, d, -d2), cubic = fma(d2 * d, q, d_lo - d * d_lo) - half_lo;
  const D first = d - half, near = first + cubic, near_lo = (cubic - (near - first)) + ((d - first) - half);
  const Q is_far = d >= 0.3;
  return {is_far ? far : near, is_far ? far_lo : near_lo, -t.hi, -t_lo};
}

inline LogPairs logs_of_differences(D d, D d_lo) {
  const Difference v = one_less_exp_minus(d, d_lo);
  return log_pairs(v.u, v.u_lo, v.e, v.e_lo);
}

// The smallest difference that the vectors take.
template <class T> constexpr T nearest_apart = static_cast<T>(sizeof(T) == 4 ? 0x1p-149 : 0x1p-1000);

// log(1 - e^x) for x <= 0.
template <class Kind_> struct Log1mExp {
  using Kind = Kind_;
  using T = typename Kind::T;
  using V = typename Kind::V;
  static constexpr bool binary = false;
  static constexpr double filler = -1;

  static inline T one(T x, T, unsigned &events) {
    if (x < 0) return static_cast<T>(exact_log1mexp(static_cast<double>(x)));
    if (x == 0) {
      events |= stablesoftmax::reached_pole;
      return -infinity<T>();
    }
    if (x > 0) events |= stablesoftmax::made_nan;
    return quiet_nan<T>();
  }
  static ALWAYS_INLINE D of(D x) {
    const LogPairs log = logs_of_differences(smaller(-x, splat(apart<double>)), D{});
    return log.hi + log.lo;
  }
  static ALWAYS_INLINE F vector(F x, F, I &others) {
    others = ~(-x >= splat(nearest_apart<float>));
    return narrow(of(widen_low(x)), of(widen_high(x)));
  }
  static ALWAYS_INLINE D vector(D x, D, Q &others) {
    const Q nothing = x < splat(-far_apart);
    others = ~((-x >= splat(nearest_apart<double>)) & (-x <= splat(apart<double>))) & ~nothing;
    return nothing ? splat(-0.0) : of(x);
  }
};

// log(e^a - e^b) for a >= b.
template <class Kind_> struct LogSubExp {
  using Kind = Kind_;
  using T = typename Kind::T;
  using V = typename Kind::V;
  static constexpr bool binary = true;
  static constexpr double filler = -1;

  static inline T one(T a, T b, unsigned &events) {
    if (a - a == 0 && b < a) { // a is finite
      if (b == -infinity<T>()) return a;
      return static_cast<T>(exact_logsubexp(static_cast<double>(a), static_cast<double>(b)));
    }
    if (b < a) return a; // +inf
    if (a == b && a < infinity<T>()) {
      if (a > -infinity<T>()) events |= stablesoftmax::reached_pole;
      return -infinity<T>();
    }
    if (a == b || a < b) events |= stablesoftmax::made_nan;
    return quiet_nan<T>();
  }
  // a + log(1 - e^-(a - b)); where that cancels, and where too little of the logarithm would be left, the lane is marked.
  static ALWAYS_INLINE D of(D a, D b, Q &others) {
    const D whole = a - b, back = whole - a;
    const Q distant = ~(whole <= splat(apart<double>));
    const D d = distant ? splat(apart<double>) : whole, d_lo = distant ? D{} : (a - (whole - back)) - (b + back);
    const LogPairs log = logs_of_differences(d, d_lo);
    const D s = a + log.hi, v = s - a;
    others = ~(whole >= splat(nearest_apart<double>)) | ~(magnitude(a) < splat(__builtin_inf())) |
             (distant & (magnitude(a) < splat(beside<double>))) | ((a > 0.0) & (magnitude(s) < -log.hi));
    return s + (((a - (s - v)) + (log.hi - v)) + log.lo);
  }
  static ALWAYS_INLINE F vector(F a, F b, I &others) {
    Q low, high;
    const F y = narrow(of(widen_low(a), widen_low(b), low), of(widen_high(a), widen_high(b), high));
    others = joined_masks(low, high);
    return y;
  }
  static ALWAYS_INLINE D vector(D a, D b, Q &others) { return of(a, b, others); }
};

// log(p/(1 - p)).
template <class Kind_> struct Logit {
  using Kind = Kind_;
  using T = typename Kind::T;
  using V = typename Kind::V;
  static constexpr bool binary = false;
  static constexpr double filler = 0.25;

  static inline T one(T p, T, unsigned &events) {
    if (p > 0 && p < 1) return static_cast<T>(exact_logit(static_cast<double>(p)));
    if (p == 0 || p == 1) {
      events |= stablesoftmax::reached_pole;
      return p == 0 ? -infinity<T>() : infinity<T>();
    }
    if (p == p) events |= stablesoftmax::made_nan;
    return quiet_nan<T>();
  }
  // q = p/(1 - p) and q - 1 = (2p - 1)/(1 - p), as pairs; 2p - 1 is exact where it is asked for.
  static ALWAYS_INLINE D of(D p) {
    const D rest = 1.0 - p, rest_lo = (1.0 - rest) - p, inverse = 1.0 / rest, twice = 2.0 * p - 1.0;
    const D q = p * inverse, q_lo = (fma(-q, rest, p) - q * rest_lo) * inverse;
    const D e = twice * inverse, e_lo = (fma(-e, rest, twice) - e * rest_lo) * inverse;
    const LogPairs log = log_pairs(q, q_lo, e, e_lo);
    return log.hi + log.lo;
  }
  static ALWAYS_INLINE V vector(V p, V, Mask<T> &others) {
    others = ~((p >= splat(nearest_apart<T>)) & (p < splat(T{1})));
    if constexpr (Kind::digits == 24) return narrow(of(widen_low(p)), of(widen_high(p)));
    else return of(p);
  }
};

}  // namespace
