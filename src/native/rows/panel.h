// Columns copied into the tiles of strips, and results back: what lies a row apart in memory is read once and written once.
//
// Columns in place would be read and written a cache line at a time, every one in another page of memory and, where the rows are a
// power of two apart, in the same few sets of every cache. A panel is some strips side by side, so that several lines of a row
// are moved together (measured for rows of 16 KiB, 16 M float32: reading 1.21 ns an element by single lines, 0.47 by four with the
// rows ahead prefetched; writing 1.11 by single lines, 0.21 by four that bypass the caches).
#pragma once
#include "strip.h"

namespace {

// Columns up to this length stay in a cache as they are.
constexpr std::size_t longest_in_place = 1024;

// The columns that strips of `width` cover. A strip that would lack columns overlaps its neighbour, which may belong to another panel: it
// writes its own columns alone, since results may go where the next panel has yet to read.
template <std::size_t width> struct Panel {
  static constexpr std::size_t most = 5; // strips: four, and one that ends a call
  struct Piece {
    std::size_t start;      // first column of the strip
    std::size_t begin, end; // the columns that are its own
  };
  Piece pieces[most];
  std::size_t strips = 0, columns = 0;

  // Of at least `width` columns that are left, with room for `limit` strips (two or more). `unaligned` columns come before the first
  // one that begins a cache line.
  Panel(std::size_t left, std::size_t unaligned, std::size_t limit) {
    if (limit > most) limit = most;
    if (unaligned) add(0, unaligned);
    while (strips < limit - 1 && columns + width <= left) add(columns, columns + width);
    if (columns < left && left - columns < width) add(left - width, left);
  }

private:
  void add(std::size_t start, std::size_t end) {
    pieces[strips++] = {start, columns, end};
    columns = end;
  }
};

// How many rows ahead a line is asked for: its way takes some hundred cycles, a row of a panel takes about ten.
constexpr std::size_t rows_ahead = 16;

// The columns of every strip into its tile, the tiles one after another.
template <class T, std::size_t width> inline void copy_in(const Panel<width> &panel, const Row &row, T *tiles) {
  const std::size_t element = row.x_storage == Storage::native ? sizeof(T) : 2;
  const char *x = row.x;
  for (std::size_t j = 0; j < row.n; j++, x += row.x_stride)
    for (std::size_t s = 0; s < panel.strips; s++) {
      const char *from = x + panel.pieces[s].start * element;
      T *to = tiles + (s * row.n + j) * width;
      __builtin_prefetch(from + static_cast<std::ptrdiff_t>(rows_ahead) * row.x_stride);
      if constexpr (sizeof(T) == 4)
        if (row.x_storage != Storage::native) {
          widen_halves(reinterpret_cast<const std::uint16_t *>(from), width, row.x_storage == Storage::half, to);
          continue;
        }
      store_many(to, load_many<2>(reinterpret_cast<const T *>(from)));
    }
}

// Columns of arrays beyond this reach no reader through a cache: they are written past them.
constexpr std::size_t beyond_caches = std::size_t{8} << 20;

// The tiles that are done, back.
template <class T, std::size_t width>
inline void copy_out(const Panel<width> &panel, const Row &row, const T *tiles, const bool *done) {
  const std::size_t element = row.y_storage == Storage::native ? sizeof(T) : 2;
  const std::size_t distance = static_cast<std::size_t>(row.y_stride < 0 ? -row.y_stride : row.y_stride);
  const bool far = row.y_storage == Storage::native && distance % level_bytes == 0 && distance * row.n > beyond_caches;
  char *y = row.y;
  for (std::size_t j = 0; j < row.n; j++, y += row.y_stride)
    for (std::size_t s = 0; s < panel.strips; s++) {
      if (!done[s]) continue;
      const auto &piece = panel.pieces[s];
      char *to = y + piece.begin * element;
      const T *from = tiles + (s * row.n + j) * width + (piece.begin - piece.start);
      const std::size_t own = piece.end - piece.begin;
      if constexpr (sizeof(T) == 4)
        if (row.y_storage != Storage::native) {
          narrow_to_halves(from, own, row.y_storage == Storage::half, reinterpret_cast<std::uint16_t *>(to));
          continue;
        }
      if (own < width) __builtin_memcpy(to, from, own * sizeof(T));
      else if (far && reinterpret_cast<std::uintptr_t>(to) % level_bytes == 0)
        stream_many(reinterpret_cast<T *>(to), load_many<2>(from));
      else store_many(reinterpret_cast<T *>(to), load_many<2>(from));
    }
  if (far) end_of_stream();
}

}  // namespace
