// The integer sum of terms: order cannot matter.
//
// A window is the smallest power of two 2^E above every term it sums. A term is cut into digits by rounding constants; digits are
// added as integers, so every order and every split of a row gives the same sum. Three layouts, by the number of elements above -inf:
//   narrow (float32, up to narrow_limit)  23 + 22 bits, float lanes, quantum 2^(E - 45)
//   middle (float32, up to middle_limit)  52 bits, one digit in double lanes, quantum 2^(E - 52)
//   wide   (float32 beyond, float64)      46 + 46 bits, double lanes, quantum 2^(E - 92)
// The largest term is at least 2^(E - 1.12), so n terms, each off by at most 0.57 (narrow) or 1/2 quantum, change the sum by less
// than n*2^-44.6, n*2^-51.8 or n*2^-91.8 of it: docs/design/errors.md.
#pragma once
#include "../kernels.h"
#include "../math/fixed.h"
#include "../simd/many.h"

namespace {

using stablesoftmax::Layout;

// With T = 1 the error of a term is known by exhaustion and leaves room for more elements; with another temperature only the bound
// on paper is, and the sum may spend less.
constexpr std::size_t smallest_narrow_limit = std::size_t{1} << 14;
inline std::size_t narrow_limit(double temperature) { return temperature == 1.0 ? std::size_t{1} << 16 : smallest_narrow_limit; }
inline std::size_t middle_limit(double temperature) { return std::size_t{1} << (temperature == 1.0 ? 23 : 21); }

// Two digits d1, d2 of a term t = base*(1 + growth): d1 = rint(t/q1), t having been rounded first, d2 = rint((t - d1*q1)/q2), the
// remainder having been rounded once. base - d1*q1 is exact: both are multiples of an ulp of the base and at most 0.05 base + q1/2
// apart. rint comes from adding M: the bits of t + M less the bits of M *are* rint(t/q).
template <class Patterns> struct Digits {
  Patterns first, second;
};
template <class P, class X, class T> ALWAYS_INLINE auto two_digits(const X &base, const X &growth, T magic1, T magic2) {
  const auto u = fma(base, growth, base) + splat(magic1);
  const auto rest = fma(base, growth, base - (u - splat(magic1)));
  return Digits<decltype(bits<P>(u))>{bits<P>(u), bits<P>(rest + splat(magic2))};
}

// M = 2^23 q holds the non-negative first digit (0..2^23), M = 1.5*2^23 q the signed second one (|.| < 1.5*2^21): the digits stand 22
// bits apart because rounding t may leave a quarter quantum more in the remainder.
class NarrowSum {
  static constexpr float top = 0x1p104f; // 2^Float32::bias
  U first{}, second{};
  D total1{}, total2{}; // integers below 2^53: their sums are exact

  // The lanes, summed, of digits that `terms` patterns a lane stand for once the rounding constant is taken off each.
  static inline D widened(U patterns, float magic, std::size_t terms) {
    const I sums = bits<I>(patterns - splat(bits<std::uint32_t>(magic) * static_cast<std::uint32_t>(terms)));
    return widen_low(sums) + widen_high(sums);
  }

public:
  static constexpr Layout layout = Layout::narrow;
  static constexpr float magic1 = top, magic2 = 0x1.8p23f * (top * 0x1p-45f);
  static constexpr std::size_t vectors_per_flush = 128; // 2^23 * 2^7 still fits a signed 32-bit lane

  // The patterns whose sums, less those of the rounding constants, are the sums of the digits. X is F or Many<F, N>.
  template <class X> static ALWAYS_INLINE auto digits_of(const X &base, const X &growth) {
    return two_digits<U>(base, growth, magic1, magic2);
  }
  template <class X> ALWAYS_INLINE void add(const X &base, const X &growth) {
    const auto digits = digits_of(base, growth);
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
    return static_cast<std::int64_t>(sum_of_lanes(total1)) * (1 << 22) + static_cast<std::int64_t>(sum_of_lanes(total2)); // below 2^62
  }
  // total() to the nearest double: the first product is exact.
  inline double rounded_total() const { return sum_of_lanes(total1) * 0x1p22 + sum_of_lanes(total2); }
  // The same from lanes that `vectors` vectors have left.
  static inline double rounded_total_of(U patterns1, U patterns2, std::size_t vectors) {
    return sum_of_lanes(widened(patterns1, magic1, vectors)) * 0x1p22 + sum_of_lanes(widened(patterns2, magic2, vectors));
  }

