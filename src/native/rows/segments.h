// Rows of varying length, their elements together or anywhere (kernels.h: Segments).
//
// Short ones share strips, a row a lane: some thousand segments are sorted by length, so that the lanes of a strip are nearly full,
// and what a lane lacks is -inf, which adds nothing to any row (numerics.md). Elements are moved into the tile and back one by
// one, wherever they lie. Longer segments are rows of their own, copied first where they lie apart. Same bits either way.
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
template <class Function, class Unit, bool ordered> class ManySegments {
  using Kind = typename Function::Kind;
  using T = typename Kind::T;
  static constexpr std::size_t width = Strip<Kind>::width;
  static constexpr std::ptrdiff_t size = sizeof(T), unit = sizeof(Unit);
  const Segments &all;
  const Context<Kind> context;
  const bool half = all.first.x_storage == Storage::half;

  struct Lane {
    std::size_t segment, column, begin, length; // begin is a place
  };

  inline std::ptrdiff_t line(std::size_t place) const { return static_cast<std::ptrdiff_t>(ordered ? all.order[place] : place); }
  inline std::size_t place(std::size_t segment) const { return static_cast<std::size_t>(all.offsets[segment] - all.origin); }
  inline const char *x(std::size_t column) const { return all.first.x + static_cast<std::ptrdiff_t>(column) * all.x_column; }
  inline char *y(std::size_t column) const { return all.first.y + static_cast<std::ptrdiff_t>(column) * all.y_column; }
  inline const char *where(std::size_t column) const {
    return all.first.where ? all.first.where + static_cast<std::ptrdiff_t>(column) * all.where_column : nullptr;
  }
  inline Unit lowest() const { return pattern_of_lowest(Unit{}); }
  inline std::uint16_t pattern_of_lowest(std::uint16_t) const { return half ? 0xfc00 : 0xff80; }
  template <class Float> static inline Float pattern_of_lowest(Float) { return static_cast<Float>(-__builtin_inff()); }

  // The elements of a lane, `step` units apart in `to`.
  inline void move_in(const Lane &lane, Unit *to, std::size_t step) const {
    const char *from = x(lane.column), *mask = where(lane.column);
    const std::ptrdiff_t stride = all.first.x_stride, mask_stride = all.first.where_stride;
    if (mask) {
      for (std::size_t j = 0; j < lane.length; j++) {
        const std::ptrdiff_t i = line(lane.begin + j);
        to[j * step] = mask[i * mask_stride] ? *reinterpret_cast<const Unit *>(from + i * stride) : lowest();
      }
      return;
    }
    for (std::size_t j = 0; j < lane.length; j++)
      to[j * step] = *reinterpret_cast<const Unit *>(from + line(lane.begin + j) * stride);
  }
  inline void move_out(const Lane &lane, const Unit *from, std::size_t step) const {
    char *to = y(lane.column);
    for (std::size_t j = 0; j < lane.length; j++)
      *reinterpret_cast<Unit *>(to + line(lane.begin + j) * all.first.y_stride) = from[j * step];
  }

  // One row as it lies, or in the memory that was lent.
  inline bool one(const Lane &lane) const {
    Row row = all.first;
    row.n = lane.length;
    row.y = y(lane.column) + static_cast<std::ptrdiff_t>(Function::reduces ? lane.segment : lane.begin) * row.y_stride;
    row.where = where(lane.column);
    if (!ordered) {
      row.x = x(lane.column) + static_cast<std::ptrdiff_t>(lane.begin) * row.x_stride;
      if (row.where) row.where += static_cast<std::ptrdiff_t>(lane.begin) * row.where_stride;
      return Function::row(row, context);
    }
    auto *elements = static_cast<Unit *>(all.lent);
    auto *mask = reinterpret_cast<char *>(elements + lane.length);
    for (std::size_t j = 0; j < lane.length; j++) {
      const std::ptrdiff_t i = line(lane.begin + j);
      elements[j] = *reinterpret_cast<const Unit *>(x(lane.column) + i * row.x_stride);
      if (row.where) mask[j] = row.where[i * row.where_stride];
    }
    row.x = static_cast<const char *>(all.lent);
    row.x_stride = unit;
    if (row.where) row.where = mask, row.where_stride = 1;
    if (Function::reduces) return Function::row(row, context);
    row.y = static_cast<char *>(all.lent);
    row.y_stride = unit;
    const bool invalid = Function::row(row, context);
    move_out(lane, elements, 1);
    return invalid;
  }

  // A row of one element, which has no rest.
  inline bool lone(const Lane &lane) const {
    const std::ptrdiff_t i = line(lane.begin);
    Row row = all.first;
    row.x = x(lane.column) + i * row.x_stride;
    row.y = y(lane.column) + (Function::reduces ? static_cast<std::ptrdiff_t>(lane.segment) : i) * row.y_stride;
    row.where = where(lane.column);
    if (row.where) row.where += i * row.where_stride;
    const Access<T> access(row);
    const T v = access.element(0);
    if (!access.takes_part(0) || v - v != 0) return one(lane);
    access.put(0, Function::reduces ? v + T{0} : T{0}); // -0 and +0 are one value
    return false;
  }

  // A segment that fills vectors by itself: its columns side by side where there are several.
  inline bool long_segment(std::size_t segment, std::size_t length) const {
    const Lane first{segment, 0, place(segment), length};
    bool invalid = false;
    if (all.first.where || all.columns == 1) {
      for (Lane lane = first; lane.column < all.columns; lane.column++) invalid |= one(lane);
      return invalid;
    }
    Row row = all.first;
    row.n = length;
    row.temperature = context.scale.temperature;
    Steps steps{all.x_column, all.y_column};
    if (Function::reduces) row.y += static_cast<std::ptrdiff_t>(segment) * row.y_stride;
    if (!ordered) {
      row.x += static_cast<std::ptrdiff_t>(first.begin) * row.x_stride;
      if (!Function::reduces) row.y += static_cast<std::ptrdiff_t>(first.begin) * row.y_stride;
      return rows_by_strips<Function>(row, steps, all.columns);
    }
    auto *elements = static_cast<Unit *>(all.lent);
    for (Lane lane = first; lane.column < all.columns; lane.column++) move_in(lane, elements + lane.column * length, 1);
    row.x = static_cast<const char *>(all.lent);
    row.x_stride = unit;
    steps.x = static_cast<std::ptrdiff_t>(length) * unit;
    if (!Function::reduces) row.y = static_cast<char *>(all.lent), row.y_stride = unit, steps.y = steps.x;
    invalid = rows_by_strips<Function>(row, steps, all.columns);
    if (!Function::reduces)
      for (Lane lane = first; lane.column < all.columns; lane.column++) move_out(lane, elements + lane.column * length, 1);
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
    for (std::size_t k = 0; k < width; k++) {
      const Lane &lane = lanes[k < count ? k : count - 1];
      move_in(lane, moved + k, width);
      for (std::size_t j = lane.length; j < n; j++) moved[j * width + k] = lowest();
    }
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
      const Lane &lane = lanes[k];
      if (aside >> k & 1) invalid |= one(lane);
      else if (Function::reduces)
        *reinterpret_cast<T *>(y(lane.column) + static_cast<std::ptrdiff_t>(lane.segment) * all.first.y_stride) = results[k];
      else move_out(lane, moved + k, width);
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
        for (std::size_t k = 0; k < filled; k++) invalid |= one(lanes[k]);
      filled = 0;
    };
    for (std::size_t i = 0; i < count; i++) {
      const std::size_t segment = first + named[i], begin = place(segment);
      for (std::size_t column = 0; column < all.columns; column++) {
        lanes[filled++] = {segment, column, begin, place(segment + 1) - begin};
        if (filled == width) empty();
      }
    }
    empty();
    return invalid;
  }

