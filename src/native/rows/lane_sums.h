// The integer sums of rows that lie in lanes: the digits of sum.h, one pair of totals a lane.
#pragma once
#include "first_pass.h"

namespace {

template <class Kind> class LaneSums;

// Totals in doubles: integers below 2^53, so every sum is exact.
template <> class LaneSums<Float32> {
  using Totals = Many<D, 4>; // the lanes of two vectors of floats
  Many<U, 2> first{}, second{};
  Totals total1{}, total2{};

  // The sums of digits that `terms` patterns stand for, once the rounding constant is taken off each.
  static inline Totals totals_of(const Many<U, 2> &patterns, float magic, std::size_t terms) {
    const U constant = splat(bits<std::uint32_t>(magic) * static_cast<std::uint32_t>(terms));
    const Many<I, 2> sums = each<2>([&](int k) { return bits<I>(patterns.v[k] - constant); });
    return each<4>([&](int k) { return k % 2 ? widen_high(sums.v[k / 2]) : widen_low(sums.v[k / 2]); });
  }

public:
  static constexpr std::size_t most = NarrowSum::vectors_per_flush / 2; // sums of first digits stay below 2^31
  ALWAYS_INLINE void add(const Many<F, 2> &base, const Many<F, 2> &growth) {
    const auto digits = NarrowSum::digits_of(base, growth);
    first = first + digits.first;
    second = second + digits.second;
  }
  inline void flush(std::size_t terms) {
    total1 = total1 + totals_of(first, NarrowSum::magic1, terms);
    total2 = total2 + totals_of(second, NarrowSum::magic2, terms);
    first = second = Many<U, 2>{};
  }
  inline void take_out(const Many<F, 2> &base, const Many<F, 2> &growth) {
    const auto digits = NarrowSum::digits_of(base, growth);
    total1 = total1 - totals_of(digits.first, NarrowSum::magic1, 1);
    total2 = total2 - totals_of(digits.second, NarrowSum::magic2, 1);
  }
  inline I128 total_of(std::size_t k) const {
    constexpr std::size_t w = lanes<double>;
    return static_cast<std::int64_t>(total1.v[k / w][k % w]) * (1 << 22) + static_cast<std::int64_t>(total2.v[k / w][k % w]);
  }
  // As reciprocal_of_double: total1 * 2^22 is exact, so the sum is rounded once, as in the conversion of the whole integer.
  inline Reciprocal<Many<F, 2>> reciprocals() const {
    const D scale = splat(power_of_two(Float32::down - quantum_exponent<Float32>(Layout::narrow)));
    const Totals inverse = each<4>([&](int k) { return scale / (total1.v[k] * 0x1p22 + total2.v[k]); });
    Reciprocal<Many<F, 2>> r;
    r.hi = each<2>([&](int k) { return narrow(inverse.v[2 * k], inverse.v[2 * k + 1]); });
    r.lo = each<2>([&](int k) {
      return narrow(inverse.v[2 * k] - widen_low(r.hi.v[k]), inverse.v[2 * k + 1] - widen_high(r.hi.v[k]));
    });
    return r;
  }
};

template <> class LaneSums<Float64> {
  static constexpr std::size_t width = 2 * lanes<double>;
  Many<W, 2> first{}, second{};
  I128 total[width] = {};

public:
  static constexpr std::size_t most = WideSum<Float64>::vectors_per_flush;
  ALWAYS_INLINE void add(const Many<D, 2> &base, const Many<D, 2> &growth) {
    const auto digits = WideSum<Float64>::digits_of(base, growth);
    first = first + digits.first;
    second = second + digits.second;
  }
  inline void flush(std::size_t terms) {
    for (std::size_t k = 0; k < width; k++)
      total[k] += WideSum<Float64>::total_of(first.v[k / lanes<double>][k % lanes<double>],
                                             second.v[k / lanes<double>][k % lanes<double>], terms);
    first = second = Many<W, 2>{};
  }
  inline void take_out(const Many<D, 2> &base, const Many<D, 2> &growth) {
    const auto digits = WideSum<Float64>::digits_of(base, growth);
    for (std::size_t k = 0; k < width; k++)
      total[k] -= WideSum<Float64>::total_of(digits.first.v[k / lanes<double>][k % lanes<double>],
                                             digits.second.v[k / lanes<double>][k % lanes<double>], 1);
  }
  inline I128 total_of(std::size_t k) const { return total[k]; }
  inline Reciprocal<Many<D, 2>> reciprocals() const {
    double hi[width], lo[width];
    for (std::size_t k = 0; k < width; k++) {
      const Reciprocal<double> r = reciprocal(total[k], quantum_exponent<Float64>(Layout::wide), 0.0);
      hi[k] = r.hi;
      lo[k] = r.lo;
    }
    return {load_many<2>(hi), load_many<2>(lo)};
  }
};

}  // namespace
