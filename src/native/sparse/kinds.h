// p = a^r, r = 1/(alpha - 1), of the distance a to the threshold: r = 1 (sparsemax), r = 2 (alpha = 1.5), any other.
//
// `rough` in doubles, `exact` in units of 2^-126, `result` to be rounded once. `slope` is a^(r - 1) = dp/da / r, `excess` is
// mass - mass^(1 - 1/r), which makes a Newton step for sum(p) = mass one for the r-norm.
#pragma once
#include "candidates.h"

namespace {

struct Linear {
  static constexpr double r = 1.0;
  static constexpr int polish = -44;   // a step of the rough solution below 2^polish of the threshold is the last
  static constexpr double settled = 0; // likewise of the exact one, where r < 2; here sums are exact, and steps end at 0
  double rough(double a) const { return a; }
  double slope(double, double) const { return 1.0; }
  double excess(double mass) const { return mass - 1.0; }
  U128 exact(U128 a) const { return a; }
  Scaled result(U128 a) const { return scaled(a, -unit_bits); }
};

struct Square {
  static constexpr double r = 2.0;
  static constexpr int polish = -44;
  static constexpr double settled = 0;
  double rough(double a) const { return a * a; }
  double slope(double a, double) const { return a; }
  double excess(double mass) const { return mass - __builtin_sqrt(mass); }
  U128 exact(U128 a) const { return multiply_high(a << 1, a << 1); } // a <= 1: at most 3 units too small
  Scaled result(U128 a) const {
    const Scaled s = scaled(a, -unit_bits);
    return scaled(multiply_high(s.m, s.m), 2 * s.exponent - 126);
  }
};

// A whole power not below r, cheap. Its threshold is not below that of r, since distances to it are at most 1.
struct Whole {
  double r;
  std::int64_t exponent;
  static constexpr int polish = -8;

  explicit Whole(double at_least) : exponent(static_cast<std::int64_t>(at_least)) {
    exponent += static_cast<double>(exponent) < at_least;
    r = static_cast<double>(exponent);
  }
  double rough(double a) const { return a * slope(a, 0); }
  double slope(double a, double) const {
    double power = 1.0;
    for (std::int64_t e = exponent - 1; e; e >>= 1, a *= a)
      if (e & 1) power *= a;
    return power;
  }
  double excess(double mass) const { return mass - rough_power(mass, 1.0 - 1.0 / r); }
};

struct General {
  double minus_one, r; // alpha - 1 and its reciprocal
  Scaled exact_r;
  std::int64_t octaves = 0; // distances are in units of 2^-(126 + octaves)
  static constexpr int polish = -34;
  static constexpr double settled = 0x1p-96;

  explicit General(double alpha_minus_one) : minus_one(alpha_minus_one), r(1.0 / alpha_minus_one), exact_r(reciprocal_of(alpha_minus_one)) {}
  double rough(double a) const { return rough_power(a, r); }
  double slope(double a, double p) const { return p / a; }
  double excess(double mass) const {
    const double z = minus_one * rough_log(mass); // mass*(1 - e^-z) for mass >= 1
    return mass * (z < 0x1p-8 ? z * (1 - z / 2 * (1 - z / 3 * (1 - z / 4 * (1 - z / 5)))) : 1.0 - rough_exp(-z));
  }
  U128 exact(U128 a) const {
    const Scaled p = result(a);
    return p.exponent > 0 ? unit_one : p.exponent > -127 ? p.m >> (1 - p.exponent) : 0; // 2^(exponent - 127) * 2^126
  }
  Scaled result(U128 a) const {
    if (!a) return {0, 0};
    return power(scaled(a, -unit_bits - octaves), exact_r, false);
  }
};

}  // namespace
