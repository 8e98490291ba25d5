// A row as blocks of contiguous native elements: straight pointers where the memory allows it, else a gather into a buffer
// and a scatter out of one. Masked elements read as -inf; half precision is converted here, in both directions.
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

  // Whether results go past the caches. Short rows do not: of each, two lines are written in part, which then have to be read.
  inline bool past_caches() const { return direct_y && row.policy & stablesoftmax::past_caches && row.n * sizeof(T) >= 2048; }

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

  // Elements first..first + n of the row; `buffer` is used where they do not lie in memory as they are needed.
  inline const T *fetch(std::size_t first, std::size_t n, T *buffer) const {
    if (direct_x) return reinterpret_cast<const T *>(row.x) + first;
    if constexpr (sizeof(T) == 4)
      if (row.x_storage != Storage::native && !row.where && row.x_stride == 2) {
        widen_halves(reinterpret_cast<const std::uint16_t *>(row.x) + first, n, row.x_storage == Storage::half, buffer);
        return buffer;
      }
    for (std::size_t i = 0; i < n; i++) buffer[i] = takes_part(first + i) ? element(first + i) : static_cast<T>(-__builtin_inff());
    return buffer;
  }

  // Where results first.. are to be written before keep() is called: the output itself or `buffer`.
  inline T *place(std::size_t first, T *buffer) const { return direct_y ? reinterpret_cast<T *>(row.y) + first : buffer; }

  inline void keep(std::size_t first, std::size_t n, const T *buffer) const {
    if (direct_y) return;
    if constexpr (sizeof(T) == 4)
      if (row.y_storage != Storage::native && row.y_stride == 2)
        return narrow_to_halves(buffer, n, row.y_storage == Storage::half, reinterpret_cast<std::uint16_t *>(row.y) + first);
    for (std::size_t i = 0; i < n; i++) put(first + i, buffer[i]);
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
