// softmax of one row: pass 1 maximum, pass 2 terms and integer sum, pass 3 scale. Error analysis: docs/design/errors.md.
#pragma once
#include "first_pass.h"

namespace {

// Short rows keep their terms in buffers between the passes; longer ones the bases in the place of the result, the growths in the
// scratch.
template <class Kind, Kept where, class Sum>
inline void softmax_stored(const Terms<Kind> &terms, const typename Kind::T *x, std::size_t n, typename Kind::T *bases,
                           typename Kind::T *growths, typename Kind::T *y, bool past) {
  Sum sum;
  add_terms<Kind, where>(terms, x, n, sum, bases, growths);
  scale_block<Kind>(bases, growths, n, reciprocal(sum, quantum_exponent<Kind>(Sum::layout), typename Kind::T{}), y, past);
}

// Longer rows make their terms twice: the scratch keeps its size, and a row beyond the cache moves fewer bytes.
template <class Kind, class Sum> inline void softmax_remade(const Access<typename Kind::T> &access, const Terms<Kind> &terms) {
  using T = typename Kind::T;
  T gathered[block_elements], results[block_elements];
  const std::size_t n = access.row.n;
  Sum sum;
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    add_terms<Kind, Kept::nowhere>(terms, access.fetch(i, m, gathered), m, sum, static_cast<T *>(nullptr), static_cast<T *>(nullptr));
  }
  const Reciprocal<T> r = reciprocal(sum, quantum_exponent<Kind>(Sum::layout), T{});
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    T *y = access.place(i, results);
    terms_scaled_block<Kind>(terms, access.fetch(i, m, gathered), m, r, y, access.past_caches());
    access.keep(i, m, y);
  }
}

template <class Kind, class Sum> inline void softmax_of(const Access<typename Kind::T> &access, const Terms<Kind> &terms) {
  using T = typename Kind::T;
  const Row &row = access.row;
  constexpr std::size_t w = lanes<T>;
  if (row.n <= block_elements) {
    alignas(level_bytes) T bases[block_elements], growths[block_elements];
    T gathered[block_elements], results[block_elements];
    T *y = access.place(0, results);
    softmax_stored<Kind, Kept::in_buffers, Sum>(terms, access.fetch(0, row.n, gathered), row.n, bases, growths, y, access.past_caches());
    access.keep(0, row.n, y);
  } else if (access.direct_x && access.past_caches() && 2 * (row.n + w) * sizeof(T) <= row.scratch_bytes) {
    T *y = access.place(0, nullptr), *bases = static_cast<T *>(row.scratch);
    softmax_stored<Kind, Kept::in_buffers, Sum>(terms, access.fetch(0, row.n, nullptr), row.n, bases, bases + row.n + w, y, true);
  } else if (access.direct_x && access.direct_y && !access.past_caches() && (row.n + w) * sizeof(T) <= row.scratch_bytes) {
    T *y = access.place(0, nullptr);
    softmax_stored<Kind, Kept::in_results, Sum>(terms, access.fetch(0, row.n, nullptr), row.n, y, static_cast<T *>(row.scratch), y, false);
  } else {
    softmax_remade<Kind, Sum>(access, terms);
  }
}

template <class Kind> inline bool softmax_row(const Row &row, const Context<Kind> &context) {
  using T = typename Kind::T;
  const Access<T> access(row);
  const Extremes<T> e = row_extremes<Kind, false>(access);
  if (is_special(e)) return special_row(access, e, [](double count) { return static_cast<T>(1.0 / count); }, T{0});
  const Terms<Kind> terms(context, e.max);
  with_layout<Kind>(layout_of<Kind>(e, row.temperature), [&](auto sum) { softmax_of<Kind, decltype(sum)>(access, terms); });
  return false;
}

}  // namespace
