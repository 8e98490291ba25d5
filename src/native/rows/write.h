// Results written as they are made: straight into memory, past the caches, or narrowed; one by one where they do not lie together.
#pragma once
#include "access.h"
#include "../simd/many.h"

namespace {

// How many vectors go side by side: one chain of operations leaves most of a processor idle, and the schedulers of today's cores
// hold too few instructions to overlap the next ones by themselves (measured: docs/design/performance.md).
constexpr int together = 4;

// Elements before the first at which a vector may be streamed to y, or n where there are none to stream.
template <class T> inline std::size_t before_stream(const T *y, std::size_t n) {
  const std::size_t bytes = -reinterpret_cast<std::uintptr_t>(y) % level_bytes;
  return bytes % sizeof(T) || bytes / sizeof(T) > n ? n : bytes / sizeof(T);
}

// keep(i, vectors) for all whole vectors from element i on; the element after the last of them.
template <class T, class Results, class Keep>
ALWAYS_INLINE std::size_t each_vector(std::size_t i, std::size_t n, const Results &results, Keep keep) {
  constexpr std::size_t w = lanes<T>;
  for (; i + together * w <= n; i += together * w) keep(i, results.template vectors<together>(i));
  for (; i + w <= n; i += w) keep(i, results.template vectors<1>(i));
  return i;
}

// `results` is what passes.h says: vectors<N>(i) and part(i, m).
template <class T, class Results> ALWAYS_INLINE void write_vectors(T *y, std::size_t n, bool past, const Results &results) {
  std::size_t i = 0;
  if (past && before_stream(y, n) < n) {
    i = before_stream(y, n);
    if (i) store_part<T>(y, i, results.part(0, i));
    i = each_vector<T>(i, n, results, [y](std::size_t k, const auto &v) __attribute__((always_inline)) { stream_many(y + k, v); });
  } else {
    i = each_vector<T>(i, n, results, [y](std::size_t k, const auto &v) __attribute__((always_inline)) { store_many(y + k, v); });
  }
  if (i < n) store_part<T>(y + i, n - i, results.part(i, n - i));
}

// Where results do not lie together as they are computed.
template <class T, int N> ALWAYS_INLINE void write_converted(const Access<T> &access, std::size_t first, const Many<Vector<T>, N> &v) {
  if constexpr (sizeof(T) == 4)
    if (std::uint16_t *to = access.halves()) {
#pragma GCC unroll 8
      for (int k = 0; k < N; k++, to += lanes<T>)
        if (access.row.y_storage == Storage::half) to_halves(v.v[k], to + first);
        else to_bfloat16s(v.v[k], to + first);
      return;
    }
  T some[N * lanes<T>];
  store_many(some, v);
  access.put(first, some, N * lanes<T>);
}

// Elements first..first + n of the row, from results of which the first is number 0.
template <class T, class Results>
ALWAYS_INLINE void write_block(const Access<T> &access, std::size_t first, std::size_t n, const Results &results) {
  if (access.direct_y) return write_vectors(reinterpret_cast<T *>(access.row.y) + first, n, access.past_caches(), results);
  const std::size_t i = each_vector<T>(
      0, n, results, [&](std::size_t k, const auto &v) __attribute__((always_inline)) { write_converted<T>(access, first + k, v); });
  if (i == n) return;
  T some[lanes<T>];
  store<T>(some, results.part(i, n - i));
  access.put(first + i, some, n - i);
}

}  // namespace
