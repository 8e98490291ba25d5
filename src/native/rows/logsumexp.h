// logsumexp of one row: max + log1p(rest); where that cancels, once more in fixed point.
#pragma once
#include "rest.h"

namespace {

// max + log1p(rest); sets `cancelled` where too little of it is left (the redo sees the data again, a state cannot).
// log1p(rest) is off by at most min(log1p(rest), 1) times the relative error of rest: 2^-25.5 for float32, 2^-56.5 for float64.
// Below `least` that is under 2^-101, less than the redo would leave.
template <class Kind> inline typename Kind::T max_plus(typename Kind::T max, const LogRest &log, bool &cancelled) {
  const double m = static_cast<double>(max), s = m + log.hi;
  const double off = log.hi < 1 ? log.hi : 1;
  cancelled = max < 0 && log.hi >= Kind::least && (s < 0 ? -s : s) < Kind::cancelled * off;
  const double b = s - m;
  const double error = (m - (s - b)) + (log.hi - b);
  return static_cast<typename Kind::T>(s + (error + log.lo));
}

// e^x * 2^124 as an integer, x < 0 or the sum it belongs to below 8.
inline U128 near_zero_term(double x, const Multiplier &by) {
  const Octaves o = octaves(x, by);
  const int shift = 3 - static_cast<int>(o.k);
  return shift < 128 ? fixed_exp2(o.f) >> shift : 0;
}

// The sum of e^x * 2^124 as integers, and the logarithm of such a sum: absolute error below n * 2^-123 + 2^-102. All x < 0, the
// sum below 8.
template <class Kind> inline U128 sum_near_zero(const Access<typename Kind::T> &access) {
  using T = typename Kind::T;
  const Multiplier by = log2e_over(1.0);
  T gathered[block_elements];
  U128 sum = 0;
  const std::size_t n = access.row.n;
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    const T *x = access.fetch(i, m, gathered);
    for (std::size_t k = 0; k < m; k++) {
      if (x[k] < static_cast<T>(-90)) continue; // below 2^-129
      sum += near_zero_term(static_cast<double>(x[k]), by);
    }
  }
  return sum;
}

template <class Kind> inline typename Kind::T log_near_zero(U128 sum) {
  using T = typename Kind::T;
  std::int64_t a = 3;
  while (!(sum >> 127)) sum <<= 1, a--;
  const I128 v = fixed_log(sum, a);
  return static_cast<T>(v) * static_cast<T>(0x1p-120);
}

template <class Kind> inline typename Kind::T logsumexp_near_zero(const Access<typename Kind::T> &access) {
  return log_near_zero<Kind>(sum_near_zero<Kind>(access));
}

template <class Kind> inline bool logsumexp_row(const Row &row, const Context<Kind> &context) {
  using T = typename Kind::T;
  T once[block_elements];
  Access<T> access(row);
  access.hold(once);
  const Extremes<T> e = row_extremes<Kind, true>(access);
  if (e.nan) access.put(0, quiet_nan<T>());
  else if (is_special(e)) access.put(0, e.max); // +inf, or -inf for a row with nothing in it
  else {
    bool cancelled;
    const T result = max_plus<Kind>(e.max, sum_of_rest<Kind>(access, context, e, Ahead(access, false)).log(), cancelled);
    access.put(0, cancelled ? logsumexp_near_zero<Kind>(access) : result);
  }
  return false;
}

}  // namespace
