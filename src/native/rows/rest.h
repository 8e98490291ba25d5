// log1p(rest) of a row: what log_softmax and logsumexp need beside the maximum. rest = (sum of all terms but one maximum)/t(max).
// The maximum stays out of the sum, so a confident row loses nothing: [0, -20] has a rest of 2e-9, not 1 + 2e-9.
#pragma once
#include "../math/logarithm.h"
#include "first_pass.h"

namespace {

// log1p(rest) as a pair; the low part is zero for float32, where one double is enough.
struct LogRest {
  double hi, lo;
};

// v * 2^exponent, rounded once even where the result is subnormal.
inline double scale_by(double v, I128 wide_exponent) {
  if (wide_exponent < -2000) return 0.0;
  const std::int64_t exponent = static_cast<std::int64_t>(wide_exponent);
  return exponent < -600 ? v * power_of_two(exponent + 600) * 0x1p-600 : v * power_of_two(exponent);
}

// The nearest double; most sums fit 64 bits, whose conversion is one instruction.
inline double nearest(I128 sum) {
  const auto low = static_cast<std::int64_t>(sum);
  return low == sum ? static_cast<double>(low) : static_cast<double>(sum);
}

// From the integer `sum` of the rest, the term of the maximum, and the power of two between their units.
template <class Kind> inline LogRest log_of_ratio(I128 sum, typename Kind::T base, typename Kind::T growth, I128 shift) {
  const double s = nearest(sum), h = fma_one(base, growth, base);
  if constexpr (Kind::digits == 24) {
    return {log1p_rest(scale_by(s / h, shift)), 0.0};
  } else {
    const double l = fma_one(base, growth, base - h);
    const double q = s / h;
    const double residual = fma_one(-q, h, s) + (static_cast<double>(sum - static_cast<I128>(s)) - q * l);
    LogRest log;
    log1p_pair(scale_by(q, shift), scale_by(residual / h, shift), log.hi, log.lo);
    return log;
  }
}

// From the integer `sum` of the rest in the window `exponent` of the second largest element.
template <class Kind>
inline LogRest log_rest(const Context<Kind> &context, typename Kind::T max, I128 sum, I128 exponent, Layout layout) {
  if (sum == 0) return {0.0, 0.0};
  const Terms<Kind> terms(context, max);
  typename Kind::T base, growth;
  terms.one(max, base, growth);
  return log_of_ratio<Kind>(sum, base, growth, exponent - terms.exponent + quantum_exponent<Kind>(layout));
}

// The digits of one term in its window.
template <class Sum, class Kind> inline I128 deposit(const Terms<Kind> &terms, typename Kind::T x) {
  typename Kind::T base, growth;
  terms.one(x, base, growth);
  return Sum::of_one(base, growth);
}

template <class Kind, class Sum>
inline LogRest row_log_rest(const Access<typename Kind::T> &access, const Context<Kind> &context,
                            const Extremes<typename Kind::T> &e, const Ahead &ahead, Sum sum) {
  using T = typename Kind::T;
  if (e.second == -infinity<T>()) return {0.0, 0.0};
  if (e.second != e.max && (context.ties_only(e.max) || context.ties_only(e.second))) return {0.0, 0.0};
  const Terms<Kind> terms(context, e.second);
  T gathered[block_elements];
  const std::size_t n = access.row.n;
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    add_terms<Kind, Kept::nowhere>(terms, access.fetch(i, m, gathered), m, sum, n > block_elements ? Ahead() : ahead);
  }
  // the maximum took part as the second largest: out again
  return log_rest<Kind>(context, e.max, sum.total() - deposit<Sum>(terms, e.second), terms.exponent, Sum::layout);
}

template <class Kind>
inline LogRest row_log_rest(const Access<typename Kind::T> &access, const Context<Kind> &context,
                            const Extremes<typename Kind::T> &e, const Ahead &ahead) {
  return with_layout<Kind>(layout_of<Kind>(e, context.scale.temperature),
                           [&](auto sum) { return row_log_rest<Kind>(access, context, e, ahead, sum); });
}

}  // namespace
