// The elements of a row that may be in the support: those less than 1/(alpha - 1) below its maximum.
//
// Each is known by its distance (alpha - 1)*(max - x), a fraction below 1 in units of 2^-126: max - x is exact as a pair of doubles,
// the products of mantissas are exact, and both are truncated once. Passes over the candidates know no order.
#pragma once
#include "elements.h"

namespace {

constexpr int unit_bits = 126;
constexpr U128 unit_one = U128{1} << unit_bits;

struct Candidate {
  double rough; // the distance, to 2^-52 of itself
  std::size_t index;
  U128 distance; // in units of 2^-126, truncated by less than two of them; known once it has been measured
};

// |v * factor| in units of 2^-126, truncated; the product is below 2.
inline U128 product_in_units(const Digits &v, const Digits &factor) {
  const U128 product = static_cast<U128>(v.mantissa) * factor.mantissa;
  const std::int64_t shift = v.exponent + factor.exponent + unit_bits;
  return shift >= 0 ? product << shift : shift > -128 ? product >> -shift : 0;
}

// What makes candidates out of elements.
struct Ruler {
  double max, factor; // factor: alpha - 1, times a power of two
  Digits digits;      // of the factor

  Ruler(double maximum, double by) : max(maximum), factor(by), digits(digits_of(by)) {}
  double rough(double x) const { return (max - x) * factor; }
  U128 distance(double x) const {
    const Pair below = difference(max, x);
    const U128 hi = product_in_units(digits_of(below.hi), digits);
    if (below.lo == 0) return hi;
    const U128 lo = product_in_units(digits_of(below.lo), digits);
    return below.lo < 0 ? hi - lo : hi + lo;
  }
  // The smallest T that an element with max - x < reach can be: rounding is monotone, so max - reach rounded is not above it.
  template <class T> T limit(double reach) const { return static_cast<T>(max - reach); }
};

// Candidates that fit into the memory of the thread; those that have dropped out are forgotten.
template <class T> class Listed {
  const Elements<T> &elements;
  const Ruler &ruler;
  Candidate *list;
  std::size_t count = 0, collected = 0;

public:
  Listed(const Elements<T> &e, const Ruler &r, Candidate *memory) : elements(e), ruler(r), list(memory) {}
  void add(std::size_t index, T x) { list[count].rough = ruler.rough(static_cast<double>(x)), list[count].index = index, collected = ++count; }
  std::size_t size() const { return collected; } // those that were forgotten included: the same as for a row that is read again
  template <class Take> void each(Take take) const {
    for (std::size_t i = 0; i < count; i++) take(list[i]);
  }
  void keep_below(double rough) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; i++) {
      const Candidate &c = list[i];
      list[kept].rough = c.rough, list[kept].index = c.index;
      kept += c.rough < rough;
    }
    count = kept;
  }
  void measure() {
    for (std::size_t i = 0; i < count; i++) list[i].distance = ruler.distance(static_cast<double>(elements[list[i].index]));
  }
};

// Candidates that do not: the row is read again for each pass.
template <class T> class Reread {
  const Elements<T> &elements;
  const Ruler &ruler;
  std::size_t n, count = 0;
  T limit;

public:
  Reread(const Elements<T> &e, const Ruler &r, std::size_t length, T least) : elements(e), ruler(r), n(length), limit(least) {
    each_above(elements, n, limit, [&](std::size_t, T) { count++; });
  }
  std::size_t size() const { return count; }
  template <class Take> void each(Take take) const {
    each_above(elements, n, limit, [&](std::size_t i, T x) {
      const double v = static_cast<double>(x);
      take(Candidate{ruler.rough(v), i, ruler.distance(v)});
    });
  }
  void keep_below(double rough) {
    const T above = ruler.template limit<T>(rough / ruler.factor);
    limit = above > limit ? above : limit;
  }
  void measure() {}
};

}  // namespace
