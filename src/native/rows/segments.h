// Rows of varying length, one after the other (kernels.h: Segments).
//
// Short ones share strips, a row a lane: some hundred segments are sorted by length, so that the lanes of a strip are nearly full,
// and what a lane lacks is -inf, which adds nothing to any row (numerics.md). Longer segments are rows of their own. Same bits either
// way.
#pragma once
#include "strips.h"

namespace {

using stablesoftmax::SegmentFunctions;
using stablesoftmax::Segments;

constexpr std::size_t longest_in_strips = longest_gathered;
// Segments that are sorted together. What is sorted and moved together should stay in the innermost caches.
constexpr std::size_t most_sorted = 1024;

// A row of one element has no second largest: strips of the functions that need one would refuse it.
template <class Function> constexpr bool needs_second = true;
template <class Kind> constexpr bool needs_second<SoftmaxRows<Kind>> = false;

// Segments of one temperature. Unit is what is moved: the patterns of half precision, else the element.
template <class Function, class Unit> class ManySegments {
  using Kind = typename Function::Kind;
  using T = typename Kind::T;
  static constexpr std::size_t width = Strip<Kind>::width;
  static constexpr std::size_t least = needs_second<Function> ? 2 : 1; // elements of a row in a strip
  static constexpr std::ptrdiff_t size = sizeof(T), unit = sizeof(Unit);
  const Segments &all;
  const Context<Kind> context;
  const bool half = all.first.x_storage == Storage::half;

  struct Lane {
    std::size_t segment, column, begin, length;
  };

  inline std::size_t begin_of(std::size_t segment) const { return static_cast<std::size_t>(all.offsets[segment] - all.origin); }
  inline Lane lane(std::size_t segment, std::size_t column) const {
    return {segment, column, begin_of(segment), begin_of(segment + 1) - begin_of(segment)};
  }
  // The row of a lane where it lies.
  inline Row row(const Lane &lane) const {
    Row row = all.first;
    const auto begin = static_cast<std::ptrdiff_t>(lane.begin), column = static_cast<std::ptrdiff_t>(lane.column);
    row.n = lane.length;
    row.x += begin * row.x_stride + column * all.x_column;
    row.y += (Function::reduces ? static_cast<std::ptrdiff_t>(lane.segment) : begin) * row.y_stride + column * all.y_column;
    if (row.where) row.where += begin * row.where_stride + column * all.where_column;
    return row;
  }

  inline Unit lowest() const { return pattern_of_lowest(Unit{}); }
  inline std::uint16_t pattern_of_lowest(std::uint16_t) const { return half ? 0xfc00 : 0xff80; }
  template <class Float> static inline Float pattern_of_lowest(Float) { return static_cast<Float>(-__builtin_inff()); }

  // The elements of a row into a lane of a tile of n rows, and back.
  inline void move_in(const Row &row, Unit *to, std::size_t n) const {
    const char *x = row.x, *mask = row.where;
    std::size_t j = 0;
    if (mask)
      for (; j < row.n; j++, x += row.x_stride, mask += row.where_stride)
        to[j * width] = *mask ? *reinterpret_cast<const Unit *>(x) : lowest();
    else
      for (; j < row.n; j++, x += row.x_stride) to[j * width] = *reinterpret_cast<const Unit *>(x);
    for (; j < n; j++) to[j * width] = lowest();
  }
  inline void move_out(const Row &row, const Unit *from) const {
    char *y = row.y;
    for (std::size_t j = 0; j < row.n; j++, y += row.y_stride) *reinterpret_cast<Unit *>(y) = from[j * width];
  }

  inline bool one(const Row &row) const { return Function::row(row, context); }

  // A row of one element has no rest.
  inline bool lone(const Row &row) const {
    const Access<T> access(row);
    const T v = access.element(0);
    if (!access.takes_part(0) || v - v != 0) return one(row);
    access.put(0, Function::reduces ? v + T{0} : T{0}); // -0 and +0 are one value
    return false;
  }

  // A segment that makes no lane of a strip: its columns side by side where there are several.
  inline bool alone(std::size_t segment) const {
    Lane first = lane(segment, 0);
    if (!first.length && !Function::reduces) return false;
    if (first.length >= least && !all.first.where && all.columns > 1)
      return rows_by_strips<Function>(row(first), {all.x_column, all.y_column}, all.columns);
    bool invalid = false;
    for (; first.column < all.columns; first.column++) invalid |= first.length == 1 && least == 2 ? lone(row(first)) : one(row(first));
    return invalid;
  }

  // Whether a strip would take the row in lane k of a tile: Strip::extremes.
  inline bool is_ordinary(const T *tile, std::size_t k, std::size_t n) const {
    T max = -__builtin_inff(), second = max;
    for (std::size_t j = 0; j < n; j++) {
      const T v = tile[j * width + k];
      if (v != v) return false;
      const T lesser = v < max ? v : max;
      second = lesser > second ? lesser : second;
      max = v > max ? v : max;
    }
    const T limit = context.scale.limit, reach = static_cast<T>(Kind::reach * context.scale.temperature);
    return max <= limit && (needs_second<Function> ? second : max) - reach >= -limit * static_cast<T>(0.999);
  }

  // Puts the row of an ordinary lane in the place of every other one; returns those, a bit a lane.
  inline std::uint64_t put_aside(T *tile, std::size_t n) const {
    std::uint64_t aside = 0;
    std::size_t ordinary = width;
    for (std::size_t k = 0; k < width; k++)
      if (is_ordinary(tile, k, n)) ordinary = k;
      else aside |= std::uint64_t{1} << k;
    for (std::size_t k = 0; k < width && ordinary < width; k++)
      if (aside >> k & 1)
        for (std::size_t j = 0; j < n; j++) tile[j * width + k] = tile[j * width + ordinary];
    return aside;
  }

  // Up to `width` rows of at most n elements.
  inline bool strip(const Lane *lanes, std::size_t count, std::size_t n) const {
    T tile[2 * longest_in_strips * width], results[width];
    Unit patterns[unit == size ? 1 : longest_in_strips * width];
    Unit *const moved = unit == size ? reinterpret_cast<Unit *>(tile) : patterns;
    for (std::size_t k = 0; k < width; k++) move_in(row(lanes[k < count ? k : count - 1]), moved + k, n);
    if constexpr (unit != size) widen_halves(patterns, n * width, half, tile);
    Row of_tile{};
    of_tile.x = reinterpret_cast<const char *>(tile);
    of_tile.x_stride = static_cast<std::ptrdiff_t>(width) * size;
    of_tile.n = n;
    const Steps steps{size, 0};
    const Strip<Kind> strip{tile, width, tile, width, tile + n * width, n};
    const auto done = [&] { return Function::strip(strip, context, {of_tile, steps, width}, results); };
    std::uint64_t aside = 0;
    if (!done()) {
      aside = put_aside(tile, n);
      if (~aside << (64 - width) == 0 || !done()) aside = ~std::uint64_t{0};
    }
    if constexpr (!Function::reduces && unit != size) narrow_to_halves(tile, n * width, half, patterns);
    bool invalid = false;
    for (std::size_t k = 0; k < count; k++) {
      const Row row = this->row(lanes[k]);
      if (aside >> k & 1) invalid |= one(row);
      else if (Function::reduces) Access<T>(row).put(0, results[k]);
      else move_out(row, moved + k);
    }
    return invalid;
  }

  // The segments that are named, in the order of their lengths, all of them short.
  inline bool in_strips(std::size_t first, const std::uint16_t *named, std::size_t count) const {
    Lane lanes[width];
    std::size_t filled = 0;
    bool invalid = false;
    const auto empty = [&] {
      if (filled > 2) invalid |= strip(lanes, filled, lanes[filled - 1].length);
      else
        for (std::size_t k = 0; k < filled; k++) invalid |= one(row(lanes[k]));
      filled = 0;
    };
    for (std::size_t i = 0; i < count; i++)
      for (std::size_t column = 0; column < all.columns; column++) {
        lanes[filled++] = lane(first + named[i], column);
        if (filled == width) empty();
      }
    empty();
    return invalid;
  }

public:
  explicit ManySegments(const Segments &s) : all(s), context(*s.temperatures) {}

  inline bool run() const {
    const bool wide = all.columns >= width && !all.first.where; // the columns of a segment fill strips by themselves
    bool invalid = false;
    for (std::size_t first = 0; first < all.count; first += most_sorted) {
      const std::size_t count = all.count - first < most_sorted ? all.count - first : most_sorted;
      std::uint16_t starts[longest_in_strips + 2] = {}, sorted[most_sorted];
      const auto length = [&](std::size_t i) { return begin_of(first + i + 1) - begin_of(first + i); };
      const auto in_strip = [&](std::size_t n) { return n >= least && n <= longest_in_strips && !wide; };
      for (std::size_t i = 0; i < count; i++)
        if (const std::size_t n = length(i); in_strip(n)) starts[n + 1]++;
      for (std::size_t n = 0; n <= longest_in_strips; n++) starts[n + 1] = static_cast<std::uint16_t>(starts[n + 1] + starts[n]);
      const std::size_t named = starts[longest_in_strips + 1];
      for (std::size_t i = 0; i < count; i++)
        if (const std::size_t n = length(i); in_strip(n)) sorted[starts[n]++] = static_cast<std::uint16_t>(i);
        else invalid |= alone(first + i);
      invalid |= in_strips(first, sorted, named);
    }
    return invalid;
  }
};

// A call of one temperature after the other.
template <class Function> inline bool segments_by_temperature(const Segments &all) {
  using T = typename Function::Kind::T;
  const bool by_segment = all.temperature_step != 0, by_column = all.temperature_column != 0;
  Segments some = all;
  bool invalid = false;
  for (std::size_t s = 0; s < (by_segment ? all.count : 1); s++)
    for (std::size_t c = 0; c < (by_column ? all.columns : 1); c++) {
      if (by_segment) some.offsets = all.offsets + s, some.count = 1;
      if (by_column) some.columns = 1;
      const auto column = static_cast<std::ptrdiff_t>(c);
      some.temperatures = all.temperatures + static_cast<std::ptrdiff_t>(s) * all.temperature_step + column * all.temperature_column;
      some.first.x = all.first.x + column * all.x_column;
      some.first.y = all.first.y + column * all.y_column;
      if (Function::reduces) some.first.y += static_cast<std::ptrdiff_t>(s) * all.first.y_stride;
      some.first.where = all.first.where ? all.first.where + column * all.where_column : nullptr;
      some.first.temperature = *some.temperatures;
      if constexpr (sizeof(T) == 4)
        if (some.first.x_storage != Storage::native) {
          invalid |= ManySegments<Function, std::uint16_t>(some).run();
          continue;
        }
      invalid |= ManySegments<Function, T>(some).run();
    }
  return invalid;
}

template <class Kind> constexpr SegmentFunctions segments_of() {
  return {segments_by_temperature<SoftmaxRows<Kind>>, segments_by_temperature<LogSoftmaxRows<Kind>>,
          segments_by_temperature<LogSumExpRows<Kind>>};
}

}  // namespace
