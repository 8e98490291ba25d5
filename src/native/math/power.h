// Powers of positive numbers: in fixed point, to 2^-100, and in doubles, to 2^-46, for what is then made exact.
//
// v^q = 2^(q log2 v) with the logarithm and the exponential of fixed.h and logarithm.h, so the same bits on every machine.
#pragma once
#include "logarithm.h"

namespace {

// A positive number m * 2^(exponent - 127), m in [2^127, 2^128); zero is m = 0.
struct Scaled {
  U128 m;
  std::int64_t exponent;
};

inline int leading_zeros(U128 v) { // of a v that is not 0
  const std::uint64_t high = static_cast<std::uint64_t>(v >> 64);
  return high ? __builtin_clzll(high) : 64 + __builtin_clzll(static_cast<std::uint64_t>(v));
}

// v * 2^unit
inline Scaled scaled(U128 v, std::int64_t unit) {
  if (!v) return {0, 0};
  const int zeros = leading_zeros(v);
  return {v << zeros, unit + 127 - zeros};
}

// A double of any sign as the integer of its digits and their exponent: |v| = mantissa * 2^exponent.
struct Digits {
  std::uint64_t mantissa;
  std::int64_t exponent;
  bool negative;
};

inline Digits digits_of(double v) {
  std::uint64_t pattern;
  __builtin_memcpy(&pattern, &v, sizeof v);
  const std::int64_t exponent = static_cast<std::int64_t>(pattern >> 52 & 2047);
  const std::uint64_t fraction = pattern & ((std::uint64_t{1} << 52) - 1);
  return {exponent ? fraction | std::uint64_t{1} << 52 : fraction, (exponent ? exponent : 1) - 1075, (pattern >> 63) != 0};
}

inline Scaled scaled(double v) {
  const Digits d = digits_of(v);
  return scaled(static_cast<U128>(d.mantissa), d.exponent);
}

// 1/v for a positive v, relative error below 2^-126: the quotient 2^191/mantissa in two steps of long division.
inline Scaled reciprocal_of(double v) {
  const Scaled s = scaled(v);
  const std::uint64_t mantissa = static_cast<std::uint64_t>(s.m >> 64); // in [2^63, 2^64)
  if (mantissa == std::uint64_t{1} << 63) return {s.m, -s.exponent};   // a power of two
  const U128 first = U128{1} << 127;
  const U128 high = first / mantissa;
  const U128 rest = (first % mantissa) << 64;
  return scaled((high << 64) + rest / mantissa, -s.exponent - 128);
}

// log2(v) * 2^114, absolute error below 2^-100 (of the logarithm).
inline I128 fixed_log2(Scaled v) {
  constexpr FixedCoefficients c{};
  const I128 natural = fixed_log(v.m, 0);
  const U128 log2e = static_cast<U128>(c.log2e[2]) << 64 | c.log2e[1]; // * 2^127
  const U128 fraction = natural > 0 ? multiply_high(static_cast<U128>(natural) << 7, log2e) : 0; // * 2^126
  return static_cast<I128>(v.exponent) * (I128{1} << 114) + static_cast<I128>(fraction >> 12);
}

// v^(q) or v^(-q), relative error below (1 + q) * 2^-100; q in [2^-110, 2^60].
inline Scaled power(Scaled v, Scaled q, bool negative) {
  const I128 log = fixed_log2(v);
  if (log < 0) negative = !negative;
  // |q log2 v| in units of 2^-point
  const U128 product = multiply_high(static_cast<U128>(log < 0 ? -log : log), q.m);
  const std::int64_t point = 113 - q.exponent;
  std::int64_t k = 0;
  U128 f = 0;
  if (point < 128) {
    const U128 whole = product >> point;
    k = whole >> 32 ? std::int64_t{1} << 32 : static_cast<std::int64_t>(whole);
    f = product << (128 - point);
  } else if (point < 256) f = product >> (point - 128);
  if (negative) {
    k = -k - (f != 0);
    f = -f;
  }
  const U128 m = fixed_exp2(f);
  return {m >> 127 ? m : ~U128{0}, k};
}

// ln v for a positive normal v, relative error below 2^-49.
inline double rough_log(double v) {
  Digits d = digits_of(v);
  std::int64_t octave = d.exponent + 52;
  double m = static_cast<double>(d.mantissa) * 0x1p-52; // in [1, 2)
  if (v < 1.0) m *= 0.5, octave++;
  const double of_m = m < 1.0 ? -log1p_rest((1.0 - m) / m) : log1p_rest(m - 1.0);
  return static_cast<double>(octave) * 0x1.62e42fefa39efp-1 + of_m;
}

// e^y, relative error below 2^-49 + |y| * 2^-52; nothing below the smallest double. No library call: libm differs.
inline double rough_exp(double y) {
  if (y < -745.0) return 0.0;
  const double octaves_of_y = y * 0x1.71547652b82fep+0;
  const double k = static_cast<double>(static_cast<std::int64_t>(octaves_of_y + (octaves_of_y < 0 ? -0.5 : 0.5)));
  const double ln2_hi = 0x1.62e42fee00000p-1, ln2_lo = 0x1.a39ef35793c76p-33; // Cody and Waite: k*ln2_hi is exact
  const double f = (y - k * ln2_hi) - k * ln2_lo;                             // |f| < 0.3467
  // by Estrin's scheme; the first term left out: f^14/14! < 2^-57
  const double f2 = f * f, f4 = f2 * f2;
  const double p0 = (1.0 + f) + f2 * (1.0 / 2 + f * (1.0 / 6));
  const double p4 = (1.0 / 24 + f * (1.0 / 120)) + f2 * (1.0 / 720 + f * (1.0 / 5040));
  const double p8 = (1.0 / 40320 + f * (1.0 / 362880)) + f2 * (1.0 / 3628800 + f * (1.0 / 39916800));
  const double p12 = 1.0 / 479001600 + f * (1.0 / 6227020800.0);
  const double p = p0 + f4 * (p4 + f4 * (p8 + f4 * p12));
  const std::int64_t e = static_cast<std::int64_t>(k);
  return e < -1000 ? p * power_of_two(e + 200) * 0x1p-200 : p * power_of_two(e);
}

// v^q for v in (0, 2^40) and any q, as far as e^(q ln v) is a double: relative error below 2^-48 + |q ln v| * 2^-48.
inline double rough_power(double v, double q) { return rough_exp(q * rough_log(v)); }

}  // namespace