  // What one term adds to the total.
  static inline I128 of_one(float base, float growth) {
    const auto digits = digits_of(splat(base), splat(growth));
    const auto digit = [](U patterns, float magic) { return static_cast<std::int32_t>(patterns[0] - bits<std::uint32_t>(magic)); };
    return static_cast<I128>(digit(digits.first, magic1)) * (1 << 22) + digit(digits.second, magic2);
  }
};

// The lanes of a vector of 64-bit integers, added up.
inline std::uint64_t sum_of_lanes(W v) {
  std::uint64_t lane[lanes<double>], sum = 0;
  store(lane, v);
  for (std::size_t k = 0; k < lanes<double>; k++) sum += lane[k];
  return sum;
}

// The terms of a vector of floats as doubles: rounded once, at 2^-53.
template <class X> ALWAYS_INLINE auto low_terms(const X &base, const X &growth) {
  const auto b = widen_low(base);
  return fma(b, widen_low(growth), b);
}
template <class X> ALWAYS_INLINE auto high_terms(const X &base, const X &growth) {
  const auto b = widen_high(base);
  return fma(b, widen_high(growth), b);
}

// M = 2^52 q holds the one digit, 0..2^52.
class MiddleSum {
  static constexpr double magic = 0x1p104; // 2^52 quanta of 2^(Float32::bias - 52)
  W patterns{};
  I128 sum = 0;

  static ALWAYS_INLINE W pattern(D t) { return bits<W>(t + splat(magic)); }
  template <int N> static ALWAYS_INLINE W pattern(const Many<D, N> &t) { return joined(bits<W>(t + splat(magic))); }
  static inline std::int64_t total_of(std::uint64_t all, std::uint64_t terms) {
    return static_cast<std::int64_t>(all - bits<std::uint64_t>(magic) * terms);
  }

public:
  static constexpr Layout layout = Layout::middle;
  static constexpr std::size_t vectors_per_flush = 64; // all lanes together still fit: 2^52 * 2 * 64 * 8

  template <class X> ALWAYS_INLINE void add(const X &base, const X &growth) {
    patterns += pattern(low_terms(base, growth)) + pattern(high_terms(base, growth));
  }
  inline void flush(std::size_t vectors) {
    sum += total_of(sum_of_lanes(patterns), 2 * vectors * lanes<double>);
    patterns = W{};
  }
  inline I128 total() const { return sum; }
  static inline I128 of_one(float base, float growth) {
    return total_of(pattern(low_terms(splat(base), splat(growth)))[0], 1);
  }
};

template <class Kind> class WideSum {
  static constexpr std::uint64_t adds_per_vector = Kind::digits == 24 ? 2 : 1;
  W first{}, second{};
  I128 sum = 0;

  template <class X> ALWAYS_INLINE void add_digits(const Digits<X> &digits) {
    first += joined(digits.first);
    second += joined(digits.second);
  }

public:
  static constexpr double quantum1 = Kind::digits == 24 ? 0x1p58 : 0x1p454; // 2^(bias - 46)
  static constexpr double magic1 = 0x1.8p52 * quantum1, magic2 = 0x1.8p52 * (quantum1 * 0x1p-46);
  static constexpr Layout layout = Layout::wide;
  static constexpr std::size_t vectors_per_flush = 1024; // 2^46 * 2^11 fits a 64-bit lane

  // Of a term of float32 that is one double: the remainder is exact.
  template <class X> static ALWAYS_INLINE auto digits_of(const X &t) {
    const auto u = t + splat(magic1);
    const auto rest = t - (u - splat(magic1));
    return Digits<decltype(bits<W>(u))>{bits<W>(u), bits<W>(rest + splat(magic2))};
  }
  template <class X> static ALWAYS_INLINE auto digits_of(const X &base, const X &growth) {
    return two_digits<W>(base, growth, magic1, magic2);
  }
  // Of sums of patterns that `terms` terms have left.
  static inline I128 total_of(std::uint64_t patterns1, std::uint64_t patterns2, std::uint64_t terms) {
    const auto d1 = static_cast<std::int64_t>(patterns1 - bits<std::uint64_t>(magic1) * terms);
    const auto d2 = static_cast<std::int64_t>(patterns2 - bits<std::uint64_t>(magic2) * terms);
    return static_cast<I128>(d1) * (I128{1} << 46) + d2;
  }

  // X is V or Many<V, N>.
  template <class X> ALWAYS_INLINE void add(const X &base, const X &growth) {
    if constexpr (Kind::digits == 24) {
      add_digits(digits_of(low_terms(base, growth)));
      add_digits(digits_of(high_terms(base, growth)));
    } else {
      add_digits(digits_of(base, growth));
    }
  }
  // All lanes together still fit 64 bits: 2^46 * 2^11 * 8 <= 2^60.
  inline void flush(std::size_t vectors) {
    sum += total_of(sum_of_lanes(first), sum_of_lanes(second), adds_per_vector * vectors * lanes<double>);
    first = second = W{};
  }
  inline I128 total() const { return sum; }

  // What one term adds to the total.
  template <class T> static inline I128 of_one(T base, T growth) {
    const auto one = [](const auto &digits) { return total_of(digits.first[0], digits.second[0], 1); };
    if constexpr (Kind::digits == 24) return one(digits_of(low_terms(splat(base), splat(growth))));
    else return one(digits_of(splat(base), splat(growth)));
  }
};

// Calls body(Sum{}) with the type of sum that a layout has.
template <class Kind, class Body> ALWAYS_INLINE auto with_layout(Layout layout, Body body) {
  if constexpr (Kind::digits == 24) {
    if (layout == Layout::narrow) return body(NarrowSum{});
    if (layout == Layout::middle) return body(MiddleSum{});
  }
  return body(WideSum<Kind>{});
}

}  // namespace
