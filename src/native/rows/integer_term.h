// A term as an integer: what sums that no order may change are made of where windows move or weights take part.
#pragma once
#include "rest.h"

namespace {

constexpr int term_bits = 100;

// t(x) = base*(1 + growth)*2^(exponent - bias) in units of 2^(exponent - term_bits), below 2^term_bits. Truncated: off by less than
// 2^-97 of itself, and by the rounding of base*growth, 2^-57.5 at most.
inline U128 integer_of(const OwnTerm<Float64> &term) {
  constexpr double unit = 0x1p-400; // 2^(term_bits - bias)
  static_assert(Float64::bias - term_bits == 400, "the unit of an integer term");
  return static_cast<U128>(static_cast<I128>(term.base * unit) + static_cast<I128>(term.base * term.growth * unit));
}

// Which of two finite elements count beside each other: where one is out of the reach of windows, only ties do.
inline bool counts_beside(const Context<Float64> &context, double x, double max) {
  return x == max || !(context.ties_only(x) || context.ties_only(max));
}

}  // namespace
