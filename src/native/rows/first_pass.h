// Pass 1 over a whole row, and what follows from it: whether the row is special, and the layout of its sum.
#pragma once
#include "passes.h"
#include "special.h"

namespace {

// Pass 1 over all blocks. Long float32 rows also count: the digits of their sum depend on how many elements lie above -inf.
template <class Kind, bool with_second> inline Extremes<typename Kind::T> row_extremes(const Access<typename Kind::T> &access) {
  using T = typename Kind::T;
  Extremes<T> e;
  T buffer[block_elements];
  const std::size_t n = access.row.n;
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    const T *x = access.fetch(i, m, buffer);
    if (Kind::digits == 24 && n > smallest_narrow_limit) extremes<Kind, with_second, true>(x, m, e);
    else extremes<Kind, with_second, false>(x, m, e);
  }
  // -0 and +0 are one value: as a maximum it is -0, so that x - max is +0 for both
  if (e.max == 0) e.max = static_cast<T>(-0.0);
  return e;
}

// The sink of a row takes part as one more element does: in pass 1 and, after the terms of the row, in pass 2.
template <class Kind> inline void join_sink(const Row &row, Extremes<typename Kind::T> &e) {
  using T = typename Kind::T;
  const T sink = static_cast<T>(row.sink);
  if (!(sink > -infinity<T>())) return;
  join_extremes(e.max, e.second, sink, -infinity<T>());
  e.finite++;
  if (e.max == 0) e.max = static_cast<T>(-0.0);
}
template <class Kind, class Sum> inline void add_sink(const Row &row, const Terms<Kind> &terms, Sum &sum) {
  using T = typename Kind::T;
  const T sink = static_cast<T>(row.sink);
  if (!(sink > -infinity<T>())) return;
  typename Kind::V base{}, growth{};
  T one_base, one_growth;
  terms.one(sink < terms.top ? sink : terms.top, one_base, one_growth);
  base[0] = one_base;
  growth[0] = one_growth;
  sum.add(base, growth);
  sum.flush(1);
}

template <class Kind> inline Layout layout_of(const Extremes<typename Kind::T> &e, double temperature) {
  if (Kind::digits == 53 || e.finite > middle_limit(temperature)) return Layout::wide;
  return e.finite > narrow_limit(temperature) ? Layout::middle : Layout::narrow;
}
template <class Kind> inline int quantum_exponent(Layout layout) { return Kind::bias - static_cast<int>(layout); }

}  // namespace
