// softmax of one row: pass 1 maximum, pass 2 terms and integer sum, pass 3 scale. Error analysis: docs/design/errors.md.
#pragma once
#include "first_pass.h"

namespace {

// Rows that fit the scratch keep their terms between the passes: h in the place of the result, l beside it.
template <class Kind, class Sum>
inline void softmax_stored(const Access<typename Kind::T> &access, const Terms<Kind> &terms, const typename Kind::T *x,
                           typename Kind::T *h, typename Kind::T *l, bool wide) {
  const std::size_t n = access.row.n;
  Sum sum;
  add_terms<Kind, true>(terms, x, n, sum, h, l);
  scale_block<Kind>(h, l, n, reciprocal(sum, quantum_exponent<Kind>(wide), typename Kind::T{}), h);
  access.keep(0, n, h);
}

// Longer rows make their terms twice: the scratch keeps its size, and a row beyond the cache moves fewer bytes.
template <class Kind, class Sum> inline void softmax_remade(const Access<typename Kind::T> &access, const Terms<Kind> &terms, bool wide) {
  using T = typename Kind::T;
  T gathered[block_elements], results[block_elements];
  const std::size_t n = access.row.n;
  Sum sum;
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    add_terms<Kind, false>(terms, access.fetch(i, m, gathered), m, sum, static_cast<T *>(nullptr), static_cast<T *>(nullptr));
  }
  const Reciprocal<T> r = reciprocal(sum, quantum_exponent<Kind>(wide), T{});
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    T *y = access.place(i, results);
    terms_scaled_block<Kind>(terms, access.fetch(i, m, gathered), m, r, y);
    access.keep(i, m, y);
  }
}

template <class Kind, class Sum> inline void softmax_of(const Access<typename Kind::T> &access, const Terms<Kind> &terms, bool wide) {
  using T = typename Kind::T;
  const Row &row = access.row;
  if (row.n <= block_elements) {
    T gathered[block_elements], low[block_elements], high[block_elements];
    softmax_stored<Kind, Sum>(access, terms, access.fetch(0, row.n, gathered), access.place(0, high), low, wide);
  } else if (access.direct_x && access.direct_y && row.n * sizeof(T) <= row.scratch_bytes) {
    softmax_stored<Kind, Sum>(access, terms, access.fetch(0, row.n, nullptr), access.place(0, nullptr), static_cast<T *>(row.scratch), wide);
  } else {
    softmax_remade<Kind, Sum>(access, terms, wide);
  }
}

template <class Kind> inline bool softmax_row(const Row &row, const Context<Kind> &context) {
  using T = typename Kind::T;
  const Access<T> access(row);
  const Extremes<T> e = row_extremes<Kind, false>(access);
  if (is_special(e)) return special_row(access, e, [](double count) { return static_cast<T>(1.0 / count); }, T{0});
  const Terms<Kind> terms(context, e.max);
  if constexpr (Kind::digits == 24)
    if (!is_wide<Kind>(e, row.temperature)) return softmax_of<Kind, NarrowSum>(access, terms, false), false;
  softmax_of<Kind, WideSum<Kind>>(access, terms, true);
  return false;
}

}  // namespace
