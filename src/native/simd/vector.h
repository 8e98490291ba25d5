// The vector vocabulary: what every level can do, written once on GCC/Clang vector types.
//
// A level header (baseline.h, avx2.h, avx512.h, neon.h) first sets `level_bytes` and the handful of operations that need an
// instruction of their own (level_fma, level_max, level_min, level_lookup8, ...); this file builds the rest.
// Every operation is one IEEE operation per lane, so all levels give the same bits. Nothing here reduces floating-point
// values across lanes except max and min, which are exact.
#pragma once
#include <cstddef>
#include <cstdint>

#include "bits.h"

// For the small pieces of a loop: left alone they would pass vectors through memory.
#define ALWAYS_INLINE inline __attribute__((always_inline))

namespace {

template <class T> struct VectorOf;
template <> struct VectorOf<float> {
  typedef float type __attribute__((vector_size(level_bytes)));
};
template <> struct VectorOf<double> {
  typedef double type __attribute__((vector_size(level_bytes)));
};
template <> struct VectorOf<std::int32_t> {
  typedef std::int32_t type __attribute__((vector_size(level_bytes)));
};
template <> struct VectorOf<std::uint32_t> {
  typedef std::uint32_t type __attribute__((vector_size(level_bytes)));
};
template <> struct VectorOf<std::int64_t> {
  typedef std::int64_t type __attribute__((vector_size(level_bytes)));
};
template <> struct VectorOf<std::uint64_t> {
  typedef std::uint64_t type __attribute__((vector_size(level_bytes)));
};
template <class T> using Vector = typename VectorOf<T>::type;

using F = Vector<float>;
using D = Vector<double>;
using I = Vector<std::int32_t>;
using U = Vector<std::uint32_t>;
using Q = Vector<std::int64_t>;
using W = Vector<std::uint64_t>;

template <class T> constexpr std::size_t lanes = level_bytes / sizeof(T);

template <class T> inline Vector<T> splat(T value) { return value - Vector<T>{}; } // x - (+0) keeps the sign of -0

template <class T> inline Vector<T> load(const T *from) {
  Vector<T> v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
template <class T> inline void store(T *to, Vector<T> v) { __builtin_memcpy(to, &v, sizeof v); }

// The first `count` elements (count < lanes) with the other lanes filled; no byte beyond them is touched.
template <class T> inline Vector<T> load_part(const T *from, std::size_t count, T fill) {
#if defined(STABLESOFTMAX_HAS_PARTS)
  return level_load_part(from, static_cast<unsigned>(count), splat(fill));
#else
  T lane[lanes<T>];
  for (std::size_t i = 0; i < lanes<T>; i++) lane[i] = i < count ? from[i] : fill;
  return load(lane);
#endif
}
template <class T> inline void store_part(T *to, std::size_t count, Vector<T> v) {
#if defined(STABLESOFTMAX_HAS_PARTS)
  level_store_part(to, static_cast<unsigned>(count), v);
#else
  T lane[lanes<T>];
  store(lane, v);
  for (std::size_t i = 0; i < count; i++) to[i] = lane[i];
#endif
}

// A store past the caches, for results that are not read again soon; `to` is aligned to the vector. What was streamed may be
// seen by others after end_of_stream().
template <class T> inline void stream(T *to, Vector<T> v) {
#if defined(STABLESOFTMAX_HAS_STREAMS)
  level_stream(to, bits<I>(v));
#else
  store(to, v);
#endif
}
inline void end_of_stream() {
#if defined(STABLESOFTMAX_HAS_STREAMS)
  level_end_of_stream();
#endif
}

inline F fma(F a, F b, F c) { return level_fma(a, b, c); }
inline D fma(D a, D b, D c) { return level_fma(a, b, c); }

// a + b and a - b by the other units of the processor, where it has them: for chains of nothing but additions.
#if defined(STABLESOFTMAX_HAS_SUMS_BY_FMA)
inline F plus(F a, F b) { return level_plus(a, b); }
inline F minus(F a, F b) { return level_minus(a, b); }
#else
inline F plus(F a, F b) { return a + b; }
inline F minus(F a, F b) { return a - b; }
#endif

// The larger one; the second operand where either is NaN.
inline F larger(F a, F b) { return level_max(a, b); }
inline D larger(D a, D b) { return level_max(a, b); }
inline F smaller(F a, F b) { return level_min(a, b); }
inline D smaller(D a, D b) { return level_min(a, b); }

// Lanes in which a or b is NaN, as all ones.
#if defined(STABLESOFTMAX_HAS_MASKS)
inline I unordered(F a, F b) { return bits<I>(level_unordered(a, b)); }
inline Q unordered(D a, D b) { return bits<Q>(level_unordered(a, b)); }
#else
inline I unordered(F a, F b) { return (a != a) | (b != b); }
inline Q unordered(D a, D b) { return (a != a) | (b != b); }
#endif

// table[index & 7] in every lane.
inline I lookup8(const std::uint32_t *table, I index) { return level_lookup8(table, index); }
inline Q lookup8(const std::uint64_t *table, Q index) { return level_lookup8(table, index); }

// The lower and the upper half of the lanes as doubles: exact.
inline D widen_low(F v) { return level_widen(v, 0); }
inline D widen_high(F v) { return level_widen(v, 1); }
inline D widen_low(I v) { return generic_widen(v, 0); }
inline D widen_high(I v) { return generic_widen(v, 1); }
// As many floats as a vector has doubles, from memory: one operation, where taking a vector apart is two or three.
inline D load_wide(const float *from) {
#if defined(STABLESOFTMAX_HAS_WIDE_LOADS)
  return level_load_wide(from);
#else
  D v;
  for (std::size_t i = 0; i < lanes<double>; i++) v[i] = static_cast<double>(from[i]);
  return v;
#endif
}
// The reverse, each lane rounded once.
inline F narrow(D low, D high) { return level_narrow(low, high); }

// The magnitude of every lane.
inline F magnitude(F v) { return bits<F>(bits<I>(v) & 0x7fffffff); }
inline D magnitude(D v) { return bits<D>(bits<Q>(v) & 0x7fffffffffffffff); }

// The largest lane, where none is NaN.
template <class V> inline auto largest_lane(V v) {
#if defined(STABLESOFTMAX_HAS_REDUCTIONS)
  return level_largest(v);
#else
  auto largest = v[0];
  for (std::size_t i = 1; i < sizeof(V) / sizeof(v[0]); i++) largest = largest < v[i] ? v[i] : largest;
  return largest;
#endif
}

// A bit for every lane that is all ones.
template <class M> inline unsigned mask_of(M mask) {
#if defined(STABLESOFTMAX_HAS_REDUCTIONS)
  if constexpr (sizeof(mask[0]) == 4) return level_mask(bits<I>(mask));
  else return level_mask(bits<Q>(mask));
#else
  unsigned set = 0;
  for (std::size_t i = 0; i < sizeof(M) / sizeof(mask[0]); i++) set |= static_cast<unsigned>(mask[i] & 1) << i;
  return set;
#endif
}

// The lanes added up, in any order: for integers in doubles whose sums are exact.
inline double sum_of_lanes(D v) {
#if defined(STABLESOFTMAX_HAS_REDUCTIONS)
  return level_sum(v);
#else
  double lane[lanes<double>], sum = 0;
  store(lane, v);
  for (std::size_t k = 0; k < lanes<double>; k++) sum += lane[k];
  return sum;
#endif
}

template <class V> inline bool any(V mask) {
#if defined(STABLESOFTMAX_HAS_MASKS)
  return level_any(bits<I>(mask));
#else
  std::int64_t lane[level_bytes / 8], all = 0;
  __builtin_memcpy(lane, &mask, sizeof mask);
  for (std::size_t i = 0; i < level_bytes / 8; i++) all |= lane[i];
  return all != 0;
#endif
}

}  // namespace
