// entmax of one row, alpha > 1: p_i = (t - (alpha - 1)*(max - x_i))^(1/(alpha - 1)) where that is positive, else 0.
//
// Pass 1 is the level's (maximum, NaN); pass 2 collects the candidates; the threshold is solved on those; results are rounded once.
// Bound: docs/design/sparse.md. Bits: sums are of integers, everything else is a function of one element and of those sums.
#pragma once
#include "../scratch.h"
#include "threshold.h"

namespace {

using stablesoftmax::Summary;

// The probability of a candidate as a number that is yet to be rounded.
template <class Kind> struct Exact {
  const Kind &kind;
  U128 t;
  Scaled operator()(const Candidate &c) const { return c.distance < t ? kind.result(t - c.distance) : Scaled{0, 0}; }
};
template <class Kind> inline Exact<Kind> exactly(const Kind &kind, U128 t) { return {kind, t}; }

struct Rough {
  const General &kind;
  double t;
  Scaled operator()(const Candidate &c) const { return c.rough < t ? scaled(kind.rough(t - c.rough)) : Scaled{0, 0}; }
};

// Pass 3: the results of the candidates, and 0 for the others.
template <class T, class Probability> inline void write(const Listed<T> &list, std::size_t n, const Results &y, Probability probability) {
  const Format format = y.format();
  y.zero(0, n);
  list.each([&](const Candidate &c) { y.put(c.index, rounded(probability(c), format)); });
}
// With the row read again; in place, an element is read before its result is written.
template <class T, class Probability> inline void write(const Reread<T> &row, std::size_t n, const Results &y, Probability probability) {
  const Format format = y.format();
  std::size_t done = 0;
  row.each([&](const Candidate &c) {
    y.zero(done, c.index);
    y.put(c.index, rounded(probability(c), format));
    done = c.index + 1;
  });
  y.zero(done, n);
}

// Calls work(source) with the candidates below `reach`, which are listed if they fit.
template <class T, class Work> inline void with_candidates(const Elements<T> &x, std::size_t n, const Ruler &ruler, double reach, Work work) {
  Candidate *memory = static_cast<Candidate *>(stablesoftmax::thread_scratch());
  const std::size_t capacity = memory ? stablesoftmax::scratch_bytes / sizeof(Candidate) : 0;
  const T limit = ruler.template limit<T>(reach);
  Listed<T> list(x, ruler, memory);
  bool fits = true;
  each_above(x, n, limit, [&](std::size_t i, T v) {
    if (list.size() < capacity) list.add(i, v);
    else fits = false;
  });
  if (fits) return work(list);
  Reread<T> again(x, ruler, n, limit);
  work(again);
}

// Up to this r = 1/(alpha - 1) a rough solution is good for single precision: off by 2^-44 and, for distances to 2^-53, r times that.
constexpr double narrow_r = 1024;

// 1/v, not below it.
inline double not_below_reciprocal(double v) { return 1.0 / v * (1.0 + 0x1p-51); }

template <class T> inline void entmax_row(const Elements<T> &x, std::size_t n, double max, double alpha, const Results &y) {
  const double minus_one = alpha - 1.0;
  const Ruler ruler(max, minus_one);
  const double reach = not_below_reciprocal(minus_one);
  const auto solve = [&](auto &source, const auto &kind, double rough) {
    const U128 t = exact_threshold(source, kind, rough);
    write(source, n, y, exactly(kind, t));
  };
  if (alpha == 2.0 || alpha == 1.5)
    return with_candidates<T>(x, n, ruler, reach, [&](auto &source) {
      if (alpha == 2.0) solve(source, Linear{}, rough_threshold(source, Linear{}, 1.0));
      else solve(source, Square{}, rough_threshold(source, Square{}, 1.0));
    });
  General kind(minus_one);
  if (alpha < 2.0)
    return with_candidates<T>(x, n, ruler, reach, [&](auto &source) {
      const double above = rough_threshold(source, Whole(kind.r), 1.0);
      const double rough = rough_threshold(source, kind, above);
      if (sizeof(T) == 4 && kind.r < narrow_r) write(source, n, y, Rough{kind, rough});
      else solve(source, kind, rough);
    });
  // t may be as small as n^-(alpha - 1): measured in octaves of its own size
  double rough = 1.0;
  with_candidates<T>(x, n, ruler, reach, [&](auto &source) { rough = rough_threshold_by_bisection(source, kind); });
  kind.octaves = -digits_of(rough).exponent - 53;
  const double scale = power_of_two(kind.octaves);
  const Ruler finer(max, minus_one * scale);
  with_candidates<T>(x, n, finer, rough * 1.0000001 * reach, [&](auto &source) { solve(source, kind, rough * scale); });
}

}  // namespace
