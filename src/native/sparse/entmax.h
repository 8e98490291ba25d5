// entmax of one row, alpha > 1: p_i = (t - (alpha - 1)*(max - x_i))^(1/(alpha - 1)) where that is positive, else 0.
//
// Pass 1 is the level's (maximum, NaN); pass 2 collects the candidates; the threshold is solved on those; results are rounded once.
// Bound: docs/design/sparse.md. Bits: sums are of integers, everything else is a function of one element and of those sums.
#pragma once
#include "../scratch.h"
#include "threshold.h"

namespace {

using stablesoftmax::Summary;

// Pass 3 with the row read again; in place, an element is read before its result is written.
template <class T, class Kind>
inline void write_reread(const Elements<T> &x, std::size_t n, const Ruler &ruler, double reach, const Kind &kind, U128 t, const Results &y) {
  const Format format = y.format();
  const T limit = ruler.template limit<T>(reach);
  for (std::size_t i = 0; i < n; i++) {
    const T v = x.takes_part(i) ? x[i] : static_cast<T>(-__builtin_inff());
    const U128 distance = v >= limit ? ruler.measure(i, static_cast<double>(v)).distance : t;
    y.put(i, distance < t ? rounded(kind.result(t - distance), format) : 0.0);
  }
}

template <class Kind> inline void write_listed(const Listed &list, std::size_t n, const Kind &kind, U128 t, const Results &y) {
  const Format format = y.format();
  y.zero(0, n);
  list.each([&](const Candidate &c) {
    if (c.distance < t) y.put(c.index, rounded(kind.result(t - c.distance), format));
  });
}

// Calls work(source, ruler) with the candidates below `reach`: listed if they fit.
template <class T, class Work> inline void with_candidates(const Elements<T> &x, std::size_t n, const Ruler &ruler, double reach, Work work) {
  Candidate *memory = static_cast<Candidate *>(stablesoftmax::thread_scratch());
  const std::size_t capacity = memory ? stablesoftmax::scratch_bytes / sizeof(Candidate) : 0;
  Listed list(memory);
  bool fits = true;
  each_above(x, n, ruler.template limit<T>(reach), [&](std::size_t i, T v) {
    if (list.size() < capacity) list.add(ruler.measure(i, static_cast<double>(v)));
    else fits = false;
  });
  if (fits) return work(list, [&](const auto &kind, U128 t, const Results &y) { write_listed(list, n, kind, t, y); });
  Reread<T> again(x, n, ruler, reach);
  work(again, [&](const auto &kind, U128 t, const Results &y) { write_reread(x, n, ruler, reach, kind, t, y); });
}

// 1/v, not below it.
inline double not_below_reciprocal(double v) { return 1.0 / v * (1.0 + 0x1p-51); }

template <class T> inline void entmax_row(const Elements<T> &x, std::size_t n, double max, double alpha, const Results &y) {
  const double minus_one = alpha - 1.0;
  const Ruler ruler(max, minus_one);
  const double reach = not_below_reciprocal(minus_one);
  const auto solve = [&](const auto &kind) {
    with_candidates<T>(x, n, ruler, reach, [&](auto &source, auto write) {
      const double rough = rough_threshold(source, kind);
      write(kind, exact_threshold(source, kind, rough), y);
    });
  };
  if (alpha == 2.0) return solve(Linear{});
  if (alpha == 1.5) return solve(Square{});
  General kind(minus_one);
  if (alpha < 2.0) return solve(kind);
  // t may be as small as n^-(alpha - 1): measured in octaves of its own size
  double rough = 1.0;
  with_candidates<T>(x, n, ruler, reach, [&](auto &source, auto) { rough = rough_threshold_by_bisection(source, kind); });
  kind.octaves = -digits_of(rough).exponent - 53;
  const double scale = power_of_two(kind.octaves);
  const Ruler finer(max, minus_one * scale);
  with_candidates<T>(x, n, finer, rough * 1.0000001 * reach, [&](auto &source, auto write) {
    write(kind, exact_threshold(source, kind, rough * scale), y);
  });
}

}  // namespace
