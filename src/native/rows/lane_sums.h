// The integer sums of rows that lie in lanes: the digits of sum.h, one pair of totals a lane.
#pragma once
#include "first_pass.h"

namespace {

template <class Kind> class LaneSums;

template <> class LaneSums<Float32> {
  static constexpr std::size_t width = 2 * lanes<float>;
  Many<U, 2> first{}, second{};
  std::int64_t total1[width] = {}, total2[width] = {};

public:
  static constexpr std::size_t most = NarrowSum::vectors_per_flush;
  ALWAYS_INLINE void add(const Many<F, 2> &h, const Many<F, 2> &l) {
    const auto digits = NarrowSum::digits_of(h, l);
    first = first + digits.first;
    second = second + digits.second;
  }
  inline void flush(std::size_t terms) {
    for (std::size_t k = 0; k < width; k++) {
      total1[k] += NarrowSum::first_total(first.v[k / lanes<float>][k % lanes<float>], terms);
      total2[k] += NarrowSum::second_total(second.v[k / lanes<float>][k % lanes<float>], terms);
    }
    first = second = Many<U, 2>{};
  }
  inline void take_out(const Many<F, 2> &h, const Many<F, 2> &l) {
    const auto digits = NarrowSum::digits_of(h, l);
    for (std::size_t k = 0; k < width; k++) {
      total1[k] -= NarrowSum::first_total(digits.first.v[k / lanes<float>][k % lanes<float>], 1);
      total2[k] -= NarrowSum::second_total(digits.second.v[k / lanes<float>][k % lanes<float>], 1);
    }
  }
  inline I128 total_of(std::size_t k) const { return static_cast<I128>(total1[k]) * (1 << 22) + total2[k]; }
  // total1 * 2^22 is exact in a double, so the sum is rounded once, as in the conversion of the whole integer.
  inline Reciprocal<float> reciprocal_of(std::size_t k) const {
    return reciprocal_of_double(static_cast<double>(total1[k]) * 0x1p22 + static_cast<double>(total2[k]),
                                quantum_exponent<Float32>(false));
  }
};

template <> class LaneSums<Float64> {
  static constexpr std::size_t width = 2 * lanes<double>;
  Many<W, 2> first{}, second{};
  I128 total[width] = {};

public:
  static constexpr std::size_t most = WideSum<Float64>::vectors_per_flush;
  ALWAYS_INLINE void add(const Many<D, 2> &h, const Many<D, 2> &l) {
    const auto digits = WideSum<Float64>::digits_of(h, l);
    first = first + digits.first;
    second = second + digits.second;
  }
  inline void flush(std::size_t terms) {
    for (std::size_t k = 0; k < width; k++)
      total[k] += WideSum<Float64>::total_of(first.v[k / lanes<double>][k % lanes<double>],
                                             second.v[k / lanes<double>][k % lanes<double>], terms);
    first = second = Many<W, 2>{};
  }
  inline void take_out(const Many<D, 2> &h, const Many<D, 2> &l) {
    const auto digits = WideSum<Float64>::digits_of(h, l);
    for (std::size_t k = 0; k < width; k++)
      total[k] -= WideSum<Float64>::total_of(digits.first.v[k / lanes<double>][k % lanes<double>],
                                             digits.second.v[k / lanes<double>][k % lanes<double>], 1);
  }
  inline I128 total_of(std::size_t k) const { return total[k]; }
  inline Reciprocal<double> reciprocal_of(std::size_t k) const { return reciprocal(total[k], quantum_exponent<Float64>(true), 0.0); }
};

}  // namespace
