// Cuts many rows into strips: columns where they lie, short rows through a transposed tile, and whatever is not ordinary row by
// row. Same bits either way.
#pragma once
#include "four.h"
#include "panel.h"
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

// One function: by the row, and by the strip, whose results are its y or, one a lane, `results`.
template <class Kind_> struct SoftmaxRows {
  using Kind = Kind_;
  static constexpr bool reduces = false;
  static constexpr std::size_t longest_four = ::longest_four<typename Kind::T>;
  static inline bool row(const Row &row, const Context<Kind> &context) { return softmax_row<Kind>(row, context); }
  static inline bool four(const Row &first, const Steps &steps, const Context<Kind> &context) {
    return Four<Kind>(first, steps.x, steps.y).softmax(context);
  }
  static inline bool strip(const Strip<Kind> &strip, const Context<Kind> &context, const RowsOfStrip &, typename Kind::T *) {
    return strip.softmax(context);
  }
};

template <class Kind_> struct LogSoftmaxRows {
  using Kind = Kind_;
  static constexpr bool reduces = false;
  static constexpr std::size_t longest_four = ::longest_four<typename Kind::T>;
  static inline bool row(const Row &row, const Context<Kind> &context) { return log_softmax_row<Kind>(row, context); }
  static inline bool four(const Row &first, const Steps &steps, const Context<Kind> &context) {
    return log_softmax_four<Kind>(first, steps, context);
  }
  static inline bool strip(const Strip<Kind> &strip, const Context<Kind> &context, const RowsOfStrip &, typename Kind::T *) {
    return strip.log_softmax(context);
  }
};

template <class Kind_> struct LogSumExpRows {
  using Kind = Kind_;
  static constexpr bool reduces = true;
  static constexpr std::size_t longest_four = 0; // no row waits for the result of another: side by side gains nothing
  static inline bool row(const Row &row, const Context<Kind> &context) { return logsumexp_row<Kind>(row, context); }
  static inline bool strip(const Strip<Kind> &strip, const Context<Kind> &context, const RowsOfStrip &rows, typename Kind::T *results) {
    return strip.logsumexp(context, results, [&](std::size_t k) {
      const Row row = rows[k];
      return logsumexp_near_zero<Kind>(Access<typename Kind::T>(row));
    });
  }
};

