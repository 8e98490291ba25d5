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

// rest as a pair; the low part is zero for float32.
struct Ratio {
  double hi, lo;
};

// base*(1 + growth) as a pair.
inline Ratio term_pair(double base, double growth) {
  const double hi = fma_one(base, growth, base);
  return {hi, fma_one(base, growth, base - hi)};
}

// From the integer `sum` of the rest, the term of the maximum, and the power of two between their units.
template <class Kind> inline Ratio ratio_of(I128 sum, typename Kind::T base, typename Kind::T growth, I128 shift) {
  const double s = nearest(sum), h = fma_one(base, growth, base);
  if constexpr (Kind::digits == 24) {
    return {scale_by(s / h, shift), 0.0};
  } else {
    const double l = term_pair(base, growth).lo;
    const double q = s / h;
    const double residual = fma_one(-q, h, s) + (static_cast<double>(sum - static_cast<I128>(s)) - q * l);
    const double hi = scale_by(q + residual / h, shift);
    if (hi < 0x1p-960) return {hi, 0.0}; // a low part would be rounded as well once it is subnormal
    return {scale_by(q, shift), scale_by(residual / h, shift)};
  }
}

template <class Kind> inline LogRest log_of_ratio(const Ratio &rest) {
  if constexpr (Kind::digits == 24) {
    return {log1p_rest(rest.hi), 0.0};
  } else {
    if (rest.hi < 0x1p-960) return {rest.hi, 0.0}; // log1p(r) is r
    LogRest log;
    log1p_pair(rest.hi, rest.lo, log.hi, log.lo);
    return log;
  }
}

// The term of one element in the window of its own.
template <class Kind> struct OwnTerm {
  typename Kind::T base, growth;
  I128 exponent;

  OwnTerm(const Context<Kind> &context, typename Kind::T x) {
    if (__builtin_expect(context.is_fast(x), 1)) { // what Terms would do, without the other paths
      typename Kind::V bases, growths;
      const auto own = static_cast<std::int64_t>(Kind::octave(context.scale, x)) + 1;
      Kind::term(Kind::window(context.scale, x, own), splat(x), bases, growths);
      base = bases[0];
      growth = growths[0];
      exponent = own;
    } else {
      const Terms<Kind> terms(context, x);
      terms.one(x, base, growth);
      exponent = terms.exponent;
    }
  }
};

// The integer sum of all terms but one maximum, in the window of the second largest element.
template <class Kind> struct RestSum {
  OwnTerm<Kind> max;
  I128 total, exponent;
  Layout layout;

  inline Ratio ratio() const {
    if (total == 0) return {0.0, 0.0};
    return ratio_of<Kind>(total, max.base, max.growth, exponent - max.exponent + quantum_exponent<Kind>(layout));
  }
  inline LogRest log() const { return total == 0 ? LogRest{0.0, 0.0} : log_of_ratio<Kind>(ratio()); }
};

// Whether anything but the maximum counts.
template <class Kind> inline bool has_rest(const Context<Kind> &context, const Extremes<typename Kind::T> &e) {
  if (e.second == -infinity<typename Kind::T>()) return false;
  return e.second == e.max || !(context.ties_only(e.max) || context.ties_only(e.second));
}

template <class Kind>
inline RestSum<Kind> sum_of_rest(const Access<typename Kind::T> &access, const Context<Kind> &context,
                                 const Extremes<typename Kind::T> &e, const Ahead &ahead) {
  using T = typename Kind::T;
  const Layout layout = layout_of<Kind>(e, context.scale.temperature);
  RestSum<Kind> rest{OwnTerm<Kind>(context, e.max), 0, 0, layout};
  if (!has_rest(context, e)) return rest;
  const OwnTerm<Kind> second(context, e.second); // here already: later the row would wait for it
  const Terms<Kind> terms(context, e.second);
  rest.exponent = second.exponent;
  rest.total = with_layout<Kind>(layout, [&](auto sum) {
    T gathered[block_elements];
    const std::size_t n = access.row.n;
    for (std::size_t i = 0; i < n; i += block_elements) {
      const std::size_t m = n - i < block_elements ? n - i : block_elements;
      add_terms<Kind, Kept::nowhere>(terms, access.fetch(i, m, gathered), m, sum, n > block_elements ? Ahead() : ahead);
    }
    add_sink(access.row, terms, sum);
    // the maximum took part as the second largest: out again
    return sum.total() - decltype(sum)::of_one(second.base, second.growth);
  });
  return rest;
}

}  // namespace
