// coefficients.h inside the anonymous namespace of the level, once, and the pair arithmetic that every scale needs.
#pragma once
#include <cstddef>
#include <cstdint>

namespace {

#include "coefficients.h"

inline double fma_one(double a, double b, double c) { return __builtin_fma(a, b, c); }

// (a + b)/divisor as a pair, relative error below 2^-103.
inline void divide_pair(double a, double b, double divisor, double &hi, double &lo) {
  hi = a / divisor;
  lo = (fma_one(-hi, divisor, a) + b) / divisor;
}

// 2^exponent as a double; 0 below the range of normal numbers, never above it.
inline double power_of_two(std::int64_t exponent) {
  if (exponent < -1022) return 0.0;
  const std::uint64_t pattern = static_cast<std::uint64_t>(exponent + 1023) << 52;
  double value;
  __builtin_memcpy(&value, &pattern, sizeof value);
  return value;
}

}  // namespace
