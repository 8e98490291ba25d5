// A term as an integer: what sums that no order may change are made of where windows move or weights take part.
#pragma once
#include "rest.h"

namespace {

constexpr int term_bits = 100;

// t(x) = base*(1 + growth)*2^(exponent - bias) in units of 2^(exponent - term_bits), below 2^term_bits. base is taken exactly,
// base*growth rounded at 2^-57.5 of it and truncated at 2^-65.
inline U128 integer_of(double base, double growth) {
  static_assert(Float64::bias - term_bits == 400, "the unit of an integer term");
  const I128 digits = static_cast<std::int64_t>(base * 0x1p-446); // an ulp of base is 2^446 or 2^447
  return static_cast<U128>(digits * (I128{1} << 46) + static_cast<I128>(static_cast<std::int64_t>(base * growth * 0x1p-434)) * (I128{1} << 34));
}
inline U128 integer_of(const OwnTerm<Float64> &term) { return integer_of(term.base, term.growth); }

// Which of two finite elements count beside each other: where one is out of the reach of windows, only ties do.
inline bool counts_beside(const Context<Float64> &context, double x, double max) {
  return x == max || !(context.ties_only(x) || context.ties_only(max));
}

}  // namespace
