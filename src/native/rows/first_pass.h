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

template <class Kind> inline Layout layout_of(const Extremes<typename Kind::T> &e, double temperature) {
  if (Kind::digits == 53 || e.finite > middle_limit(temperature)) return Layout::wide;
  return e.finite > narrow_limit(temperature) ? Layout::middle : Layout::narrow;
}
template <class Kind> inline int quantum_exponent(Layout layout) { return Kind::bias - static_cast<int>(layout); }

}  // namespace
