// log(exp(a) @ exp(b)) without the sums a_ik + b_kj in memory: for each row of a, a strip of columns of b, a column a lane.
//
// Method    logsumexp over k of s + lo, the exact a_ik + b_kj as a pair: e^(s + lo) = t(s)*(1 + lo). The maximum stays out of the sum,
//           the sum is one of integers (lane_sums.h).
// Bound     That of logsumexp. lo^2/2 is left out: |lo| <= 2^-54 |s|, and where that is not below 2^-30, an ulp of the result is above
//           2^-28. Beyond |s| = 2^39 differences to the maximum are exact, and the result is max + log1p(rest) rounded once.
//           Where s is rounded instead, its error, half an ulp of s, is far below an ulp of a float32.
// Order     Neither that of k nor that of a and b matters, nor which columns share a strip.
#pragma once
#include "integer_term.h"
#include "quick.h"

namespace {

using stablesoftmax::Product;

class ProductStrip {
  using Lanes = Strip<Float64>::Lanes;
  static constexpr double domain = 0x1p39;
  const Product &p;
  const Context<Float64> &context;
  const std::size_t begin, some; // columns; lanes beyond `some` repeat the last
  const double *tile = nullptr;  // element k of lane i at tile[k * step + i], or null: gathered each time
  std::ptrdiff_t step = 0;

  inline double a(std::size_t i, std::size_t k) const {
    return *reinterpret_cast<const double *>(p.a + static_cast<std::ptrdiff_t>(i) * p.a_row + static_cast<std::ptrdiff_t>(k) * p.a_column);
  }
  inline double b(std::size_t k, std::size_t lane) const {
    const std::size_t j = begin + (lane < some ? lane : some - 1);
    return *reinterpret_cast<const double *>(p.b + static_cast<std::ptrdiff_t>(k) * p.b_row + static_cast<std::ptrdiff_t>(j) * p.b_column);
  }
  inline void gather(std::size_t k, double *to) const {
    for (std::size_t lane = 0; lane < width; lane++) to[lane] = b(k, lane);
  }
  ALWAYS_INLINE Lanes at(std::size_t k) const {
    if (__builtin_expect(tile != nullptr, 1)) return load_many<2>(tile + static_cast<std::ptrdiff_t>(k) * step);
    double lanes_of[width];
    gather(k, lanes_of);
    return load_many<2>(lanes_of);
  }

  // The sum of e^(s + lo) near 1, in fixed point: |lo| < 2^-47, so that lo + lo^2/2 is enough.
  inline double near_zero(std::size_t i, std::size_t lane) const {
    const Multiplier by = log2e_over(1.0);
    U128 sum = 0;
    for (std::size_t k = 0; k < p.k; k++) {
      double s, lo;
      exact_sum(a(i, k), b(k, lane), s, lo);
      if (!(s >= -90)) continue;
      const U128 t = near_zero_term(s, by);
      sum += t + static_cast<U128>(static_cast<I128>(static_cast<double>(t) * (lo + 0.5 * lo * lo)));
    }
    return log_near_zero<Float64>(sum);
  }

  // |max| beyond the domain.
  inline double far(std::size_t i, std::size_t lane, double max) const {
    if (max - max != 0) return max;
    double max_lo = -__builtin_inf();
    const auto each_near = [&](auto body) {
      for (std::size_t k = 0; k < p.k; k++) {
        double s, lo;
        exact_sum(a(i, k), b(k, lane), s, lo);
        if (s - max >= -Float64::reach) body(s - max, lo);
      }
    };
    each_near([&](double distance, double lo) { max_lo = distance == 0 && lo > max_lo ? lo : max_lo; });
    U128 total = 0;
    each_near([&](double distance, double lo) {
      const Term term = own_term(context, distance + (lo - max_lo));
      const I128 shift = 1 - term.exponent + 30;
      if (shift < 128) total += integer_of(term.base, term.growth) >> static_cast<int>(shift);
    });
    const Term zero = own_term(context, 0.0); // its exponent is 1
    const U128 one = integer_of(zero.base, zero.growth) >> 30;
    return max + (max_lo + log1p_rest(static_cast<double>(total - one) / static_cast<double>(one)));
  }

public:
  static constexpr std::size_t width = Strip<Float64>::width;

  ProductStrip(const Product &product, const Context<Float64> &c, std::size_t first_column)
      : p(product), context(c), begin(first_column), some(product.n - first_column < width ? product.n - first_column : width) {
    double *scratch = static_cast<double *>(p.scratch);
    const bool side_by_side = p.b_column == sizeof(double) && p.b_row % static_cast<std::ptrdiff_t>(sizeof(double)) == 0;
    if (p.padded || (side_by_side && some == width && p.m < 4)) {
      tile = reinterpret_cast<const double *>(p.b) + begin;
      step = p.b_row / static_cast<std::ptrdiff_t>(sizeof(double));
    } else if (p.k * width * sizeof(double) <= p.scratch_bytes) {
      for (std::size_t k = 0; k < p.k; k++) gather(k, scratch + k * width);
      tile = scratch;
      step = width;
    }
  }

