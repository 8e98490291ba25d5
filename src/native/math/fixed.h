// Fixed-point exponential and logarithm on 128-bit integers: the slow, exact end of the family.
//
// Used where a row is so large, so near to cancelling or so oddly scaled that floating-point pairs no longer do. Integer
// arithmetic only: the same bits on every machine, no rounding mode. 60 to 150 ns a call.
#pragma once
#include "coefficients_once.h"

namespace {

typedef unsigned __int128 U128;
typedef __int128 I128;

inline U128 wide(Word w) { return static_cast<U128>(w.hi) << 64 | w.lo; }

// The high half of a 256-bit product: floor(a*b / 2^128), at most 2 too small (the lowest partial product is left out).
inline U128 multiply_high(U128 a, U128 b) {
  const std::uint64_t ah = static_cast<std::uint64_t>(a >> 64), al = static_cast<std::uint64_t>(a);
  const std::uint64_t bh = static_cast<std::uint64_t>(b >> 64), bl = static_cast<std::uint64_t>(b);
  const U128 cross1 = static_cast<U128>(ah) * bl, cross2 = static_cast<U128>(al) * bh;
  const U128 carry = (static_cast<U128>(static_cast<std::uint64_t>(cross1)) + static_cast<std::uint64_t>(cross2)) >> 64;
  return static_cast<U128>(ah) * bh + (cross1 >> 64) + (cross2 >> 64) + carry;
}

// 2^f * 2^127 for a fraction f * 2^128; absolute error below 2^-120 (of a result in [1, 2)).
// f = i/64 + g: 2^(i/64) from the table, e^(g ln 2) - 1 by Horner on sixteen terms, g*ln 2 < 2^-6.5.
inline U128 fixed_exp2(U128 f) {
  constexpr FixedCoefficients c{};
  const U128 y = multiply_high(f << 6 >> 6, wide(c.ln2));
  U128 p = wide(c.inverse_factorials[15]);
  for (int k = 14; k >= 0; k--) p = wide(c.inverse_factorials[k]) + multiply_high(p, y);
  const U128 entry = wide(c.powers[static_cast<int>(f >> 122)]);
  return entry + multiply_high(entry, multiply_high(p, y) << 1); // p is a multiple of 2^-127, y and the product of 2^-128
}

struct Multiplier { // a number of 192 bits, limbs * 2^(exponent - 191), at least 2^(exponent - 1)
  std::uint64_t limb[3];
  std::int64_t exponent;
};

struct Octaves {
  I128 k;
  U128 f;
};

// x * by = k + f * 2^-128, k an integer, f a fraction in [0, 2^128): an exact product, truncated at 2^-128. |x * by| < 2^120.
inline Octaves octaves(double x, const Multiplier &by) {
  std::uint64_t pattern;
  __builtin_memcpy(&pattern, &x, sizeof x);
  const bool negative = pattern >> 63;
  std::int64_t exponent = static_cast<std::int64_t>(pattern >> 52 & 2047);
  std::uint64_t mantissa = pattern & ((std::uint64_t{1} << 52) - 1);
  if (exponent) mantissa |= std::uint64_t{1} << 52;
  else exponent = 1;
  // product = mantissa * limbs, 256 bits, times 2^(exponent - 1075 + by.exponent - 191)
  std::uint64_t product[4];
  U128 carry = 0;
  for (int i = 0; i < 3; i++) {
    carry += static_cast<U128>(mantissa) * by.limb[i];
    product[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  product[3] = static_cast<std::uint64_t>(carry);
  // bits above the fraction: product >> point is the integer part
  const std::int64_t point = 1075 + 191 - exponent - by.exponent;
  const auto bit = [&](std::int64_t from) -> std::uint64_t { // 64 bits of the product, starting at bit `from`
    std::uint64_t value = 0;
    for (int i = 0; i < 4; i++) {
      const std::int64_t shift = 64 * i - from;
      if (shift > -64 && shift <= 0) value |= product[i] >> -shift;
      else if (shift > 0 && shift < 64) value |= product[i] << shift;
    }
    return value;
  };
  Octaves y{static_cast<I128>(static_cast<U128>(bit(point + 64)) << 64 | bit(point)),
            static_cast<U128>(bit(point - 64)) << 64 | bit(point - 128)};
  if (negative) {
    y.k = -y.k - (y.f != 0);
    y.f = -y.f;
  }
  return y;
}

// log2(e)/T as a Multiplier: long division of a 320-bit integer by the 53-bit mantissa of T, truncated.
inline Multiplier log2e_over(double temperature) {
  constexpr FixedCoefficients c{};
  Multiplier m{{c.log2e[0], c.log2e[1], c.log2e[2]}, 0};
  if (temperature == 1.0) return m;
  std::uint64_t pattern;
  __builtin_memcpy(&pattern, &temperature, sizeof pattern);
  std::int64_t exponent = static_cast<std::int64_t>(pattern >> 52 & 2047);
  std::uint64_t mantissa = pattern & ((std::uint64_t{1} << 52) - 1);
  if (exponent) mantissa |= std::uint64_t{1} << 52;
  else {
    exponent = 1;
    while (!(mantissa >> 52)) mantissa <<= 1, exponent--;
  }
  // limbs * 2^64 / mantissa: the quotient has 203 or 204 bits, of which the low 12 are dropped
  std::uint64_t quotient[4];
  U128 remainder = 0;
  for (int i = 3; i >= 0; i--) {
    const U128 dividend = remainder << 64 | (i ? c.log2e[i - 1] : 0);
    quotient[i] = static_cast<std::uint64_t>(dividend / mantissa);
    remainder = dividend % mantissa;
  }
  for (int i = 0; i < 3; i++) m.limb[i] = quotient[i] >> 12 | quotient[i + 1] << 52;
  // value = quotient * 2^(-191 - 64 + 1075 - exponent); limbs = quotient * 2^-12
  m.exponent = 12 - 64 + 1075 - exponent;
  return m;
}

}  // namespace
