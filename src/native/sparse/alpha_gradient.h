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

// (exp(z) - 1 - z)/z^2 for |z| <= 1; the first term left out is z^18/20! < 2^-61.
inline double second_order(double z) {
  double sum = 0;
  for (int k = 19; k >= 2; k--) sum = sum * z / (k + 1) + 1.0;
  return 0.5 * sum;
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
  const Support support = support_of(y, g, n);
  invalid = support.infinite && !support.nan;
  if (!support.size) return 0.0;
  if (support.nan || support.infinite) return __builtin_nan("");
  const double e = alpha - 1.0;
  WideSum total;
  const std::int64_t top = scaled(support.largest_y).exponent;
  each_of_support(y, n, [&](std::size_t, double v) { total.add(to_fixed(times_power(v, -top))); });
  const double mass = pair_of(total, -120).hi, log_of_mass = rough_log(mass);
  const auto logarithm = [&](double v) { // of p, v scaled as the mass is
    const Scaled s = scaled(v);
    const double m = static_cast<double>(static_cast<std::uint64_t>(s.m >> 64)) * 0x1p-63;
    const double octaves = static_cast<double>(s.exponent - top);
    return octaves < 0 ? octaves * 0x1.62e42fefa39efp-1 + (rough_log(m) - log_of_mass) : rough_log(m) - log_of_mass;
  };
  // p*w = (exp((1 - e)*L) - p*(1 + z))/e^2 grows without bound beyond alpha = 2: its largest term is scaled to about 1
  const double shift = e > 1.0 ? (1.0 - e) * logarithm(support.smallest_y) : 0.0, factor = rough_exp(-shift);
  const auto terms = [&](std::size_t i, double v) -> AlphaTerms {
    const double p = times_power(v, -top) / mass, l = logarithm(v), z = -e * l, of_g = static_cast<double>(g[i]);
    const double pw = z < 1.0 ? p * l * l * second_order(z) * factor : (rough_exp((1.0 - e) * l - shift) - factor * p * (1.0 + z)) / (e * e);
    return {-p * l, pw, of_g * p * (1.0 - e * l), of_g * pw};
  };
  OrderlessSum entropy, curvature, straight, bent;
  each_of_support(y, n, [&](std::size_t i, double v) {
    const AlphaTerms t = terms(i, v);
    entropy.see(t.entropy), curvature.see(t.curvature), straight.see(t.straight), bent.see(t.bent);
  });
  each_of_support(y, n, [&](std::size_t i, double v) {
    const AlphaTerms t = terms(i, v);
    entropy.add(t.entropy), curvature.add(t.curvature), straight.add(t.straight), bent.add(t.bent);
  });
  const double one_and = 1.0 + e * entropy.value(), q = curvature.value();
  return (q * straight.value() - one_and * bent.value()) / (factor * one_and + e * e * q);
}

}  // namespace
