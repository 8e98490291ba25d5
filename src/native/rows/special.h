// Rows whose result is a rule rather than a sum: NaN, +inf, nothing above -inf. The table is in the docs of softmax.
#pragma once
#include "access.h"
#include "extremes.h"

namespace {

using namespace stablesoftmax;

template <class T> inline T quiet_nan() { return static_cast<T>(__builtin_nan("")); }
template <class T> inline T infinity() { return static_cast<T>(__builtin_inff()); }

template <class T> inline bool fill(const Access<T> &access, T value, bool invalid) {
  for (std::size_t i = 0; i < access.row.n; i++) access.put(i, value);
  return invalid;
}

// `share` of the elements that equal `of` and take part, `other` everywhere else.
template <class T, class Share> inline bool fill_shared(const Access<T> &access, T of, Share share, T other) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < access.row.n; i++) count += access.takes_part(i) && access.element(i) == of;
  const T value = count ? share(static_cast<double>(count)) : other;
  for (std::size_t i = 0; i < access.row.n; i++)
    access.put(i, access.takes_part(i) && access.element(i) == of ? value : other);
  return false;
}

inline bool is_special(const Extremes<float> &e) { return e.nan || e.max - e.max != 0.0f; }
inline bool is_special(const Extremes<double> &e) { return e.nan || e.max - e.max != 0.0; }

// softmax and log_softmax of a special row; `share(count)` is 1/count or -log(count), `nothing` is 0 or -inf.
template <class T, class Share>
inline bool special_row(const Access<T> &access, const Extremes<T> &e, Share share, T nothing) {
  const Row &row = access.row;
  if (e.nan) return fill(access, quiet_nan<T>(), false);
  if (e.max > 0) {
    if (row.policy & posinf_limit) return fill_shared(access, infinity<T>(), share, nothing);
    return fill(access, quiet_nan<T>(), true);
  }
  bool masked = row.where != nullptr; // all of them: the caller has said that nothing takes part
  for (std::size_t i = 0; masked && i < row.n; i++) masked = !access.takes_part(i);
  if (row.n == 0 || masked || (row.policy & neginf_zero)) return fill(access, nothing, false);
  if (row.policy & neginf_uniform) return fill_shared(access, -infinity<T>(), share, nothing);
  return fill(access, quiet_nan<T>(), true);
}

}  // namespace
