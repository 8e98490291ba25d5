// What one row needs beside its elements: the constants of its temperature, its window, and which path its terms take.
#pragma once
#include "../math/exact_term.h"
#include "../math/terms_f32.h"
#include "../math/terms_f64.h"
#include "sum.h"

namespace {

// |z| * log2(e) at or above 2^64: neighbouring elements lie more than 1400 octaves apart, so only ties with the maximum count.
constexpr std::int64_t ties_exponent = 65;

template <class Kind> struct Context {
  using T = typename Kind::T;
  typename Kind::Scale scale;
  Multiplier by;

  explicit Context(double temperature) : scale(Kind::scale(temperature)), by(log2e_over(temperature)) {}

  // Neither fast nor exact terms reach this far: see ties_exponent.
  inline bool ties_only(T x) const {
    const std::uint64_t pattern = bits<std::uint64_t>(static_cast<double>(x));
    return static_cast<std::int64_t>(pattern >> 52 & 2047) - 1023 + by.exponent >= ties_exponent;
  }
  inline bool is_fast(T x) const { return (x < 0 ? -x : x) <= scale.limit; }

  // The smallest E with t(x) < 2^E.
  inline I128 exponent(T x) const {
    if (is_fast(x)) return static_cast<I128>(Kind::octave(scale, x)) + 1;
    if (ties_only(x)) return 0;
    return exact_term<Kind>(static_cast<double>(x), by).k + 1;
  }
};

// The terms of a row in one window: E is the exponent of the largest element that counts, `top`.
template <class Kind> struct Terms {
  using T = typename Kind::T;
  using V = typename Kind::V;
  const Context<Kind> &context;
  T top;
  I128 exponent;
  bool slow; // some element that counts is outside the fast domain
  typename Kind::Window window;

  Terms(const Context<Kind> &c, T largest) : context(c), top(largest), exponent(c.exponent(largest)) {
    // below the floor a term rounds to nothing, in the result and in the sum; it keeps -inf out of the arithmetic
    const double floor = static_cast<double>(top) - Kind::reach * c.scale.temperature;
    slow = !(c.is_fast(top) && floor >= -static_cast<double>(c.scale.limit));
    window = Kind::window(c.scale, static_cast<T>(floor), slow ? 0 : static_cast<std::int64_t>(exponent));
  }

  // One term by whichever path it belongs to: a function of x and T alone but for the scaling by 2^(bias - exponent).
  inline void one(T x, T &base, T &growth) const {
    base = growth = 0;
    if (x == static_cast<T>(-__builtin_inff())) return;
    if (context.ties_only(top) || context.ties_only(x)) {
      if (x == top) base = static_cast<T>(power_of_two(Kind::bias - 1));
    } else if (context.is_fast(x)) {
      if (exponent - Kind::octave(context.scale, x) > octaves_of_reach<Kind>) return;
      V bases, growths;
      Kind::term(Kind::window(context.scale, x, static_cast<std::int64_t>(exponent)), splat(x), bases, growths);
      base = bases[0];
      growth = growths[0];
    } else {
      exact_pair<Kind>(exact_term<Kind>(static_cast<double>(x), context.by), exponent, base, growth);
    }
  }

  // The vector at x by the scalar path: the same bits, at any magnitude.
  inline void slowly(V x, V &base, V &growth) const {
    T bases[lanes<T>], growths[lanes<T>];
    for (std::size_t i = 0; i < lanes<T>; i++) one(x[i], bases[i], growths[i]);
    base = load(bases);
    growth = load(growths);
  }

  template <int N> inline void slowly(const Many<V, N> &x, Many<V, N> &base, Many<V, N> &growth) const {
    for (int k = 0; k < N; k++) slowly(x.v[k], base.v[k], growth.v[k]);
  }

  // Calls body(term), term(x, base, growth) being the fast or the slow path: the choice is made once, outside the loops.
  template <class Body> inline void with_path(Body body) const {
    if (__builtin_expect(slow, 0)) return body([this](const auto &x, auto &base, auto &growth) { this->slowly(x, base, growth); });
    const typename Kind::Window w = window; // a copy of its own: the constants stay in registers
    body([w](const auto &x, auto &base, auto &growth) __attribute__((always_inline)) { Kind::term(w, x, base, growth); });
  }
};

}  // namespace
