// Numbers of 128 bits and any exponent, by integers alone: the same bits on every machine. For what is rare and may be slow.
//
// Every operation cuts off: relative error below 2^-124, of the larger operand for sums.
#pragma once
#include "../math/power.h"

namespace {

struct Number {
  Scaled size; // zero is size.m = 0
  bool negative;
};

inline Number number(double v) { return {scaled(v), v < 0}; } // exactly
inline Number number(I128 v, std::int64_t unit) {             // v * 2^unit
  return {scaled(v < 0 ? -static_cast<U128>(v) : static_cast<U128>(v), unit), v < 0};
}
inline Number negative(Number a) { return {a.size, !a.negative}; }
inline Number times_power_of_two(Number a, std::int64_t exponent) { return {{a.size.m, a.size.exponent + exponent}, a.negative}; }

inline Scaled product(Scaled a, Scaled b) { return scaled(multiply_high(a.m, b.m), a.exponent + b.exponent - 126); }
inline Number product(Number a, Number b) { return {product(a.size, b.size), a.negative != b.negative}; }

inline Number sum(Number a, Number b) {
  if (!a.size.m) return b;
  if (!b.size.m) return a;
  if (a.size.exponent < b.size.exponent) return sum(b, a);
  const std::int64_t down = a.size.exponent - b.size.exponent + 1; // one bit for a carry
  const U128 large = a.size.m >> 1, small = down < 128 ? b.size.m >> down : 0;
  if (a.negative == b.negative) return {scaled(large + small, a.size.exponent - 126), a.negative};
  const bool crosses = small > large;
  return {scaled(crosses ? small - large : large - small, a.size.exponent - 126), crosses ? b.negative : a.negative};
}
inline Number difference(Number a, Number b) { return sum(a, negative(b)); }

// By long division in two digits of 64 bits (Knuth, algorithm D); b is not 0.
inline Scaled quotient(Scaled a, Scaled b) {
  const std::uint64_t high = static_cast<std::uint64_t>(b.m >> 64), low = static_cast<std::uint64_t>(b.m);
  U128 rest = a.m >> 1, q = 0; // below b.m
  for (int digits = 0; digits < 2; digits++) {
    const U128 guess = rest / high; // at most 2 too large
    std::uint64_t digit = guess >> 64 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(guess);
    for (;; digit--) { // rest * 2^64 - digit * b.m, as soon as it is not negative
      const U128 below = static_cast<U128>(low) * digit, above = static_cast<U128>(high) * digit + (below >> 64);
      const std::uint64_t last = static_cast<std::uint64_t>(below);
      if (above > rest || (above == rest && last)) continue;
      rest = ((rest - above) << 64) - last;
      break;
    }
    q = q << 64 | digit;
  }
  return scaled(q, a.exponent - b.exponent - 127);
}
inline Number quotient(Number a, Number b) { return {quotient(a.size, b.size), a.negative != b.negative}; }

// The nearest double, ties to even, subnormal results included.
inline double rounded(Number v) {
  const std::int64_t exponent = v.size.exponent;
  const std::int64_t digits = exponent >= -1022 ? 53 : exponent + 1075;
  if (!v.size.m || digits < 0) return v.negative ? -0.0 : 0.0;
  if (exponent > 1023) return v.negative ? -__builtin_inf() : __builtin_inf();
  const int cut = static_cast<int>(128 - digits); // 75 to 128
  std::uint64_t kept = cut < 128 ? static_cast<std::uint64_t>(v.size.m >> cut) : 0;
  const U128 rest = cut < 128 ? v.size.m & ((U128{1} << cut) - 1) : v.size.m, half = U128{1} << (cut - 1);
  if (rest > half || (rest == half && (kept & 1))) kept++;
  const std::int64_t unit = exponent - digits + 1, first = unit / 2;
  const double size = static_cast<double>(kept) * power_of_two(first) * power_of_two(unit - first); // exact
  return v.negative ? -size : size;
}

// The root of v, relative error below 2^-100: one step of Newton from a double.
inline Scaled root(Scaled v) {
  const std::int64_t half = v.exponent >> 1;
  const Scaled square{v.m, v.exponent - 2 * half}; // in [1, 4)
  const double w = static_cast<double>(static_cast<std::uint64_t>(v.m >> 64)) * 0x1p-63 * power_of_two(square.exponent);
  double r = 0.5 * w + 0.5; // the tangent at 1, then Heron's steps: from at most 1/4 to 2^-6, 2^-13, 2^-27, and rounding
  for (int i = 0; i < 5; i++) r = 0.5 * (r + w / r);
  const Scaled first = scaled(r);
  const Number twice = sum({first, false}, {quotient(square, first), false});
  return {twice.size.m, twice.size.exponent - 1 + half};
}

// log v; absolute error below 2^-101 + 2^-125 of its size.
inline Number logarithm(Scaled v) {
  constexpr FixedCoefficients c{};
  if (v.exponent > -100 && v.exponent < 100) return number(fixed_log(v.m, v.exponent), -120);
  const Number octaves = product(number(static_cast<I128>(v.exponent), 0), {scaled(wide(c.ln2), -128), false});
  return sum(octaves, number(fixed_log(v.m, 0), -120));
}

}  // namespace