  // With `exact` the sums s are pairs, else they are rounded: for operands of float32, and where errors are absolute.
  template <bool exact> inline void row(std::size_t i) const {
    const Lanes lowest = each<2>([](int) { return splat(-__builtin_inf()); });
    Lanes max = lowest, second = lowest, nan = each<2>([](int) { return D{}; });
    for (std::size_t k = 0; k < p.k; k++) {
      const Lanes s = at(k) + splat(a(i, k));
      nan = each<2>([&](int v) { return bits<D>(bits<Q>(nan.v[v]) | (s.v[v] != s.v[v])); });
      second = larger(smaller(s, max), second);
      max = larger(s, max);
    }
    const Lanes found = max; // as it is; from here on lanes that are not ordinary hold zeros
    max = each<2>([&](int v) { return where((found.v[v] <= splat(domain)) & (found.v[v] >= splat(-domain)), found.v[v]); });
    // further below the maximum nothing changes the result
    second = each<2>([&](int v) { return smaller(larger(second.v[v], max.v[v] - splat(Float64::reach)), max.v[v]); });

    const Strip<Float64> strip{};
    const auto rest = strip.windows(context, second), top = strip.windows(context, max);
    LaneSums<Float64> sums;
    Lanes base, growth, max_lo = exact ? lowest : Lanes{};
    const auto times = [](const Lanes &g, const Lanes &lo) { return g + fma(g, lo, lo); }; // (1 + g)*(1 + lo) - 1
    Strip<Float64>::summed(sums, p.k, [&](std::size_t k) __attribute__((always_inline)) {
      const D of_a = splat(a(i, k));
      if constexpr (exact) {
        Lanes s, lo;
        exact_sum(at(k), each<2>([&](int) { return of_a; }), s, lo);
        max_lo = each<2>([&](int v) { return larger(where(s.v[v] == max.v[v], lo.v[v], max_lo.v[v]), max_lo.v[v]); });
        lo = each<2>([&](int v) { return where((s.v[v] <= second.v[v]) & (s.v[v] >= rest.floor.v[v]), lo.v[v]); });
        Float64::term(rest, smaller(s, second), base, growth);
        growth = times(growth, lo);
      } else {
        Float64::term(rest, smaller(at(k) + of_a, second), base, growth);
      }
      sums.add(base, growth);
    });
    Float64::term(rest, second, base, growth);
    if constexpr (exact) growth = times(growth, each<2>([&](int v) { return where(second.v[v] == max.v[v], max_lo.v[v]); }));
    sums.take_out(base, growth);
    Float64::term(top, max, base, growth);
    if constexpr (exact) growth = times(growth, max_lo);
    for (int v = 0; v < 2; v++) {
      const Q shift = rest.exponent.v[v] - top.exponent.v[v] + static_cast<std::int64_t>(quantum_exponent<Float64>(Layout::wide));
      const Pair of_rest = ratio(sums, v, base.v[v], growth.v[v], bits<D>((shift + 1023) << 52));
      put(i, v, found.v[v], bits<Q>(nan.v[v]), max.v[v], max_lo.v[v], of_rest);
    }
  }

private:
  // Sums in units of the terms of the maxima, as pairs: ratio_of in lanes.
  static inline Pair ratio(const LaneSums<Float64> &sums, int v, D base, D growth, D scale) {
    double sum_hi[lanes<double>], sum_lo[lanes<double>];
    for (std::size_t e = 0; e < lanes<double>; e++) {
      const I128 sum = sums.total_of(static_cast<std::size_t>(v) * lanes<double> + e);
      sum_hi[e] = nearest(sum);
      sum_lo[e] = static_cast<double>(static_cast<std::int64_t>(sum - static_cast<I128>(sum_hi[e]))); // below 2^62
    }
    const D s = load(sum_hi), h = fma(base, growth, base), l = fma(base, growth, base - h), q = s / h;
    const D residual = fma(-q, h, s) + (load(sum_lo) - q * l);
    return {q * scale, residual / h * scale};
  }

  // The results of one vector of columns.
  inline void put(std::size_t i, int v, D found, Q nan, D max, D max_lo, const Pair &rest) const {
    const MaxPlus quick = max_plus_quick(max, max_lo, rest.hi, rest.lo);
    for (std::size_t e = 0; e < lanes<double>; e++) {
      const std::size_t lane = static_cast<std::size_t>(v) * lanes<double> + e;
      if (lane >= some) return;
      double result = quick.result[e];
      if (nan[e]) result = quiet_nan<double>();
      else if (found[e] != max[e]) result = far(i, lane, found[e]);
      else if (p.absolute) result = quick.result[e];
      else if (quick.cancelled[e]) result = near_zero(i, lane);
      else if (quick.doubtful[e]) result = max_plus_exactly(max[e], max_lo[e], {rest.hi[e], rest.lo[e]});
      *reinterpret_cast<double *>(p.y + static_cast<std::ptrdiff_t>(i) * p.y_row + static_cast<std::ptrdiff_t>(begin + lane) * p.y_column) =
          result;
    }
  }
};

template <bool exact> inline void logmatmulexp(const Product &p) {
  const Context<Float64> context(1.0);
  for (std::size_t j = 0; j < p.n; j += ProductStrip::width) {
    const ProductStrip strip(p, context, j);
    for (std::size_t i = 0; i < p.m; i++) strip.row<exact>(i);
  }
}

}  // namespace
