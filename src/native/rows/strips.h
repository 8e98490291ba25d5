// Cuts many rows into strips: columns where they lie, short rows through a transposed tile, and whatever is not ordinary row by
// row. Same bits either way.
#pragma once
#include "softmax.h"
#include "strip.h"
#include "tile.h"

namespace {

using stablesoftmax::Steps;

// The rows of a strip, for those who need one again; lanes from `count` on repeat the last.
struct RowsOfStrip {
  const Row &first;
  const Steps &steps;
  std::size_t count;
  inline Row operator[](std::size_t k) const {
    Row row = first;
    row.x += static_cast<std::ptrdiff_t>(k < count ? k : count - 1) * steps.x;
    return row;
  }
};

// One function: by the row, and by the strip.
template <class Kind_> struct SoftmaxRows {
  using Kind = Kind_;
  using T = typename Kind::T;
  static constexpr bool reduces = false;
  static inline bool row(const Row &row) { return softmax_row<Kind>(row); }
  static inline bool strip(const Strip<Kind> &strip, const Context<Kind> &context, const RowsOfStrip &, T *y,
                           std::ptrdiff_t y_stride) {
    return strip.softmax(context, y, y_stride);
  }
};

template <class Kind_> struct LogSoftmaxRows {
  using Kind = Kind_;
  using T = typename Kind::T;
  static constexpr bool reduces = false;
  static inline bool row(const Row &row) { return log_softmax_row<Kind>(row); }
  static inline bool strip(const Strip<Kind> &strip, const Context<Kind> &context, const RowsOfStrip &, T *y,
                           std::ptrdiff_t y_stride) {
    return strip.log_softmax(context, y, y_stride);
  }
};

template <class Kind_> struct LogSumExpRows {
  using Kind = Kind_;
  using T = typename Kind::T;
  static constexpr bool reduces = true;
  static inline bool row(const Row &row) { return logsumexp_row<Kind>(row); }
  static inline bool strip(const Strip<Kind> &strip, const Context<Kind> &context, const RowsOfStrip &rows, T *y,
                           std::ptrdiff_t) {
    return strip.logsumexp(context, y, [&](std::size_t k) {
      const Row row = rows[k];
      return logsumexp_near_zero<Kind>(Access<T>(row));
    });
  }
};

// One result a row, for the first `count` rows of a strip.
template <class T> inline void put_each(Row row, std::ptrdiff_t step, std::size_t count, const T *results) {
  for (std::size_t k = 0; k < count; k++, row.y += step) Access<T>(row).put(0, results[k]);
}

// A strip of up to `width` rows that do not lie side by side, through a tile. Lanes beyond `count` repeat the last row.
template <class Function>
inline bool gathered_strip(const Row &row, const Steps &steps, std::size_t count, const Context<typename Function::Kind> &context) {
  using Kind = typename Function::Kind;
  using T = typename Kind::T;
  constexpr std::size_t width = Strip<Kind>::width;
  T x[longest_gathered * width], l[longest_gathered * width];
  gather<T, width>(row, steps.x, count, x);
  const Strip<Kind> strip{x, width, x, l, width, width, row.n};
  if constexpr (Function::reduces) {
    T results[width];
    if (!Function::strip(strip, context, {row, steps, count}, results, 0)) return false;
    put_each(row, steps.y, count, results);
  } else {
    if (!Function::strip(strip, context, {row, steps, count}, x, width)) return false;
    scatter<T, width>(row, steps.y, count, x);
  }
  return true;
}

// A strip of exactly `width` columns.
template <class Function>
inline bool column_strip(const Row &row, const Steps &steps, const Context<typename Function::Kind> &context) {
  using Kind = typename Function::Kind;
  using T = typename Kind::T;
  constexpr std::size_t width = Strip<Kind>::width;
  constexpr std::ptrdiff_t size = sizeof(T);
  T *y = reinterpret_cast<T *>(row.y), *l = static_cast<T *>(row.scratch);
  const std::ptrdiff_t y_stride = row.y_stride / size;
  const Strip<Kind> strip{reinterpret_cast<const T *>(row.x), row.x_stride / size, y, l, y_stride, static_cast<std::ptrdiff_t>(width), row.n};
  if constexpr (!Function::reduces) return Function::strip(strip, context, {row, steps, width}, y, y_stride);
  T results[width];
  if (!Function::strip(strip, context, {row, steps, width}, results, 0)) return false;
  put_each(row, steps.y, width, results);
  return true;
}

template <class Function> inline bool by_strips(Row row, const Steps &steps, std::size_t count) {
  using Kind = typename Function::Kind;
  using T = typename Kind::T;
  constexpr std::size_t width = Strip<Kind>::width;
  constexpr std::ptrdiff_t size = sizeof(T);
  const auto advance = [&](std::size_t rows) {
    row.x += static_cast<std::ptrdiff_t>(rows) * steps.x;
    row.y += static_cast<std::ptrdiff_t>(rows) * steps.y;
  };
  const auto row_by_row = [&](std::size_t rows) {
    bool invalid = false;
    for (std::size_t i = 0; i < rows; i++, advance(1)) invalid |= Function::row(row);
    return invalid;
  };
  const bool x_columns = row.x_storage == Storage::native && steps.x == size && row.x_stride % size == 0 && row.x_stride != size;
  const bool y_columns = row.y_storage == Storage::native && steps.y == size && row.y_stride % size == 0;
  const bool columns = x_columns && (Function::reduces || y_columns) && row.n * width * sizeof(T) <= row.scratch_bytes;
  const bool gathered = row.n <= longest_gathered;
  if (row.where || row.n == 0 || !(columns || gathered)) return row_by_row(count);
  bool invalid = false;
  const Context<Kind> context(row.temperature);
  for (std::size_t done = 0; done < count;) {
    const std::size_t rows = count - done < width ? count - done : width;
    const bool finished = columns && rows == width ? column_strip<Function>(row, steps, context)
                          : gathered && rows > 2   ? gathered_strip<Function>(row, steps, rows, context)
                                                   : false;
    if (finished) advance(rows);
    else invalid |= row_by_row(rows);
    done += rows;
  }
  return invalid;
}

}  // namespace
