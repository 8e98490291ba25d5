// Rows whose result is a rule rather than a sum: NaN, +inf, nothing above -inf. The table is in the docs of softmax.
#pragma once
#include "access.h"
#include "extremes.h"

namespace {

using namespace stablesoftmax;

template <class T> inline T quiet_nan() { return static_cast<T>(__builtin_nan("")); }
template <class T> inline T infinity() { return static_cast<T>(__builtin_inff()); }

// `value` for the elements that take part, `masked` for the others.
template <class T> inline void fill(const Access<T> &access, T value, T masked) {
  for (std::size_t i = 0; i < access.row.n; i++) access.put(i, access.takes_part(i) ? value : masked);
}

// `share` of the elements that equal `of` and take part, `other` everywhere else.
template <class T, class Share> inline void fill_shared(const Access<T> &access, T of, Share share, T other) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < access.row.n; i++) count += access.takes_part(i) && access.element(i) == of;
  const T value = count ? share(static_cast<double>(count)) : other;
  for (std::size_t i = 0; i < access.row.n; i++)
    access.put(i, access.takes_part(i) && access.element(i) == of ? value : other);
}

inline bool is_special(const Extremes<float> &e) { return e.nan || e.max - e.max != 0.0f; }
inline bool is_special(const Extremes<double> &e) { return e.nan || e.max - e.max != 0.0; }

// softmax and log_softmax of a special row; `share(count)` is 1/count or -log(count), `nothing` is 0 or -inf, also for what is
// masked. True where a NaN was made out of none.
template <class T, class Share>
inline bool special_row(const Access<T> &access, const Extremes<T> &e, Share share, T nothing) {
  const Row &row = access.row;
  const bool above = e.max > 0;
  if (!e.nan && above && (row.policy & posinf_limit)) return fill_shared(access, infinity<T>(), share, nothing), false;
  if (!e.nan && !above && (row.policy & neginf_uniform)) return fill_shared(access, -infinity<T>(), share, nothing), false;
  if (!e.nan && !above && (row.policy & neginf_zero)) return fill(access, nothing, nothing), false;
  fill(access, quiet_nan<T>(), nothing);
  bool empty = true; // masked altogether: the caller has said that nothing takes part
  for (std::size_t i = 0; empty && i < row.n; i++) empty = !access.takes_part(i);
  return !e.nan && !empty;
}

}  // namespace
