// log_softmax of one row: (x - max)/T - log1p(rest), with the rounding error of x - max carried along.
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

template <class Kind>
inline void log_softmax_block(const typename Kind::T *x, std::size_t n, typename Kind::T largest, const LogRest &log,
                              double temperature, typename Kind::T *y) {
  using T = typename Kind::T;
  constexpr std::size_t w = lanes<T>;
  const auto logs = log_rests(log, T{});
  const auto max = splat(largest);
  const bool huge = is_huge(static_cast<double>(largest), temperature);
  std::size_t k = 0;
  for (; k + w <= n; k += w) store<T>(y + k, log_softmax_vector(load(x + k), max, logs, temperature, huge));
  if (k < n) store_part<T>(y + k, n - k, log_softmax_vector(load_part<T>(x + k, n - k, 0), max, logs, temperature, huge));
}

template <class Kind> inline bool log_softmax_row(const Row &row, const Context<Kind> &context) {
  using T = typename Kind::T;
  const Access<T> access(row);
  const Extremes<T> e = row_extremes<Kind, true>(access);
  if (is_special(e))
    return special_row(access, e, [](double count) { return static_cast<T>(0.0 - log1p_rest(count - 1)); }, -infinity<T>());
  const LogRest log = row_log_rest<Kind>(access, context, e);
  T gathered[block_elements], results[block_elements];
  for (std::size_t i = 0; i < row.n; i += block_elements) {
    const std::size_t m = row.n - i < block_elements ? row.n - i : block_elements;
    T *y = access.place(i, results);
    log_softmax_block<Kind>(access.fetch(i, m, gathered), m, e.max, log, row.temperature, y);
    access.keep(i, m, y);
  }
  return false;
}

}  // namespace
