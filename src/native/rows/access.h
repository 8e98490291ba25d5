// A row as blocks of contiguous native elements: straight pointers where the memory allows it, else a gather into a buffer.
// Masked elements read as -inf; half precision is converted here, in both directions.
#pragma once
#include "../kernels.h"
#include "../math/half.h"

namespace {

using stablesoftmax::Row;
using stablesoftmax::Storage;

// Elements of a block: the scratch of a row is a few arrays of this size, whatever the length of the row.
constexpr std::size_t block_elements = 2048;

template <class T> struct Access {
  const Row &row;
  bool direct_x, direct_y;
  const T *held = nullptr; // the whole row, if it was fetched before

  // Whether results go past the caches. Rows of less than 2 KB do only if they are whole lines: of others two lines each are written
  // in part, and have to be read.
  inline bool past_caches() const {
    const std::size_t bytes = row.n * sizeof(T);
    const bool whole_lines = (reinterpret_cast<std::uintptr_t>(row.y) | bytes) % 64 == 0;
    return direct_y && row.policy & stablesoftmax::past_caches && bytes >= (whole_lines ? 512 : 2048);
  }

  explicit Access(const Row &r)
      : row(r), direct_x(r.x_storage == Storage::native && !r.where && r.x_stride == sizeof(T)),
        direct_y(r.y_storage == Storage::native && r.y_stride == sizeof(T)) {}

  inline T element(std::size_t i) const {
    const char *p = row.x + static_cast<std::ptrdiff_t>(i) * row.x_stride;
    if (row.x_storage == Storage::native) {
      T v;
      __builtin_memcpy(&v, p, sizeof v);
      return v;
    }
    std::uint16_t v;
    __builtin_memcpy(&v, p, sizeof v);
    return static_cast<T>(row.x_storage == Storage::half ? from_half(v) : from_bfloat16(v));
  }
  inline bool takes_part(std::size_t i) const {
    return !row.where || row.where[static_cast<std::ptrdiff_t>(i) * row.where_stride];
  }

  // Fetches a short row once for all passes: what has to be converted or gathered stays in the buffer, of block_elements.
  inline void hold(T *buffer) {
    if (!direct_x && row.n <= block_elements) held = fetch(0, row.n, buffer);
  }

  // Elements first..first + n of the row; `buffer` is used where they do not lie in memory as they are needed.
  inline const T *fetch(std::size_t first, std::size_t n, T *buffer) const {
    if (held) return held + first;
    if (direct_x) return reinterpret_cast<const T *>(row.x) + first;
    if constexpr (sizeof(T) == 4)
      if (row.x_storage != Storage::native && !row.where && row.x_stride == 2) {
        widen_halves(reinterpret_cast<const std::uint16_t *>(row.x) + first, n, row.x_storage == Storage::half, buffer);
        return buffer;
      }
    for (std::size_t i = 0; i < n; i++) buffer[i] = takes_part(first + i) ? element(first + i) : static_cast<T>(-__builtin_inff());
    return buffer;
  }

  // Where results of half precision that lie together go, else null.
  inline std::uint16_t *halves() const {
    return row.y_storage != Storage::native && row.y_stride == 2 ? reinterpret_cast<std::uint16_t *>(row.y) : nullptr;
  }
  __attribute__((noinline)) void put(std::size_t first, const T *values, std::size_t n) const {
    for (std::size_t i = 0; i < n; i++) put(first + i, values[i]);
  }
  inline void put(std::size_t i, T v) const {
    char *p = row.y + static_cast<std::ptrdiff_t>(i) * row.y_stride;
    if (row.y_storage == Storage::native) {
      __builtin_memcpy(p, &v, sizeof v);
      return;
    }
    const std::uint16_t narrow = row.y_storage == Storage::half ? to_half(static_cast<float>(v)) : to_bfloat16(static_cast<float>(v));
    __builtin_memcpy(p, &narrow, sizeof narrow);
  }
};

}  // namespace
