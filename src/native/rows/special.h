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

template <class T> inline std::size_t count_ties(const Access<T> &access, T of) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < access.row.n; i++) count += access.takes_part(i) && access.element(i) == of;
  return count;
}

// `value` for the elements that equal `of` and take part, `other` everywhere else.
template <class T> inline void fill_ties(const Access<T> &access, T of, T value, T other) {
  for (std::size_t i = 0; i < access.row.n; i++) access.put(i, access.takes_part(i) && access.element(i) == of ? value : other);
}

inline bool is_special(const Extremes<float> &e) { return e.nan || e.max - e.max != 0.0f; }
inline bool is_special(const Extremes<double> &e) { return e.nan || e.max - e.max != 0.0; }

enum class Fate : std::uint8_t { shared, nothing, nan };

// What becomes of a special row: the mass shared among the ties with the maximum, no mass at all, or NaN.
template <class T> inline Fate fate(const Extremes<T> &e, std::uint8_t policy) {
  if (e.nan) return Fate::nan;
  if (e.max > 0) return policy & posinf_limit ? Fate::shared : Fate::nan;
  return policy & neginf_uniform ? Fate::shared : policy & neginf_zero ? Fate::nothing : Fate::nan;
}

// Writes a special row, or a part of one, whose maximum has `ties` in the whole row. `share(count)` is 1/count or -log(count),
// `nothing` is 0 or -inf, also for what is masked.
template <class T, class Share>
inline void write_special(const Access<T> &access, const Extremes<T> &e, Fate fate, std::size_t ties, Share share, T nothing) {
  if (fate == Fate::shared) fill_ties(access, e.max, ties ? share(static_cast<double>(ties)) : nothing, nothing);
  else fill(access, fate == Fate::nan ? quiet_nan<T>() : nothing, nothing);
}

// softmax and log_softmax of a special row. True where a NaN was made out of none.
template <class T, class Share>
inline bool special_row(const Access<T> &access, const Extremes<T> &e, Share share, T nothing) {
  const Fate f = fate(e, access.row.policy);
  write_special(access, e, f, f == Fate::shared ? count_ties(access, e.max) : 0, share, nothing);
  if (f != Fate::nan || e.nan) return false;
  for (std::size_t i = 0; i < access.row.n; i++)
    if (access.takes_part(i)) return true;
  return false; // masked altogether: the caller has said that nothing takes part
}

}  // namespace
