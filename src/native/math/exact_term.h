// The term of an element outside the fast domain: |z| beyond the rounding constant, or a temperature whose constants are no
// normal numbers. Same meaning as term() of terms_f32.h and terms_f64.h (the common factor included), made from integers.
#pragma once
#include "fixed.h"

namespace {

// A term g * 2^k * m * 2^-127, m in [2^127, 2^128).
struct ExactTerm {
  I128 k;
  U128 m;
};

template <class Kind> inline ExactTerm exact_term(double x, const Multiplier &by) {
  constexpr FixedCoefficients c{};
  const Octaves o = octaves(x, by);
  U128 m = multiply_high(fixed_exp2(o.f), wide(Kind::digits == 24 ? c.factor32 : c.factor64)); // both factors lie in [1/2, 1)
  I128 k = o.k;
  if (!(m >> 127)) m <<= 1, k--;
  return {k, m};
}

// reach in octaves: further below the window than this a term is nothing.
template <class Kind> constexpr int octaves_of_reach = static_cast<int>(Kind::reach * 1.4427);

// The term scaled by 2^(bias - exponent) as base*(1 + growth); zero where that is out of sight.
template <class Kind> inline void exact_pair(const ExactTerm &t, I128 exponent, typename Kind::T &base, typename Kind::T &growth) {
  using T = typename Kind::T;
  base = growth = 0;
  if (t.k - exponent < -octaves_of_reach<Kind>) return;
  const std::int64_t k = static_cast<std::int64_t>(t.k - exponent);
  // base: the leading digits, rounded half up; growth: what is left, as a part of them
  constexpr int dropped = 128 - Kind::digits;
  U128 lead = (t.m >> dropped) + (t.m >> (dropped - 1) & 1);
  const I128 left = static_cast<I128>(t.m - (lead << dropped)); // wraps to the signed remainder
  const double scale = power_of_two(k + Kind::bias - 127);
  base = static_cast<T>(static_cast<double>(lead) * (scale * power_of_two(dropped)));
  growth = static_cast<T>(static_cast<double>(left) / (static_cast<double>(lead) * power_of_two(dropped)));
}

}  // namespace
