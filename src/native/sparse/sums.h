// Integer sums that know no order and cannot overflow, and how they become numbers again.
#pragma once
#include "../math/power.h"

namespace {

// A sum of up to 2^63 integers below 2^127 in size, whatever their signs: both halves of each are added apart.
class WideSum {
  I128 low = 0, high = 0;

public:
  void add(I128 v) {
    low += static_cast<std::uint64_t>(v);
    high += v >> 64;
  }
  // The sum as v * 2^shift, v below 2^126: exact while it is below 2^125, else truncated to its leading 125 bits.
  I128 total(int &shift) const {
    const I128 top = high + (low >> 64);
    const std::uint64_t rest = static_cast<std::uint64_t>(low);
    const int spare = leading_zeros(static_cast<U128>(top < 0 ? ~top : top) | 1) - 2;
    const int kept = spare > 64 ? 64 : spare;
    shift = 64 - kept;
    return top * (I128{1} << kept) + (kept ? static_cast<I128>(kept == 64 ? rest : rest >> (64 - kept)) : 0);
  }
  // The sum less `offset`, rounded.
  double less(I128 offset) const {
    WideSum difference = *this;
    difference.add(-offset);
    int shift;
    const I128 v = difference.total(shift);
    return static_cast<double>(v) * power_of_two(shift);
  }
};

// A number as a pair of doubles: hi the nearest, lo what is left.
struct Pair {
  double hi, lo;
};

inline Pair pair_of(I128 v, std::int64_t unit) { // v * 2^unit, |v| < 2^126
  const double hi = static_cast<double>(v);
  return {hi * power_of_two(unit), static_cast<double>(v - static_cast<I128>(hi)) * power_of_two(unit)};
}
inline Pair pair_of(const WideSum &sum, std::int64_t unit) {
  int shift;
  const I128 v = sum.total(shift);
  return pair_of(v, unit + shift);
}

// a - b, exactly, where the rounded difference is finite (Knuth).
inline Pair difference(double a, double b) {
  const double s = a - b, t = s - a;
  return {s, (a - (s - t)) - (b + t)};
}

// A format of results.
struct Format {
  int digits, lowest; // hidden bit included; exponent of the smallest normal number
};
constexpr Format format_half{11, -14}, format_bfloat16{8, -126}, format_float{24, -126}, format_double{53, -1022};

// The number of the format nearest to v, ties to even, subnormals included. v stays below the largest one.
inline double rounded(Scaled v, const Format &format) {
  if (!v.m) return 0.0;
  const std::int64_t below = v.exponent < format.lowest ? format.lowest - v.exponent : 0;
  const std::int64_t dropped = 64 - format.digits + below;
  if (dropped > 64) return 0.0; // below half the smallest subnormal
  const std::uint64_t lead = static_cast<std::uint64_t>(v.m >> 64) | (static_cast<std::uint64_t>(v.m) != 0); // sticky: never a tie by truncation
  const std::uint64_t kept = dropped == 64 ? 0 : lead >> dropped, left = lead << (64 - dropped), half = std::uint64_t{1} << 63;
  const std::uint64_t nearest = kept + (left > half || (left == half && (kept & 1)));
  // in two steps, since 2^-1074 itself is no power_of_two
  return static_cast<double>(nearest) * power_of_two(v.exponent - 63 + dropped + 100) * 0x1p-100;
}

}  // namespace
