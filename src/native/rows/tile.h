// Rows turned into the columns of a tile and back: element j of row k at tile[j * width + k].
//
// Squares of 16 bytes by 16 bytes are transposed in registers, on every level alike; the last square of a row overlaps the one
// before it. Rows of half precision are converted first, all at once where they lie end to end.
#pragma once
#include "access.h"

namespace {

// Longest row that is turned, or converted, at once.
constexpr std::size_t longest_gathered = 32;

template <class T> struct SmallOf;
template <> struct SmallOf<float> {
  typedef float type __attribute__((vector_size(16)));
  typedef std::int32_t index __attribute__((vector_size(16)));
};
template <> struct SmallOf<double> {
  typedef double type __attribute__((vector_size(16)));
  typedef std::int64_t index __attribute__((vector_size(16)));
};
template <class T> using Small = typename SmallOf<T>::type;
template <class T> constexpr std::size_t side = 16 / sizeof(T); // of a square

// Elements of a and b, numbered through.
#if defined(__clang__)
#define STABLESOFTMAX_PICK(T, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define STABLESOFTMAX_PICK(T, a, b, ...) __builtin_shuffle(a, b, (typename SmallOf<T>::index){__VA_ARGS__})
#endif

ALWAYS_INLINE void transpose(Small<float> (&r)[4]) {
  const Small<float> low01 = STABLESOFTMAX_PICK(float, r[0], r[1], 0, 4, 1, 5), high01 = STABLESOFTMAX_PICK(float, r[0], r[1], 2, 6, 3, 7);
  const Small<float> low23 = STABLESOFTMAX_PICK(float, r[2], r[3], 0, 4, 1, 5), high23 = STABLESOFTMAX_PICK(float, r[2], r[3], 2, 6, 3, 7);
  r[0] = STABLESOFTMAX_PICK(float, low01, low23, 0, 1, 4, 5);
  r[1] = STABLESOFTMAX_PICK(float, low01, low23, 2, 3, 6, 7);
  r[2] = STABLESOFTMAX_PICK(float, high01, high23, 0, 1, 4, 5);
  r[3] = STABLESOFTMAX_PICK(float, high01, high23, 2, 3, 6, 7);
}
ALWAYS_INLINE void transpose(Small<double> (&r)[2]) {
  const Small<double> first = STABLESOFTMAX_PICK(double, r[0], r[1], 0, 2);
  r[1] = STABLESOFTMAX_PICK(double, r[0], r[1], 1, 3);
  r[0] = first;
}

// Calls body(j) for the first columns of squares that cover a row of n >= side elements.
template <class T, class Body> ALWAYS_INLINE void each_square(std::size_t n, Body body) {
  for (std::size_t j = 0; j < n; j += side<T>) body(j + side<T> <= n ? j : n - side<T>);
}

// `width` rows, `step` bytes apart, into the tile; rows beyond `count` repeat the last.
template <class T, std::size_t width> inline void turn_in(const char *x, std::ptrdiff_t step, std::size_t count, std::size_t n, T *tile) {
  const auto row = [&](std::size_t k) {
    return reinterpret_cast<const T *>(x + static_cast<std::ptrdiff_t>(k < count ? k : count - 1) * step);
  };
  if (n < side<T>) {
    for (std::size_t k = 0; k < width; k++)
      for (std::size_t j = 0; j < n; j++) __builtin_memcpy(&tile[j * width + k], row(k) + j, sizeof(T));
    return;
  }
  for (std::size_t k = 0; k < width; k += side<T>)
    each_square<T>(n, [&](std::size_t j) {
      Small<T> square[side<T>];
      for (std::size_t i = 0; i < side<T>; i++) __builtin_memcpy(&square[i], row(k + i) + j, 16);
      transpose(square);
      for (std::size_t i = 0; i < side<T>; i++) __builtin_memcpy(tile + (j + i) * width + k, &square[i], 16);
    });
}

template <class T, std::size_t width> inline void turn_out(const T *tile, std::size_t count, std::size_t n, char *y, std::ptrdiff_t step) {
  const auto row = [&](std::size_t k) { return reinterpret_cast<T *>(y + static_cast<std::ptrdiff_t>(k) * step); };
  if (n < side<T>) {
    for (std::size_t k = 0; k < count; k++)
      for (std::size_t j = 0; j < n; j++) __builtin_memcpy(row(k) + j, &tile[j * width + k], sizeof(T));
    return;
  }
  for (std::size_t k = 0; k < count; k += side<T>)
    each_square<T>(n, [&](std::size_t j) {
      Small<T> square[side<T>];
      for (std::size_t i = 0; i < side<T>; i++) __builtin_memcpy(&square[i], tile + (j + i) * width + k, 16);
      transpose(square);
      for (std::size_t i = 0; i < side<T> && k + i < count; i++) __builtin_memcpy(row(k + i) + j, &square[i], 16);
    });
}

// Up to `width` rows of any storage and stride, like `row` and `step` bytes apart, into a tile.
template <class T, std::size_t width> inline void gather(Row row, std::ptrdiff_t step, std::size_t count, T *tile) {
  constexpr std::ptrdiff_t size = sizeof(T);
  if (row.x_storage == Storage::native && row.x_stride == size) return turn_in<T, width>(row.x, step, count, row.n, tile);
  if constexpr (sizeof(T) == 4)
    if (row.x_storage != Storage::native && row.x_stride == 2 && row.n <= longest_gathered) {
      float rows[longest_gathered * width];
      const bool half = row.x_storage == Storage::half, joined = step == static_cast<std::ptrdiff_t>(2 * row.n);
      for (std::size_t k = 0; k < (joined ? 1 : count); k++)
        widen_halves(reinterpret_cast<const std::uint16_t *>(row.x + static_cast<std::ptrdiff_t>(k) * step), joined ? count * row.n : row.n,
                     half, rows + k * row.n);
      return turn_in<T, width>(reinterpret_cast<const char *>(rows), static_cast<std::ptrdiff_t>(row.n) * size, count, row.n, tile);
    }
  for (std::size_t k = 0; k < width; k++) {
    const Access<T> access(row);
    for (std::size_t j = 0; j < row.n; j++) tile[j * width + k] = access.element(j);
    if (k + 1 < count) row.x += step;
  }
}

// The reverse: the first `count` columns of a tile to the results of rows like `row`.
template <class T, std::size_t width> inline void scatter(Row row, std::ptrdiff_t step, std::size_t count, const T *tile) {
  constexpr std::ptrdiff_t size = sizeof(T);
  if (row.y_storage == Storage::native && row.y_stride == size) return turn_out<T, width>(tile, count, row.n, row.y, step);
  if constexpr (sizeof(T) == 4)
    if (row.y_storage != Storage::native && row.y_stride == 2 && row.n <= longest_gathered) {
      float rows[longest_gathered * width];
      turn_out<T, width>(tile, count, row.n, reinterpret_cast<char *>(rows), static_cast<std::ptrdiff_t>(row.n) * size);
      const bool half = row.y_storage == Storage::half, joined = step == static_cast<std::ptrdiff_t>(2 * row.n);
      for (std::size_t k = 0; k < (joined ? 1 : count); k++)
        narrow_to_halves(rows + k * row.n, joined ? count * row.n : row.n, half,
                         reinterpret_cast<std::uint16_t *>(row.y + static_cast<std::ptrdiff_t>(k) * step));
      return;
    }
  for (std::size_t k = 0; k < count; k++, row.y += step) {
    const Access<T> access(row);
    for (std::size_t j = 0; j < row.n; j++) access.put(j, tile[j * width + k]);
  }
}

}  // namespace
