// The integer sum of terms: order cannot matter.
//
// A window is the smallest power of two 2^E above every term it sums. A term is cut into two digits by the rounding constants
// below; digits are added as integers, so every order and every split of a row gives the same sum. Two layouts:
//   narrow (float32, up to narrow_limit elements above -inf)  23 + 22 bits, float lanes, quantum 2^(E - 45)
//   wide   (float32 beyond, float64)                           46 + 46 bits, double lanes, quantum 2^(E - 92)
// The largest term is at least 2^(E - 1.07), so n terms, each off by at most 0.57 quantum, change the sum by less than
// n*2^-44.7 (narrow) or n*2^-91.7 (wide) of it: below 2^-27.7 at 2^17 elements, below 2^-60 at 2^31.
#pragma once
#include "../math/fixed.h"
#include "../simd/many.h"

namespace {

// With T = 1 the error of a term is known by exhaustion and leaves room for 2^17 elements; with another temperature only the
// bound on paper is, and the sum may spend less (docs/design/errors.md).
constexpr std::size_t smallest_narrow_limit = std::size_t{1} << 15;
inline std::size_t narrow_limit(double temperature) { return temperature == 1.0 ? std::size_t{1} << 17 : smallest_narrow_limit; }
constexpr int narrow_bits = 45, wide_bits = 92;

// M = 2^23 q holds the non-negative first digit (0..2^23), M = 1.5*2^23 q the signed second one (|.| < 1.5*2^21): the bits of
// t + M less the bits of M are rint(t/q). The digits stand 22 bits apart because h may carry a low part of a quarter quantum.
template <class Patterns> struct Digits {
  Patterns first, second;
};

class NarrowSum {
  static constexpr float top = 0x1p104f; // 2^Float32::bias
  U first{}, second{};
  D total1{}, total2{}; // integers below 2^53: their sums are exact

  // The lanes, summed, of digits that `terms` patterns a lane stand for once the rounding constant is taken off each.
  static inline D widened(U patterns, float magic, std::size_t terms) {
    const I sums = bits<I>(patterns - splat(bits<std::uint32_t>(magic) * static_cast<std::uint32_t>(terms)));
    return widen_low(sums) + widen_high(sums);
  }
  static inline double joined_lanes(D v) {
    double lane[lanes<double>], sum = 0;
    store(lane, v);
    for (std::size_t k = 0; k < lanes<double>; k++) sum += lane[k];
    return sum;
  }

public:
  static constexpr float magic1 = top, magic2 = 0x1.8p23f * (top * 0x1p-45f);
  static constexpr std::size_t vectors_per_flush = 128; // 2^23 * 2^7 still fits a signed 32-bit lane

  // The patterns whose sums, less those of the rounding constants, are the sums of the digits. X is F or Many<F, N>.
  template <class X> static ALWAYS_INLINE auto digits_of(const X &h, const X &l) {
    const auto u = h + splat(magic1);
    const auto rest = (h - (u - splat(magic1))) + l;
    return Digits<decltype(bits<U>(u))>{bits<U>(u), bits<U>(rest + splat(magic2))};
  }
  template <class X> ALWAYS_INLINE void add(const X &h, const X &l) {
    const auto digits = digits_of(h, l);
    first += joined(digits.first);
    second += joined(digits.second);
  }
  // Widens the lanes into the totals, after at most vectors_per_flush vectors.
  inline void flush(std::size_t vectors) {
    total1 += widened(first, magic1, vectors);
    total2 += widened(second, magic2, vectors);
    first = second = U{};
  }
  inline I128 total() const {
    return static_cast<I128>(joined_lanes(total1)) * (1 << 22) + static_cast<std::int64_t>(joined_lanes(total2));
  }
  // total() to the nearest double: the first product is exact.
  inline double rounded_total() const { return joined_lanes(total1) * 0x1p22 + joined_lanes(total2); }

  // What one term adds to the total.
  static inline I128 of_one(float h, float l) {
    const auto digits = digits_of(splat(h), splat(l));
    const auto digit = [](U patterns, float magic) { return static_cast<std::int32_t>(patterns[0] - bits<std::uint32_t>(magic)); };
    return static_cast<I128>(digit(digits.first, magic1)) * (1 << 22) + digit(digits.second, magic2);
  }
};

template <class Kind> class WideSum {
  static constexpr double quantum1 = Kind::digits == 24 ? 0x1p58 : 0x1p454; // 2^(bias - 46)
  static constexpr double magic1 = 0x1.8p52 * quantum1, magic2 = 0x1.8p52 * (quantum1 * 0x1p-46);
  static constexpr std::uint64_t adds_per_vector = Kind::digits == 24 ? 2 : 1;
  W first{}, second{};
  I128 sum = 0;

  template <class X, class Y> ALWAYS_INLINE void add_digits(const X &h, const Y &l) {
    const auto digits = digits_of(h, l);
    first += joined(digits.first);
    second += joined(digits.second);
  }

public:
  static constexpr std::size_t vectors_per_flush = 1024; // 2^46 * 2^11 fits a 64-bit lane

  template <class X, class Y> static ALWAYS_INLINE auto digits_of(const X &h, const Y &l) {
    const auto u = h + splat(magic1);
    const auto rest = (h - (u - splat(magic1))) + l;
    return Digits<decltype(bits<W>(u))>{bits<W>(u), bits<W>(rest + splat(magic2))};
  }
  // Of sums of patterns that `terms` terms have left.
  static inline I128 total_of(std::uint64_t patterns1, std::uint64_t patterns2, std::uint64_t terms) {
    const auto d1 = static_cast<std::int64_t>(patterns1 - bits<std::uint64_t>(magic1) * terms);
    const auto d2 = static_cast<std::int64_t>(patterns2 - bits<std::uint64_t>(magic2) * terms);
    return static_cast<I128>(d1) * (I128{1} << 46) + d2;
  }

  // X is V or Many<V, N>. h + l of a float32 term is one double: 48 bits, or fewer than 2^-53 of it lost.
  template <class X> ALWAYS_INLINE void add(const X &h, const X &l) {
    if constexpr (Kind::digits == 24) {
      add_digits(widen_low(h) + widen_low(l), D{});
      add_digits(widen_high(h) + widen_high(l), D{});
    } else {
      add_digits(h, l);
    }
  }
  // All lanes together still fit 64 bits: 2^46 * 2^11 * 8.
  inline void flush(std::size_t vectors) {
    std::uint64_t patterns1 = 0, patterns2 = 0;
    for (std::size_t k = 0; k < lanes<double>; k++) patterns1 += first[k], patterns2 += second[k];
    sum += total_of(patterns1, patterns2, adds_per_vector * vectors * lanes<double>);
    first = second = W{};
  }
  inline I128 total() const { return sum; }

  // What one term adds to the total.
  template <class T> static inline I128 of_one(T h, T l) {
    const auto one = [](auto high, auto low) {
      const auto digits = digits_of(high, low);
      return total_of(digits.first[0], digits.second[0], 1);
    };
    if constexpr (Kind::digits == 24) return one(widen_low(splat(h)) + widen_low(splat(l)), D{});
    else return one(splat(h), splat(l));
  }
};

}  // namespace
