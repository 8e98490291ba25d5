// log_softmax of one row: (x - max)/T - log1p(rest), with the rounding errors carried along.
#pragma once
#include "rest.h"

namespace {

// log1p(rest) for the lanes of a vector: of one row, or of a row a lane.
struct LogRests32 {
  D low, high; // lower and upper half of the lanes
};
struct LogRests64 {
  D hi, lo;
};
inline LogRests32 log_rests(const LogRest &log, float) { return {splat(log.hi), splat(log.hi)}; }
inline LogRests64 log_rests(const LogRest &log, double) { return {splat(log.hi), splat(log.lo)}; }

// float32 in the fast domain, T = 1: x - C, C = max + log1p(rest) as a pair of floats, with the rounding error of x - C.hi (Knuth).
// Elements below the maximum have a probability of at most 1/2, so |x - C| > 0.69 and nothing of C is lost: with |C| < 1e5 the pair
// is off by 2^-31, 2^-7 ulp. The maximum itself has -log1p(rest), however small that is.
struct Shift32 {
  F max, hi, lo, of_max;
};
inline Shift32 shift_of(F max, const LogRests32 &log) {
  const D low = widen_low(max) + log.low, high = widen_high(max) + log.high, zero{};
  const F hi = narrow(low, high);
  return {max, hi, narrow(low - widen_low(hi), high - widen_high(hi)), narrow(zero - log.low, zero - log.high)};
}
inline bool is_shifted(float max, double temperature) { return temperature == 1.0 && max <= 1e5f && max >= -1e5f; }
inline F shifted(F x, const Shift32 &c) {
  const F s = minus(x, c.hi), back = minus(s, x), error = (x - (s - back)) - plus(c.hi, back);
  const F rest = larger(error - c.lo, splat(-0x1p110f)); // of -inf the error is NaN, and any number will do
  return x == c.max ? c.of_max : plus(s, rest);
}

// float32 through doubles: x - max is exact there wherever it matters.
inline F log_softmax_vector(F x, F max, const LogRests32 &log, double temperature, bool) {
  const D low = widen_low(x) - widen_low(max), high = widen_high(x) - widen_high(max), t = splat(temperature);
  if (temperature == 1.0) return narrow(low - log.low, high - log.high);
  return narrow(low / t - log.low, high / t - log.high);
}

// With a temperature the quotient may be representable although x - max is not: the quarters of `huge` rows cannot overflow.
inline bool is_huge(double max, double temperature) { return temperature != 1.0 && (max > 0x1p900 || max < -0x1p900); }

inline D log_softmax_vector(D x, D max, const LogRests64 &log, double temperature, bool huge) {
  const D hi = log.hi, lo = log.lo;
  if (huge) x = x * 0.25;
  const D m = huge ? max * 0.25 : max;
  D d = x - m;
  const D back = d - x;
  D lost = (x - (d - back)) - (m + back);
  if (temperature != 1.0) {
    const D t = splat(temperature), q = d / t;
    lost = (fma(-q, t, d) + lost) / t;
    d = huge ? q * 4.0 : q;
    if (huge) lost = lost * 4.0;
  }
  const D s = d - hi, b = s - d;
  const D error = (d - (s - b)) - (hi + b);
  const D result = s + (error + (lost - lo));
  // an infinite difference has no rounding error: keep it from turning into a NaN
  const Q infinite = d == -__builtin_inf();
  return bits<D>((infinite & bits<Q>(d)) | (~infinite & bits<Q>(result)));
}

// Calls body(function), function(x) being log_softmax of a vector of a row: the formula is chosen once, outside the loops.
template <class Kind, class Body>
ALWAYS_INLINE auto with_log_softmax(typename Kind::T largest, const LogRest &log, double temperature, Body body) {
  using T = typename Kind::T;
  const auto logs = log_rests(log, T{});
  const auto max = splat(largest);
  if constexpr (Kind::digits == 24)
    if (is_shifted(largest, temperature)) {
      const Shift32 shift = shift_of(max, logs);
      return body([shift](F x) __attribute__((always_inline)) { return shifted(x, shift); });
    }
  const bool huge = is_huge(static_cast<double>(largest), temperature);
  return body([=](Vector<T> x) __attribute__((always_inline)) { return log_softmax_vector(x, max, logs, temperature, huge); });
}

template <class T, class Function> struct FromLogits {
  const T *x;
  Function function;

  template <int N> ALWAYS_INLINE Many<Vector<T>, N> vectors(std::size_t i) const {
    return each<N>([&](int k) __attribute__((always_inline)) { return function(load(x + i + static_cast<std::size_t>(k) * lanes<T>)); });
  }
  ALWAYS_INLINE Vector<T> part(std::size_t i, std::size_t m) const { return function(load_part<T>(x + i, m, 0)); }
};

template <class Kind>
inline void write_log_softmax(const Access<typename Kind::T> &access, std::size_t first, std::size_t n, const typename Kind::T *x,
                              typename Kind::T largest, const LogRest &log) {
  using T = typename Kind::T;
  with_log_softmax<Kind>(largest, log, access.row.temperature, [&](auto function) __attribute__((always_inline)) {
    write_block(access, first, n, FromLogits<T, decltype(function)>{x, function});
  });
}

template <class Kind> inline bool log_softmax_row(const Row &row, const Context<Kind> &context) {
  using T = typename Kind::T;
  T once[block_elements];
  Access<T> access(row);
  access.hold(once);
  Extremes<T> e = row_extremes<Kind, true>(access);
  join_sink<Kind>(row, e);
  if (is_special(e))
    return special_row(access, e, [](double count) { return static_cast<T>(0.0 - log1p_rest(count - 1)); }, -infinity<T>());
  const LogRest log = sum_of_rest<Kind>(access, context, e, Ahead(access, true)).log();
  T gathered[block_elements];
  for (std::size_t i = 0; i < row.n; i += block_elements) {
    const std::size_t m = row.n - i < block_elements ? row.n - i : block_elements;
    write_log_softmax<Kind>(access, i, m, access.fetch(i, m, gathered), e.max, log);
  }
  return false;
}

}  // namespace
