// log1mexp, logsubexp and logit: logarithms of differences of exponentials. float32 goes through float64 and is rounded once more.
#pragma once
#include "elementwise.h"
#include "exact.h"

namespace {

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
  static ALWAYS_INLINE V vector(V, V, Mask<T> &others) {
    others = ~Mask<T>{};
    return V{};
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
  static ALWAYS_INLINE V vector(V, V, Mask<T> &others) {
    others = ~Mask<T>{};
    return V{};
  }
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
  static ALWAYS_INLINE V vector(V, V, Mask<T> &others) {
    others = ~Mask<T>{};
    return V{};
  }
};

}  // namespace
