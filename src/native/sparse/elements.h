// The elements of a row one way and its results the other, whatever their storage, strides and mask.
#pragma once
#include "../kernels.h"
#include "../math/half_one.h"
#include "sums.h"

namespace {

using stablesoftmax::Row;
using stablesoftmax::Storage;

constexpr std::size_t block_elements = 1024;

// T is float or double: what elements are widened to, exactly. Masked ones read as -inf.
template <class T> struct Elements {
  const char *at;
  std::ptrdiff_t stride;
  Storage storage;
  const char *where;
  std::ptrdiff_t where_stride;

  bool takes_part(std::size_t i) const { return !where || where[static_cast<std::ptrdiff_t>(i) * where_stride]; }
  T operator[](std::size_t i) const {
    const char *p = at + static_cast<std::ptrdiff_t>(i) * stride;
    if (storage == Storage::native) {
      T v;
      __builtin_memcpy(&v, p, sizeof v);
      return v;
    }
    std::uint16_t v;
    __builtin_memcpy(&v, p, sizeof v);
    return static_cast<T>(storage == Storage::half ? from_half(v) : from_bfloat16(v));
  }
  // Elements first..first + n in a row of memory: where they lie, or gathered into the buffer.
  const T *fetch(std::size_t first, std::size_t n, T *buffer) const {
    if (storage == Storage::native && !where && stride == sizeof(T)) return reinterpret_cast<const T *>(at) + first;
    for (std::size_t i = 0; i < n; i++) buffer[i] = takes_part(first + i) ? (*this)[first + i] : static_cast<T>(-__builtin_inff());
    return buffer;
  }
};

template <class T> inline Elements<T> elements_of(const Row &row) {
  return {row.x, row.x_stride, row.x_storage, row.where, row.where_stride};
}

// A bit for each of sixteen elements that is at least `limit`.
template <class T> inline unsigned bits_above(const T *x, T limit) {
  typedef T Some __attribute__((vector_size(16)));
  typedef decltype(Some{} < Some{}) Mask;
  constexpr int lanes = 16 / sizeof(T);
  Mask found{};
  for (int k = 0; k < 16; k += lanes) {
    Some v;
    __builtin_memcpy(&v, x + k, sizeof v);
    Mask own;
    for (int lane = 0; lane < lanes; lane++) own[lane] = 1 << (k + lane);
    found |= (v >= limit) & own;
  }
  std::uint64_t half[2];
  __builtin_memcpy(half, &found, sizeof found);
  const std::uint64_t all = half[0] | half[1];
  return static_cast<unsigned>(all | all >> 32) & 0xffffu;
}

// Calls take(i, x) for every element that is at least `limit`, in order. Few are, so sixteen are looked at together.
template <class T, class Take> inline void each_above(const Elements<T> &elements, std::size_t count, T limit, Take take) {
  T buffer[block_elements];
  for (std::size_t first = 0; first < count; first += block_elements) {
    const std::size_t n = count - first < block_elements ? count - first : block_elements;
    const T *x = elements.fetch(first, n, buffer);
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16)
      for (unsigned found = bits_above(x + i, limit); found; found &= found - 1) {
        const std::size_t k = i + static_cast<std::size_t>(__builtin_ctz(found));
        take(first + k, x[k]);
      }
    for (; i < n; i++)
      if (x[i] >= limit) take(first + i, x[i]);
  }
}

// Where results go.
struct Results {
  char *at;
  std::ptrdiff_t stride;
  Storage storage;
  bool wide; // float64

  Format format() const {
    return storage == Storage::half ? format_half : storage == Storage::bfloat16 ? format_bfloat16 : wide ? format_double : format_float;
  }
  std::size_t bytes() const { return storage != Storage::native ? 2 : wide ? 8 : 4; }
  void put(std::size_t i, double v) const {
    char *p = at + static_cast<std::ptrdiff_t>(i) * stride;
    const float narrow = static_cast<float>(v);
    if (storage != Storage::native) {
      const std::uint16_t half = storage == Storage::half ? to_half(narrow) : to_bfloat16(narrow);
      __builtin_memcpy(p, &half, sizeof half);
    } else if (wide) __builtin_memcpy(p, &v, sizeof v);
    else __builtin_memcpy(p, &narrow, sizeof narrow);
  }
  void zero(std::size_t first, std::size_t end) const {
    if (stride == static_cast<std::ptrdiff_t>(bytes())) __builtin_memset(at + first * bytes(), 0, (end - first) * bytes());
    else
      for (std::size_t i = first; i < end; i++) put(i, 0.0);
  }
};

}  // namespace
