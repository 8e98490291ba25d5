// A row as blocks of contiguous native elements: straight pointers where the memory allows it, else a gather into a buffer
// and a scatter out of one. Masked elements read as -inf; half precision is converted here, in both directions.
#pragma once
#include "../kernels.h"

namespace {

using stablesoftmax::Row;
using stablesoftmax::Storage;

// Elements of a block: the scratch of a row is a few arrays of this size, whatever the length of the row.
constexpr std::size_t block_elements = 2048;

inline float from_bfloat16(std::uint16_t v) { return bits<float>(static_cast<std::uint32_t>(v) << 16); }

// Round to nearest even; bfloat16 has the exponents of float32, so subnormals need nothing special.
inline std::uint16_t to_bfloat16(float v) {
  const std::uint32_t pattern = bits<std::uint32_t>(v);
  if ((pattern & 0x7fffffffu) > 0x7f800000u) return 0x7fc0;
  return static_cast<std::uint16_t>((pattern + 0x7fffu + (pattern >> 16 & 1)) >> 16);
}

inline float from_half(std::uint16_t v) {
  const std::uint32_t sign = static_cast<std::uint32_t>(v & 0x8000u) << 16, rest = v & 0x7fffu;
  if (rest >= 0x7c00u) return bits<float>(sign | 0x7f800000u | (rest & 0x3ffu) << 13);
  if (rest >= 0x0400u) return bits<float>(sign | ((rest << 13) + (112u << 23)));
  const float size = static_cast<float>(rest) * 0x1p-24f; // subnormal: exact
  return sign ? -size : size;
}

inline std::uint16_t to_half(float v) {
  const std::uint32_t pattern = bits<std::uint32_t>(v), size = pattern & 0x7fffffffu;
  const std::uint16_t sign = static_cast<std::uint16_t>(pattern >> 16 & 0x8000u);
  if (size > 0x7f800000u) return 0x7e00;
  if (size >= 0x477ff000u) return sign | 0x7c00; // at least 65520: infinity
  if (size < 0x38800000u) {                      // below 2^-14: add 1/2, whose last bit is 2^-24, and let the addition round
    const float shifted = bits<float>(size) + 0.5f;
    return sign | static_cast<std::uint16_t>(bits<std::uint32_t>(shifted) - 0x3f000000u);
  }
  return sign | static_cast<std::uint16_t>((size - (112u << 23) + 0xfffu + (size >> 13 & 1)) >> 13);
}

template <class T> struct Access {
  const Row &row;
  bool direct_x, direct_y;

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
    for (std::size_t i = 0; i < n; i++) buffer[i] = takes_part(first + i) ? element(first + i) : static_cast<T>(-__builtin_inff());
    return buffer;
  }

  // Where results first.. are to be written before keep() is called: the output itself or `buffer`.
  inline T *place(std::size_t first, T *buffer) const { return direct_y ? reinterpret_cast<T *>(row.y) + first : buffer; }

  inline void keep(std::size_t first, std::size_t n, const T *buffer) const {
    if (direct_y) return;
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