// Rows of one temperature and policy, some way apart.
template <class Function> class ManyRows {
  using Kind = typename Function::Kind;
  using T = typename Kind::T;
  static constexpr std::size_t width = Strip<Kind>::width;
  static constexpr std::ptrdiff_t size = sizeof(T);
  const Row &first;
  const Steps &steps;
  const std::size_t count;
  const Context<Kind> context;
  T *const scratch;
  const std::size_t scratch_strips; // tiles that fit the scratch

  inline Row at(std::size_t index) const {
    Row row = first;
    row.x += static_cast<std::ptrdiff_t>(index) * steps.x;
    row.y += static_cast<std::ptrdiff_t>(index) * steps.y;
    row.next = index + 1 < count ? row.x + steps.x : nullptr;
    return row;
  }

  // One result a row for rows begin.. to end.
  inline void put_each(std::size_t begin, std::size_t end, const T *results) const {
    for (std::size_t k = begin; k < end; k++) {
      const Row row = at(k);
      Access<T>(row).put(0, *results++);
    }
  }

public:
  ManyRows(const Row &first_row, const Steps &s, std::size_t rows)
      : first(first_row), steps(s), count(rows), context(first_row.temperature), scratch(static_cast<T *>(first_row.scratch)),
        scratch_strips(first_row.scratch_bytes / (first_row.n * width * sizeof(T))) {}

  static inline std::ptrdiff_t bytes_of(Storage storage) { return storage == Storage::native ? size : 2; }
  inline bool x_row_is_joined() const { return first.x_stride == bytes_of(first.x_storage); }
  // Whether elements of equal index lie side by side.
  inline bool x_columns() const { return steps.x == bytes_of(first.x_storage) && !x_row_is_joined(); }
  inline bool y_columns() const { return steps.y == bytes_of(first.y_storage); }
  // Short columns stay where they are, and so do those too long for a panel.
  inline bool in_place() const {
    return (first.n <= longest_in_place || scratch_strips < 3) && x_columns() && first.x_storage == Storage::native &&
           first.x_stride % size == 0 &&
           (Function::reduces || (y_columns() && first.y_storage == Storage::native && first.y_stride % size == 0));
  }
  inline bool panels() const { return x_columns() && (Function::reduces || y_columns()) && scratch_strips >= 3; }
  inline bool gathered() const { return first.n <= longest_gathered || (scratch_strips >= 2 && !x_row_is_joined()); }

  inline bool row_by_row(std::size_t begin, std::size_t end) const {
    bool invalid = false;
    for (std::size_t i = begin; i < end; i++) invalid |= Function::row(at(i), context);
    return invalid;
  }

  // Whether rows from `begin` on can be done four side by side; x and y are then seen as vectors of T.
  inline bool fours() const {
    return first.n <= Function::longest_four && first.x_storage == Storage::native && first.y_storage == Storage::native &&
           first.x_stride == size && first.y_stride == size;
  }
  inline bool four_rows(std::size_t begin) const {
    if constexpr (Function::longest_four > 0)
      if (Function::four(at(begin), steps, context)) return false;
    return row_by_row(begin, begin + 4);
  }

  // Up to `width` rows that do not lie side by side, through a tile. Lanes beyond `some` repeat the last row.
  inline bool gathered_strip(std::size_t begin, std::size_t some) const {
    T stack[2 * longest_gathered * width], results[width];
    const Row row = at(begin);
    T *tile = row.n <= longest_gathered ? stack : scratch;
    gather<T, width>(row, steps.x, some, tile);
    const Strip<Kind> strip{tile, width, tile, width, tile + row.n * width, row.n};
    if (!Function::strip(strip, context, {row, steps, some}, results)) return row_by_row(begin, begin + some);
    if constexpr (Function::reduces) put_each(begin, begin + some, results);
    else scatter<T, width>(row, steps.y, some, tile);
    return false;
  }

  // Columns from `begin` on, of `left`; returns how many.
  inline std::size_t panel(std::size_t begin, std::size_t left, bool &invalid) const {
    const Row row = at(begin);
    const Panel<width> panel(left, unaligned(row), scratch_strips - 1);
    T *l = scratch + panel.strips * row.n * width;
    copy_in<T>(panel, row, scratch);
    bool done[Panel<width>::most];
    for (std::size_t s = 0; s < panel.strips; s++) {
      const auto &piece = panel.pieces[s];
      T *tile = scratch + s * row.n * width, results[width];
      const Strip<Kind> strip{tile, width, tile, width, l, row.n};
      const Row first_of_strip = at(begin + piece.start);
      done[s] = Function::strip(strip, context, {first_of_strip, steps, width}, results);
      if (!done[s]) invalid |= row_by_row(begin + piece.begin, begin + piece.end);
      else if (Function::reduces) put_each(begin + piece.begin, begin + piece.end, results + (piece.begin - piece.start));
    }
    if (!Function::reduces) copy_out<T>(panel, row, scratch, done);
    return panel.columns;
  }

  // Exactly `width` columns where they are.
  inline bool column_strip(std::size_t begin) const {
    const Row row = at(begin);
    T results[width];
    const Strip<Kind> strip{reinterpret_cast<const T *>(row.x), row.x_stride / size, reinterpret_cast<T *>(row.y), row.y_stride / size,
                            scratch_strips ? scratch : nullptr, row.n};
    if (!Function::strip(strip, context, {row, steps, width}, results)) return row_by_row(begin, begin + width);
    if (Function::reduces) put_each(begin, begin + width, results);
    return false;
  }

private:
  // Columns before the first that begins a cache line; none where no column does.
  static inline std::size_t unaligned(const Row &row) {
    const bool native = (Function::reduces ? row.x_storage : row.y_storage) == Storage::native;
    const std::size_t bytes = -reinterpret_cast<std::uintptr_t>(Function::reduces ? row.x : row.y) % 64;
    return native && bytes % sizeof(T) == 0 ? bytes / sizeof(T) % width : 0;
  }
};

template <class Function> inline bool one_row(const Row &row) {
  const bool invalid = Function::row(row, Context<typename Function::Kind>(row.temperature));
  if (row.policy & stablesoftmax::past_caches) end_of_stream();
  return invalid;
}

template <class Function> inline bool rows_by_strips(Row row, const Steps &steps, std::size_t count) {
  using Kind = typename Function::Kind;
  constexpr std::size_t width = Strip<Kind>::width;
  bool invalid = false;
  if (row.n == 0 || row.where || (Kind::digits == 24 && row.n > narrow_limit(row.temperature))) {
    const Context<Kind> context(row.temperature);
    for (std::size_t i = 0; i < count; i++, row.x += steps.x, row.y += steps.y) {
      row.next = i + 1 < count ? row.x + steps.x : nullptr;
      invalid |= Function::row(row, context);
    }
    return invalid;
  }
  const ManyRows<Function> rows(row, steps, count);
  const bool panels = rows.panels(), in_place = rows.in_place(), gathered = rows.gathered(), fours = rows.fours();
  for (std::size_t done = 0; done < count;) {
    const std::size_t left = count - done, some = left < width ? left : width;
    if (panels && !in_place && left >= width) {
      done += rows.panel(done, left, invalid);
      continue;
    }
    if (fours && !in_place && !gathered && left >= 4) {
      invalid |= rows.four_rows(done);
      done += 4;
      continue;
    }
    if (in_place && left >= width) invalid |= rows.column_strip(done);
    else if (gathered && some > 2) invalid |= rows.gathered_strip(done, some);
    else invalid |= rows.row_by_row(done, done + some);
    done += some;
  }
  return invalid;
}

template <class Function> inline bool by_strips(Row row, const Steps &steps, std::size_t count) {
  const bool invalid = rows_by_strips<Function>(row, steps, count);
  if (row.policy & stablesoftmax::past_caches) end_of_stream();
  return invalid;
}

}  // namespace
