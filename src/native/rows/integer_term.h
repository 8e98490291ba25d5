// A term as an integer: what sums that no order may change are made of where windows move or weights take part.
#pragma once
#include "strip.h"

namespace {

constexpr int term_bits = 100;

// t(x) = base*(1 + growth)*2^(exponent - bias) in units of 2^(exponent - term_bits), below 2^term_bits. base is taken exactly,
// base*growth rounded at 2^-57.5 of it and truncated at 2^-65.
inline U128 integer_of(double base, double growth) {
  static_assert(Float64::bias - term_bits == 400, "the unit of an integer term");
  const I128 digits = static_cast<std::int64_t>(base * 0x1p-446); // an ulp of base is 2^446 or 2^447
  return static_cast<U128>(digits * (I128{1} << 46) + static_cast<I128>(static_cast<std::int64_t>(base * growth * 0x1p-434)) * (I128{1} << 34));
}

// The term of an element in the window of its own.
struct Term {
  double base, growth;
  I128 exponent;
};

inline Term own_term(const Context<Float64> &context, double x) {
  const OwnTerm<Float64> own(context, x);
  return {own.base, own.growth, own.exponent};
}

// Many at once; what is said of elements that are not finite means nothing.
constexpr std::size_t terms_at_once = Strip<Float64>::width;
inline void own_terms(const Context<Float64> &context, const double *x, Term *to) {
  const auto of = load_many<2>(x);
  const auto windows = Strip<Float64>{}.windows(context, of);
  Many<D, 2> base, growth;
  Float64::term(windows, of, base, growth);
  for (std::size_t i = 0; i < terms_at_once; i++) {
    const std::size_t v = i / lanes<double>, e = i % lanes<double>;
    if (__builtin_expect(context.is_fast(x[i]), 1)) to[i] = {base.v[v][e], growth.v[v][e], windows.exponent.v[v][e]};
    else if (x[i] - x[i] == 0) to[i] = own_term(context, x[i]);
  }
}

// Which of two finite elements count beside each other: where one is out of the reach of windows, only ties do.
inline bool counts_beside(const Context<Float64> &context, double x, double max) {
  return x == max || !(context.ties_only(x) || context.ties_only(max));
}

}  // namespace
