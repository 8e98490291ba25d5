// Memory asked for before it is needed. While a row's terms are computed memory stands idle, and a processor's own prefetching
// does little for rows of a few KB, each of which begins on a page of its own. So the next row is asked for then, and the lines
// of the results, which would otherwise be read when they are first written (docs/design/performance.md has what it brings).
#pragma once
#include "access.h"

namespace {

// Rows longer than this many bytes have no need of it, and would drive each other out of the caches.
constexpr std::size_t most_ahead = 1 << 16;

class Ahead {
  const char *x = nullptr; // the next row
  char *y = nullptr;
  std::size_t size_of_x = 0, size_of_y = 0; // of an element

public:
  Ahead() = default;
  template <class T> Ahead(const Access<T> &access, bool elementwise) {
    const Row &row = access.row;
    if (row.n * sizeof(T) > most_ahead) return;
    size_of_x = row.x_storage == Storage::native ? sizeof(T) : 2;
    size_of_y = row.y_storage == Storage::native ? sizeof(T) : 2;
    if (row.x_stride == static_cast<std::ptrdiff_t>(size_of_x)) x = row.next;
    if (elementwise && row.y_stride == static_cast<std::ptrdiff_t>(size_of_y) && !access.past_caches()) y = row.y;
  }

  // The lines of elements i.. that belong to `bytes` of native ones (of half precision twice as many: no harm).
  template <std::size_t bytes> ALWAYS_INLINE void ask_for(std::size_t i) const {
    constexpr std::size_t lines = (bytes + 63) / 64;
    if (x)
#pragma GCC unroll 8
      for (std::size_t line = 0; line < lines; line++) __builtin_prefetch(x + i * size_of_x + line * 64, 0);
    if (y)
#pragma GCC unroll 8
      for (std::size_t line = 0; line < lines; line++) __builtin_prefetch(y + i * size_of_y + line * 64, 1);
  }
};

// The same for two rows that are read together, of which the first takes the results.
struct AheadOfPair {
  Ahead first, second;

  AheadOfPair() = default;
  template <class T> AheadOfPair(const Access<T> &a, const Access<T> &b) {
    if (a.row.n > block_elements) return;
    first = Ahead(a, true);
    second = Ahead(b, false);
  }
  template <std::size_t bytes> ALWAYS_INLINE void ask_for(std::size_t i) const {
    first.ask_for<bytes>(i);
    second.ask_for<bytes>(i);
  }
};

}  // namespace
