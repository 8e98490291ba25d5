// log(1 - e^-d), log(e^a - e^b) and log(p/(1 - p)) of any operands, in 128-bit fixed point: 0.2 us each. The vectors of
// differences.h do the ordinary ones; what cancels, and what lies at the ends of the range, comes here.
#pragma once
#include "../math/logarithm.h"
#include "../rows/rest.h"

namespace {

// m * 2^(exponent - 127), m in [2^127, 2^128).
struct Scaled {
  U128 m;
  std::int64_t exponent;
};

inline Scaled normalised(U128 m, std::int64_t exponent) {
  const auto high = static_cast<std::uint64_t>(m >> 64);
  const int zeros = high ? __builtin_clzll(high) : 64 + __builtin_clzll(static_cast<std::uint64_t>(m));
  return {m << zeros, exponent - zeros};
}

// A positive number, exactly.
inline Scaled scaled_of(double v) {
  std::uint64_t pattern;
  __builtin_memcpy(&pattern, &v, sizeof v);
  const std::int64_t exponent = static_cast<std::int64_t>(pattern >> 52 & 2047);
  const std::uint64_t mantissa = pattern & ((std::uint64_t{1} << 52) - 1);
  return normalised(static_cast<U128>(exponent ? mantissa | std::uint64_t{1} << 52 : mantissa) << 75, exponent ? exponent - 1023 : -1022);
}
// hi + lo > 0 with |lo| <= ulp(hi)/2: exactly, but for what lies 2^-126 below it.
inline Scaled scaled_of(double hi, double lo) {
  Scaled v = scaled_of(hi);
  if (lo == 0) return v;
  const Scaled rest = scaled_of(lo < 0 ? -lo : lo);
  const std::int64_t down = v.exponent - rest.exponent; // at least 52
  v.m >>= 1; // room for a carry
  const U128 part = down < 126 ? rest.m >> (down + 1) : 0;
  return normalised(lo < 0 ? v.m - part : v.m + part, v.exponent + 1);
}

// e^-d for d = hi + lo > 0: m * 2^(exponent - 127), relative error below 2^-119.
inline Scaled exp_minus(double hi, double lo) {
  const Multiplier by = log2e_over(1.0);
  const Octaves a = octaves(-hi, by), b = octaves(-lo, by);
  const U128 f = a.f + b.f;
  return {fixed_exp2(f), static_cast<std::int64_t>(a.k + b.k) + (f < a.f)};
}

// 1 - e^-d for d = hi + lo, 0 < d < 64: relative error below 2^-108.
inline Scaled one_less_exp_minus(double hi, double lo) {
  constexpr FixedCoefficients c{};
  if (hi >= 0x1p-10) {
    const Scaled e = exp_minus(hi, lo); // below 1
    return normalised((U128{1} << 127) - (e.m >> -e.exponent), 0);
  }
  // d*(1 - d/2! + d^2/3! - ...); the first term left out is below 2^-128
  const Scaled d = scaled_of(hi, lo);
  const U128 y = d.exponent > -128 ? d.m >> (-1 - d.exponent) : 0; // d * 2^128
  U128 q = wide(c.inverse_factorials[12]);
  for (int k = 11; k >= 0; k--) q = wide(c.inverse_factorials[k]) - multiply_high(q, y);
  return normalised(multiply_high(d.m, q), d.exponent + 1);
}

// log v as a pair; absolute error below 2^-100.
inline void log_of(const Scaled &v, double &hi, double &lo) {
  constexpr FixedCoefficients c{};
  if (v.exponent > -160) return from_fixed(fixed_log(v.m, v.exponent), hi, lo);
  // down to -745, which does not fit: in units of 2^-112
  from_fixed(v.exponent * static_cast<I128>(wide(c.ln2_120) >> 8) + (fixed_log(v.m, 0) >> 8), hi, lo);
  hi *= 0x1p8;
  lo *= 0x1p8;
}

// Further apart than this nothing is left of the smaller operand: e^-800 is far below the smallest number.
constexpr double far_apart = 800;

// log(1 - e^-d) as a pair for d = hi + lo, 0 < d <= far_apart; relative error below 2^-70.
inline void log_one_less_exp_minus(double hi, double lo, double &log_hi, double &log_lo) {
  if (hi >= 20) { // t + t^2/2 + t^3/3, the next term is below 2^-88 of the first
    const Scaled e = exp_minus(hi, lo);
    double t, rest;
    from_fixed(static_cast<I128>(e.m >> 7), t, rest);
    const double scale = power_of_two(e.exponent); // 0 where t^2 is nothing
    rest += t * t * scale * (0.5 + t * scale * (1.0 / 3));
    log_hi = scale_by(-(t + rest), e.exponent);
    log_lo = scale_by(-((t - (t + rest)) + rest), e.exponent);
    return;
  }
  log_of(one_less_exp_minus(hi, lo), log_hi, log_lo);
}

// log(1 - e^x), x < 0.
inline double exact_log1mexp(double x) {
  if (x < -far_apart) return -0.0;
  double hi, lo;
  log_one_less_exp_minus(-x, 0.0, hi, lo);
  return hi;
}

// a + log(1 - e^-(a - b)) for finite a > b: error below half an ulp + 2^-100.
inline double exact_logsubexp(double a, double b) {
  const double d = a - b, back = d - a;
  if (d > far_apart) return a == 0 ? -0.0 : a;
  const double lost = (a - (d - back)) - (b + back);
  if (d < 20 && d > 0x1p-100 && a < 64 && a > -64) { // the only ones that cancel
    const Scaled u = one_less_exp_minus(d, lost);
    double hi, lo;
    from_fixed(to_fixed(a) + fixed_log(u.m, u.exponent), hi, lo);
    return hi;
  }
  double hi, lo;
  log_one_less_exp_minus(d, lost, hi, lo);
  if (a == 0) return hi;
  const double s = a + hi, c = s - a;
  return s + (((a - (s - c)) + (hi - c)) + lo);
}

// log(p/(1 - p)), 0 < p < 1: relative error below 2^-79 before it is rounded.
inline double exact_logit(double p) {
  const double s = 2 * p - 1; // exact where it matters: from 1/4 on
  if (s < 0x1p-20 && s > -0x1p-20) return 2 * s + 2 * s * (s * s * (1.0 / 3)); // 2 atanh(s), the next term is below 2^-82
  const Scaled u = scaled_of(p);
  if (p < 0x1p-60) { // log p + p
    double hi, lo;
    log_of(u, hi, lo);
    return hi + (lo + p);
  }
  const Scaled rest = normalised((U128{1} << 127) - (u.m >> -u.exponent), 0);
  return static_cast<double>(fixed_log(u.m, u.exponent) - fixed_log(rest.m, rest.exponent)) * 0x1p-120;
}

}  // namespace