public:
  explicit ManySegments(const Segments &s) : all(s), context(*s.temperatures) {}

  inline bool run() const {
    constexpr std::size_t least = needs_second<Function> ? 2 : 1;
    bool invalid = false;
    for (std::size_t first = 0; first < all.count; first += most_sorted) {
      const std::size_t count = all.count - first < most_sorted ? all.count - first : most_sorted;
      std::uint16_t starts[longest_in_strips + 2] = {}, sorted[most_sorted];
      const auto length = [&](std::size_t i) { return place(first + i + 1) - place(first + i); };
      for (std::size_t i = 0; i < count; i++) {
        const std::size_t n = length(i);
        if (n >= least && n <= longest_in_strips) starts[n + 1]++;
      }
      for (std::size_t n = 0; n <= longest_in_strips; n++) starts[n + 1] = static_cast<std::uint16_t>(starts[n + 1] + starts[n]);
      const std::size_t named = starts[longest_in_strips + 1];
      for (std::size_t i = 0; i < count; i++) {
        const std::size_t n = length(i);
        if (n >= least && n <= longest_in_strips) sorted[starts[n]++] = static_cast<std::uint16_t>(i);
        else if (n == 1)
          for (Lane lane{first + i, 0, place(first + i), 1}; lane.column < all.columns; lane.column++) invalid |= lone(lane);
        else if (n || Function::reduces) invalid |= long_segment(first + i, n);
      }
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
      const bool native = some.first.x_storage == Storage::native;
      if constexpr (sizeof(T) == 4)
        if (!native) {
          invalid |= all.order ? ManySegments<Function, std::uint16_t, true>(some).run() : ManySegments<Function, std::uint16_t, false>(some).run();
          continue;
        }
      invalid |= all.order ? ManySegments<Function, T, true>(some).run() : ManySegments<Function, T, false>(some).run();
    }
  return invalid;
}

template <class Kind> constexpr SegmentFunctions segments_of() {
  return {segments_by_temperature<SoftmaxRows<Kind>>, segments_by_temperature<LogSoftmaxRows<Kind>>,
          segments_by_temperature<LogSumExpRows<Kind>>};
}

}  // namespace
