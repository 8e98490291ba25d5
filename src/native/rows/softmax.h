// softmax of one row: pass 1 maximum, pass 2 terms and integer sum, pass 3 scale. Error analysis: docs/design/errors.md.
#pragma once
#include "first_pass.h"

namespace {

// What probabilities are multiplied by: nothing here, gain.h elsewhere.
template <class Kind> struct NoGain {
  static inline Reciprocal<typename Kind::T> of(const Reciprocal<typename Kind::T> &r) { return r; }
  static inline typename Kind::V last() { return down<Kind>(); }
};

// Short rows keep their terms in buffers between the passes; longer ones the bases in the place of the result, the growths in the
// scratch.
template <class Kind, Kept where, class Sum, class Gain>
inline void softmax_stored(const Access<typename Kind::T> &access, const Terms<Kind> &terms, const Gain &gain, const typename Kind::T *x,
                           typename Kind::T *bases, typename Kind::T *growths) {
  const std::size_t n = access.row.n;
  Sum sum;
  add_terms<Kind, where>(terms, x, n, sum, Ahead(access, where == Kept::in_buffers), bases, growths);
  add_sink(access.row, terms, sum);
  const auto r = gain.of(reciprocal(sum, quantum_exponent<Kind>(Sum::layout), typename Kind::T{}));
  write_block(access, 0, n, FromStored<Kind, decltype(gain.last())>(bases, growths, r, gain.last()));
}

// Longer rows make their terms twice: the scratch keeps its size, and a row beyond the cache moves fewer bytes.
template <class Kind, class Sum, class Gain>
inline void softmax_remade(const Access<typename Kind::T> &access, const Terms<Kind> &terms, const Gain &gain) {
  using T = typename Kind::T;
  T gathered[block_elements];
  const std::size_t n = access.row.n;
  Sum sum;
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    add_terms<Kind, Kept::nowhere>(terms, access.fetch(i, m, gathered), m, sum, Ahead());
  }
  add_sink(access.row, terms, sum);
  const Reciprocal<T> r = gain.of(reciprocal(sum, quantum_exponent<Kind>(Sum::layout), T{}));
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    write_remade(access, i, m, terms, access.fetch(i, m, gathered), r, gain.last());
  }
}

// Rows up to block_elements are direct or held: no buffer is needed to fetch them.
template <class Kind, class Sum, class Gain>
inline void softmax_of(const Access<typename Kind::T> &access, const Terms<Kind> &terms, const Gain &gain) {
  using T = typename Kind::T;
  const Row &row = access.row;
  const std::size_t bytes = (row.n + lanes<T>) * sizeof(T); // of the bases, and of the growths
  T *scratch = static_cast<T *>(row.scratch);
  if (row.n <= block_elements) {
    alignas(level_bytes) T bases[block_elements], growths[block_elements];
    softmax_stored<Kind, Kept::in_buffers, Sum>(access, terms, gain, access.fetch(0, row.n, nullptr), bases, growths);
  } else if (access.direct_x && access.past_caches() && 2 * bytes <= row.scratch_bytes) {
    softmax_stored<Kind, Kept::in_buffers, Sum>(access, terms, gain, access.fetch(0, row.n, nullptr), scratch, scratch + row.n + lanes<T>);
  } else if (access.direct_x && access.direct_y && !access.past_caches() && bytes <= row.scratch_bytes) {
    softmax_stored<Kind, Kept::in_results, Sum>(access, terms, gain, access.fetch(0, row.n, nullptr), reinterpret_cast<T *>(row.y), scratch);
  } else {
    softmax_remade<Kind, Sum>(access, terms, gain);
  }
}

template <class Kind, class Gain> inline bool softmax_row(const Row &row, const Context<Kind> &context, const Gain &gain) {
  using T = typename Kind::T;
  T once[block_elements];
  Access<T> access(row);
  access.hold(once);
  Extremes<T> e = row_extremes<Kind, false>(access);
  join_sink<Kind>(row, e);
  if (is_special(e)) return special_row(access, e, [](double count) { return static_cast<T>(1.0 / count); }, T{0});
  const Terms<Kind> terms(context, e.max);
  with_layout<Kind>(layout_of<Kind>(e, row.temperature), [&](auto sum) { softmax_of<Kind, decltype(sum)>(access, terms, gain); });
  return false;
}

template <class Kind> inline bool softmax_row(const Row &row, const Context<Kind> &context) {
  return softmax_row(row, context, NoGain<Kind>());
}

}  // namespace
