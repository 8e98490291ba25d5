// softmax of one row: pass 1 maximum, pass 2 terms and integer sum, pass 3 scale. Error analysis: docs/design/errors.md.
#pragma once
#include "first_pass.h"

namespace {

// Short rows keep their terms between the passes.
template <class Kind, class Sum> inline void softmax_stored(const Access<typename Kind::T> &access, const Terms<Kind> &terms) {
  using T = typename Kind::T;
  T gathered[block_elements], low[block_elements], high[block_elements];
  const std::size_t n = access.row.n;
  T *h = access.place(0, high);
  Sum sum;
  add_terms<Kind, true>(terms, access.fetch(0, n, gathered), n, sum, h, low);
  scale_block<Kind>(h, low, n, reciprocal(sum.total(), quantum_exponent<Kind>(Kind::digits == 53), T{}), h);
  access.keep(0, n, h);
}

// Long rows make their terms twice: the scratch stays a few blocks, and a row beyond the cache moves fewer bytes.
template <class Kind, class Sum> inline void softmax_remade(const Access<typename Kind::T> &access, const Terms<Kind> &terms, bool wide) {
  using T = typename Kind::T;
  T gathered[block_elements], results[block_elements];
  const std::size_t n = access.row.n;
  Sum sum;
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    add_terms<Kind, false>(terms, access.fetch(i, m, gathered), m, sum, static_cast<T *>(nullptr), static_cast<T *>(nullptr));
  }
  const Reciprocal<T> r = reciprocal(sum.total(), quantum_exponent<Kind>(wide), T{});
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    T *y = access.place(i, results);
    terms_scaled_block<Kind>(terms, access.fetch(i, m, gathered), m, r, y);
    access.keep(i, m, y);
  }
}

template <class Kind> inline bool softmax_row(const Row &row) {
  using T = typename Kind::T;
  const Access<T> access(row);
  const Extremes<T> e = row_extremes<Kind, false>(access);
  if (is_special(e)) return special_row(access, e, [](double count) { return static_cast<T>(1.0 / count); }, T{0});
  const Context<Kind> context(row.temperature);
  const Terms<Kind> terms(context, e.max);
  if constexpr (Kind::digits == 24) {
    if (row.n <= block_elements) softmax_stored<Kind, NarrowSum>(access, terms);
    else if (!is_wide<Kind>(e)) softmax_remade<Kind, NarrowSum>(access, terms, false);
    else softmax_remade<Kind, WideSum<Kind>>(access, terms, true);
  } else {
    if (row.n <= block_elements) softmax_stored<Kind, WideSum<Kind>>(access, terms);
    else softmax_remade<Kind, WideSum<Kind>>(access, terms, true);
  }
  return false;
}

}  // namespace
