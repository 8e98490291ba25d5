// log_softmax of one row: (x - max)/T - log1p(rest), with the rounding error of x - max carried along.
#pragma once
#include "rest.h"

namespace {

// float32 through doubles: x - max is exact there wherever it matters.
inline F log_softmax_vector(F x, float max, const LogRest &log, double temperature) {
  const D m = splat(static_cast<double>(max)), t = splat(temperature), l = splat(log.hi);
  if (temperature == 1.0) return narrow((widen_low(x) - m) - l, (widen_high(x) - m) - l);
  return narrow((widen_low(x) - m) / t - l, (widen_high(x) - m) / t - l);
}

inline D log_softmax_vector(D x, double max, const LogRest &log, double temperature) {
  const D hi = splat(log.hi), lo = splat(log.lo);
  // With a temperature the difference may be representable although x - max is not: quarters cannot overflow.
  const bool huge = temperature != 1.0 && (max > 0x1p900 || max < -0x1p900);
  if (huge) x = x * 0.25;
  const D m = splat(huge ? max * 0.25 : max);
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

template <class Kind> inline bool log_softmax_row(const Row &row) {
  using T = typename Kind::T;
  const Access<T> access(row);
  const Extremes<T> e = row_extremes<Kind, true>(access);
  if (is_special(e))
    return special_row(access, e, [](double count) { return static_cast<T>(0.0 - log1p_rest(count - 1)); }, -infinity<T>());
  const Context<Kind> context(row.temperature);
  const LogRest log = row_log_rest<Kind>(access, context, e);
  T gathered[block_elements], results[block_elements];
  constexpr std::size_t w = lanes<T>;
  for (std::size_t i = 0; i < row.n; i += block_elements) {
    const std::size_t m = row.n - i < block_elements ? row.n - i : block_elements;
    const T *x = access.fetch(i, m, gathered);
    T *y = access.place(i, results);
    std::size_t k = 0;
    for (; k + w <= m; k += w) store<T>(y + k, log_softmax_vector(load(x + k), e.max, log, row.temperature));
    if (k < m) store_part<T>(y + k, m - k, log_softmax_vector(load_part<T>(x + k, m - k, 0), e.max, log, row.temperature));
    access.keep(i, m, y);
  }
  return false;
}

}  // namespace
