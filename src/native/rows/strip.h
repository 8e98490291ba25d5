// Many rows at once, a row a lane: rows too short to fill vectors, and columns (an axis other than the last).
//
// A strip is two vectors of rows, a cache line of columns with 256-bit vectors. Every step of a row has its lane-wise form, with
// the same operations in the same order, so the bits are the same; a strip in which any row is special or slow is handed back
// to be done row by row (strips.h).
#pragma once
#include "lane_sums.h"
#include "log_softmax.h"
#include "logsumexp.h"

namespace {

template <class Kind> struct Strip {
  using T = typename Kind::T;
  using V = typename Kind::V;
  using Lanes = Many<V, 2>;
  static constexpr std::size_t width = 2 * lanes<T>;
  const T *x; // element j of lane k at x[j * x_stride + k]
  std::ptrdiff_t x_stride;
  T *y; // the results, and before them the bases of the terms; may be x
  std::ptrdiff_t y_stride;
  T *growths; // of the terms, at growths[j * width + k]; or null: then terms are made twice
  std::size_t n;

  inline Lanes at(std::size_t j) const { return load_many<2>(x + static_cast<std::ptrdiff_t>(j) * x_stride); }
  inline T *place(std::size_t j) const { return y + static_cast<std::ptrdiff_t>(j) * y_stride; }

  // The maxima and, for the functions that need them, the second largest; false where a row is not an ordinary one.
  template <bool with_second> inline bool extremes(const Context<Kind> &context, Lanes &max, Lanes &second) const {
    max = second = each<2>([](int) { return splat(static_cast<T>(-__builtin_inff())); });
    auto nan = unordered(max.v[0], max.v[1]);
    for (std::size_t j = 0; j < n; j++) {
      const Lanes v = at(j);
      nan |= unordered(v.v[0], v.v[1]);
      if (with_second) second = larger(smaller(v, max), second);
      max = larger(v, max);
    }
    const Lanes &lowest = with_second ? second : max;
    const T limit = context.scale.limit, reach = static_cast<T>(Kind::reach * context.scale.temperature);
    // NaN and infinities fail one of these; limit is far from overflow, reach need not be exact here
    const auto ordinary = [&](int k) {
      return (max.v[k] <= splat(limit)) & (lowest.v[k] - splat(reach) >= splat(-limit * static_cast<T>(0.999)));
    };
    return !any(nan) && !any(~(ordinary(0) & ordinary(1)));
  }

  // The window of every lane, as Terms and Kind::window make it for one.
  struct Windows {
    Lanes floor, magic;
    V hi, lo;
    Many<Vector<typename Kind::Bits>, 2> exponent;
  };
  inline Windows windows(const Context<Kind> &context, const Lanes &max) const {
    using B = Vector<typename Kind::Bits>;
    const T rounding = Kind::digits == 24 ? static_cast<T>(0x1.8p23) : static_cast<T>(0x1.8p52);
    const B zero = bits<B>(splat(rounding)); // the pattern of `rounding` plus an integer is `rounding` plus that integer
    Windows w;
    w.hi = splat(context.scale.hi);
    w.lo = splat(context.scale.lo);
    const double reach = Kind::reach * context.scale.temperature;
    w.floor = each<2>([&](int k) { return lowered(max.v[k], reach); });
    w.exponent = each<2>([&](int k) {
      const B j = bits<B>(wrapping(bits<B>(fma(max.v[k], w.hi, splat(rounding)))) - wrapping(zero));
      return (j >> 3) + 1;
    });
    const auto bias = wrapping(bits<B>(zero + Kind::bias * Kind::steps)); // lanes outside the fast domain may wrap: nobody reads them
    w.magic = each<2>([&](int k) { return bits<V>(bias - wrapping(w.exponent.v[k]) * static_cast<unsigned>(Kind::steps)); });
    return w;
  }
  static inline U wrapping(I v) { return bits<U>(v); }
  static inline W wrapping(Q v) { return bits<W>(v); }
  static inline F lowered(F v, double by) { return narrow(widen_low(v) - splat(by), widen_high(v) - splat(by)); }
  static inline D lowered(D v, double by) { return v - splat(by); }

  // body(j) for all j, and `sums` flushed as often as it needs.
  template <class Body> static inline void summed(LaneSums<Kind> &sums, std::size_t n, Body body) {
    for (std::size_t j = 0; j < n;) {
      const std::size_t terms = n - j < LaneSums<Kind>::most ? n - j : LaneSums<Kind>::most;
      for (const std::size_t end = j + terms; j < end; j++) body(j);
      sums.flush(terms);
    }
  }

  // The reciprocals of the sums of the terms; with `kept` these stay in y and l.
  template <bool kept> inline Reciprocal<Lanes> terms(const Windows &w) const {
    LaneSums<Kind> sums;
    summed(sums, n, [&](std::size_t j) __attribute__((always_inline)) {
      Lanes base, growth;
      Kind::term(w, at(j), base, growth);
      if (kept) store_many(place(j), base), store_many(growths + j * width, growth);
      sums.add(base, growth);
    });
    return sums.reciprocals();
  }

  template <bool kept> inline void scale(const Windows &w, const Reciprocal<Lanes> &r) const {
    const V factor = down<Kind>();
    for (std::size_t j = 0; j < n; j++) {
      Lanes base, growth;
      if (kept) base = load_many<2>(place(j)), growth = load_many<2>(growths + j * width);
      else Kind::term(w, at(j), base, growth);
      store_many(place(j), scaled(base, growth, r.hi, r.lo, factor));
    }
  }

  // log1p(rest) of every lane: the rest in the window of the second largest, as in rest.h.
  inline void log_rests(const Context<Kind> &context, const Lanes &max, const Lanes &second, LogRest *logs) const {
    const Windows rest = windows(context, second), top = windows(context, max);
    LaneSums<Kind> sums;
    Lanes base, growth;
    summed(sums, n, [&](std::size_t j) __attribute__((always_inline)) {
      Kind::term(rest, smaller(at(j), second), base, growth);
      sums.add(base, growth);
    });
    Kind::term(rest, second, base, growth);
    sums.take_out(base, growth); // the maximum took part as the second largest
    Kind::term(top, max, base, growth);
    for (std::size_t k = 0; k < width; k++) {
      const std::size_t v = k / lanes<T>, i = k % lanes<T>;
      const I128 shift = static_cast<I128>(rest.exponent.v[v][i]) - top.exponent.v[v][i] + quantum_exponent<Kind>(Kind::digits == 53 ? Layout::wide : Layout::narrow);
      logs[k] = log_of_ratio<Kind>(ratio_of<Kind>(sums.total_of(k), base.v[v][i], growth.v[v][i], shift));
    }
  }

  // The functions themselves; false where the strip must be done row by row (nothing is written then).
  inline bool softmax(const Context<Kind> &context) const {
    Lanes max, none;
    if (!extremes<false>(context, max, none)) return false;
    const Windows w = windows(context, max);
    if (growths) scale<true>(w, terms<true>(w));
    else scale<false>(w, terms<false>(w));
    return true;
  }

  inline bool log_softmax(const Context<Kind> &context) const {
    Lanes max, second;
    if (!extremes<true>(context, max, second)) return false;
    LogRest rests[width];
    log_rests(context, max, second, rests);
    const T zero = static_cast<T>(-0.0); // as in first_pass.h: -0 and +0 are one value
    max = each<2>([&](int k) {
      const auto is_zero = max.v[k] == splat(T{0});
      using B = decltype(bits<Vector<typename Kind::Bits>>(max.v[k]));
      return bits<V>((static_cast<B>(is_zero) & bits<B>(splat(zero))) | (~static_cast<B>(is_zero) & bits<B>(max.v[k])));
    });
    double first[2][lanes<T>], rest[2][lanes<T>];
    for (std::size_t k = 0; k < width; k++) {
      first[k / lanes<T>][k % lanes<T>] = rests[k].hi;
      rest[k / lanes<T>][k % lanes<T>] = rests[k].lo;
    }
    const auto write = [&](auto function) __attribute__((always_inline)) {
      for (std::size_t j = 0; j < n; j++) {
        const Lanes v = at(j);
        store_many(place(j), each<2>([&](int k) { return function(v.v[k], k); }));
      }
    };
    const double t = context.scale.temperature;
    const auto logs = each<2>([&](int k) {
      if constexpr (Kind::digits == 24) return LogRests32{load(first[k]), load(first[k] + lanes<double>)};
      else return LogRests64{load(first[k]), load(rest[k])};
    });
    if constexpr (Kind::digits == 24)
      if (t == 1.0) { // every lane is in the fast domain
        const auto shifts = each<2>([&](int k) { return shift_of(max.v[k], logs.v[k]); });
        write([&](F x, int k) __attribute__((always_inline)) { return shifted(x, shifts.v[k]); });
        return true;
      }
    write([&](V x, int k) __attribute__((always_inline)) { return log_softmax_vector(x, max.v[k], logs.v[k], t, false); });
    return true;
  }

  // One result a lane; `near_zero(k)` sums row k again where the result has cancelled.
  template <class NearZero> inline bool logsumexp(const Context<Kind> &context, T *results, NearZero near_zero) const {
    Lanes max, second;
    if (!extremes<true>(context, max, second)) return false;
    LogRest logs[width];
    log_rests(context, max, second, logs);
    for (std::size_t k = 0; k < width; k++) {
      const T m = max.v[k / lanes<T>][k % lanes<T>];
      bool cancelled;
      results[k] = max_plus<Kind>(m == 0 ? static_cast<T>(-0.0) : m, logs[k], cancelled);
      if (cancelled) results[k] = near_zero(k);
    }
    return true;
  }
};

}  // namespace
