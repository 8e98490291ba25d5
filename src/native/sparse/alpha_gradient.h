// The gradient of entmax with respect to alpha, given its result y: sum_i g_i dy_i/dalpha.
//
// Correia, Niculae, Martins (2019), proposition 1, has a difference over (alpha - 1)^2, which cancels as alpha approaches 1. The
// same in terms that do not: with p = y/sum(y), L = log p, e = alpha - 1, z = -e*L, w = (exp(z) - 1 - z)/e^2,
//
//     dy_i/dalpha = p_i*(Q*(1 - e*L_i) - (1 + e*H)*w_i)/Z,   H = -sum(p*L), Q = sum(p*w), Z = 1 + e*H + e^2*Q,
//
// which at alpha = 1 (w = L^2/2) is their limit. In doubles, on sums of integers. w, Q and Z may carry a common
// factor exp(-shift).
#pragma once
#include "gradient.h"

namespace {

// (exp(z) - 1 - z)/z^2 for |z| <= 1; the first term left out is z^17/19! < 2^-56.
inline double second_order(double z) {
  constexpr double inverse[] = {1.0 / 2,          1.0 / 6,           1.0 / 24,           1.0 / 120,           1.0 / 720,             1.0 / 5040,
                                1.0 / 40320,      1.0 / 362880,      1.0 / 3628800,      1.0 / 39916800,      1.0 / 479001600,       1.0 / 6227020800.0,
                                1.0 / 87178291200.0, 1.0 / 1307674368000.0, 1.0 / 20922789888000.0, 1.0 / 355687428096000.0, 1.0 / 6402373705728000.0};
  double sum = 0;
  for (int k = 16; k >= 0; k--) sum = sum * z + inverse[k];
  return sum;
}

// A sum of doubles that knows no order: the largest is seen first, then every one is added in units of 2^-120 of its power of two.
class OrderlessSum {
  double largest = 0;
  std::int64_t exponent = 0;
  WideSum sum;

public:
  void see(double v) {
    const double size = v < 0 ? -v : v;
    if (size > largest) largest = size, exponent = scaled(size).exponent;
  }
  void add(double v) { sum.add(to_fixed(times_power(v, -exponent))); }
  double value() const { return times_power(pair_of(sum, -120).hi, exponent); }
};

struct AlphaTerms {
  double entropy, curvature, straight, bent; // of H, Q and, with g, of sum(p*(1 - e*L)) and sum(p*w)
};

template <class T> inline double entmax_alpha_vjp_row(const Elements<T> &y, const Elements<T> &g, std::size_t n, double alpha, bool &invalid) {
  Support<T, AlphaTerms> support(y, g, n);
  invalid = support.infinite && !support.nan;
  if (support.empty()) return 0.0;
  if (support.nan || support.infinite) return __builtin_nan("");
  const double e = alpha - 1.0;
  const std::int64_t top = scaled(support.largest_y).exponent;
  WideSum total;
  support.each_y([&](double v) { total.add(to_fixed(times_power(v, -top))); });
  const double mass = pair_of(total, -120).hi, log_of_mass = rough_log(mass);
  const auto logarithm = [&](double v) { // of p, v scaled as the mass is
    const Scaled s = scaled(v);
    const double m = static_cast<double>(static_cast<std::uint64_t>(s.m >> 64)) * 0x1p-63;
    const double octaves = static_cast<double>(s.exponent - top);
    return octaves < 0 ? octaves * 0x1.62e42fefa39efp-1 + (rough_log(m) - log_of_mass) : rough_log(m) - log_of_mass;
  };
  // p*w = (exp((1 - e)*L) - p*(1 + z))/e^2 grows without bound beyond alpha = 2: its largest term is scaled to about 1
  const double shift = e > 1.0 ? (1.0 - e) * logarithm(support.smallest_y) : 0.0, factor = rough_exp(-shift);
  const auto terms = [&](double v, double of_g) -> AlphaTerms {
    const double p = times_power(v, -top) / mass, l = logarithm(v), z = -e * l;
    const double pw = z < 1.0 ? p * l * l * second_order(z) * factor : (rough_exp((1.0 - e) * l - shift) - factor * p * (1.0 + z)) / (e * e);
    return {-p * l, pw, of_g * p * (1.0 - e * l), of_g * pw};
  };
  OrderlessSum entropy, curvature, straight, bent;
  support.first(terms, [&](const AlphaTerms &t, double) {
    entropy.see(t.entropy), curvature.see(t.curvature), straight.see(t.straight), bent.see(t.bent);
  });
  support.each(terms, [&](const AlphaTerms &t, double) {
    entropy.add(t.entropy), curvature.add(t.curvature), straight.add(t.straight), bent.add(t.bent);
  });
  const double one_and = 1.0 + e * entropy.value(), q = curvature.value();
  return (q * straight.value() - one_and * bent.value()) / (factor * one_and + e * e * q);
}

}  // namespace
