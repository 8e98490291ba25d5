// The threshold t of a row: sum_i p(t - d_i) = 1 over the candidates with d_i < t, d_i their distances.
//
// With r >= 1 the r-norm of (t - d_i) is convex in t and at least 1 at t = 1, so Newton's method for norm = 1 comes down to the
// solution from above; it is exact where all distances are equal. With r < 1 the sum is concave between its kinks: bisection.
// A rough solution in doubles first; then Newton steps on sums that are exact to 2^-100. Every sum is one of integers.
#pragma once
#include "kinds.h"

namespace {

struct RoughSums {
  double mass, slopes; // of p and of its slope
};

// The power of two by which terms whose sum is at most `most` become integers that do not overflow 64 bits.
inline double unit_for(double most) { return power_of_two(8 - digits_of(most).exponent); }

// With r >= 1, where no slope is above 1; `most` is at least what will be found.
template <class Source, class Kind> inline RoughSums rough_sums(const Source &source, const Kind &kind, double t, const RoughSums &most) {
  const double of_mass = unit_for(most.mass), of_slopes = unit_for(most.slopes);
  std::int64_t mass = 0, slopes = 0;
  source.each([&](const Candidate &c) {
    const double a = t - c.rough;
    if (!(a > 0)) return;
    const double p = kind.rough(a);
    mass += static_cast<std::int64_t>(p * of_mass);
    slopes += static_cast<std::int64_t>(kind.slope(a, p) * of_slopes);
  });
  return {static_cast<double>(mass) / of_mass, static_cast<double>(slopes) / of_slopes};
}

// r >= 1, from a t that is not below the solution. Candidates that cannot be in the support are dropped on the way.
template <class Source, class Kind> inline double rough_threshold(Source &source, const Kind &kind, double t) {
  RoughSums most{static_cast<double>(source.size()), static_cast<double>(source.size())};
  for (int i = 0; i < 100; i++) {
    const RoughSums sums = rough_sums(source, kind, t, most);
    const bool fine = most.mass < 4.0; // else the integers of so many terms were coarse: once more
    most = {sums.mass + 1.0, sums.slopes + 1.0}; // t only falls, and so do they
    if (sums.mass > 1.0) {
      const double step = kind.excess(sums.mass) / sums.slopes;
      t -= step;
      source.keep_below(t + 0x1p-30);
      if (step > t * power_of_two(Kind::polish)) continue;
    }
    if (fine) break;
  }
  return t;
}

// r < 1: t lies between n^-(alpha - 1) and 1; first its octave, then 40 bits of it.
template <class Source> inline double rough_threshold_by_bisection(const Source &source, const General &kind) {
  const auto enough = [&](double t) {
    WideSum mass;
    source.each([&](const Candidate &c) {
      if (c.rough < t) mass.add(static_cast<I128>(static_cast<std::int64_t>(kind.rough(t - c.rough) * 0x1p62)));
    });
    return mass.less(I128{1} << 62) >= 0;
  };
  int octaves = 0;
  while (source.size() >> octaves > 1) octaves++;
  std::int64_t low = -static_cast<std::int64_t>(kind.minus_one * (octaves + 1)) - 1, high = 0;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    if (enough(power_of_two(middle))) high = middle;
    else low = middle;
  }
  double from = power_of_two(low), to = power_of_two(high);
  for (int i = 0; i < 40; i++) {
    const double middle = 0.5 * (from + to);
    if (enough(middle)) to = middle;
    else from = middle;
  }
  return to;
}

// v * 2^62; with r < 1 slopes have no bound, but beyond 2^60 it does not matter how steep.
inline I128 units_of_slope(double v) {
  return v < 1.5 ? static_cast<I128>(static_cast<std::int64_t>(v * 0x1p62)) : static_cast<I128>((v < 0x1p60 ? v : 0x1p60) * 0x1p62);
}

// What is known of a row at a threshold t, exactly.
struct ExactSums {
  double excess = 0, slopes = 0, members = 0; // of the mass over 1; the support
  U128 smallest = unit_one;                   // distance of a member to t
};

template <class Source, class Kind> inline ExactSums exact_sums(const Source &source, const Kind &kind, U128 t) {
  ExactSums sums;
  WideSum mass, slopes;
  source.each([&](const Candidate &c) {
    if (c.distance >= t) return;
    const U128 a = t - c.distance, p = kind.exact(a);
    mass.add(static_cast<I128>(p));
    slopes.add(units_of_slope(kind.slope(static_cast<double>(a) * 0x1p-126, static_cast<double>(p) * 0x1p-126)));
    sums.members++;
    if (a < sums.smallest) sums.smallest = a;
  });
  sums.excess = mass.less(static_cast<I128>(unit_one)) * 0x1p-126;
  sums.slopes = slopes.less(0) * 0x1p-62;
  return sums;
}

// From a rough t in (0, 1] to one in units of 2^-126, off by some 2^-100: Newton steps. With r < 1, where they may lead astray, inside
// a bracket, and halvings of that where they would leave it.
template <class Source, class Kind> inline U128 exact_threshold(Source &source, const Kind &kind, double rough) {
  source.measure();
  U128 t = static_cast<U128>(rough * 0x1p100) << (unit_bits - 100);
  const bool astray = kind.r < 1.0;
  U128 low = astray ? t - (t >> 28) : 0, high = astray ? t + (t >> 28) : unit_one << 1; // the rough solution is far better than that
  for (int i = 1; i < 200; i++) {
    const ExactSums sums = exact_sums(source, kind, t);
    if (sums.excess == 0.0) break;
    (sums.excess > 0 ? high : low) = t;
    const double step = sums.excess / (kind.r * sums.slopes), size = step < 0 ? -step : step;
    const U128 move = size < 0.5 ? static_cast<U128>(size * 0x1p126) : unit_one, next = step < 0 ? t + move : t - move;
    if (move == 0) break;
    if (low < next && next < high && !(astray && i % 8 == 0)) {
      t = next;
      // What this step leaves. With r >= 2 the mass has a second derivative, r*(r - 1)*sum(a^(r - 2)) <= r*(r - 1)*members; with
      // less, a step that no member leaves behind leaves less than itself.
      if (kind.r >= 2.0 ? size * size * kind.r * sums.members < 0x1p-104 * sums.slopes : size < Kind::settled && sums.smallest > 2 * move)
        break;
    } else {
      if (high - low <= 2) break;
      t = low + (high - low) / 2;
    }
  }
  return t;
}

}  // namespace
