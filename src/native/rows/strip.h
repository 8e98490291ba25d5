// softmax of many rows at once, a row a lane: rows too short to fill vectors, and columns (an axis other than the last).
//
// A strip is two vectors of rows, a cache line of columns with 256-bit vectors. Every step of softmax_row has its lane-wise form,
// with the same operations in the same order, so the bits are the same; a strip in which any row is special or slow is handed
// back to be done row by row.
#pragma once
#include "lane_sums.h"
#include "softmax.h"

namespace {

using stablesoftmax::Steps;

template <class Kind> struct Strip {
  using T = typename Kind::T;
  using V = typename Kind::V;
  using Lanes = Many<V, 2>;
  static constexpr std::size_t width = 2 * lanes<T>;
  // Longest row that is gathered: its tiles lie on the stack.
  static constexpr std::size_t longest_gathered = 32;

  const T *x; // element j of lane k at x[j * x_stride + k]
  std::ptrdiff_t x_stride;
  T *h, *l; // h may be the result itself
  std::ptrdiff_t h_stride, l_stride;
  std::size_t n;

  inline Lanes at(std::size_t j) const { return load_many<2>(x + static_cast<std::ptrdiff_t>(j) * x_stride); }

  // The maxima; false where a row is not an ordinary one.
  inline bool maxima(const Context<Kind> &context, Lanes &max) const {
    max = each<2>([](int) { return splat(static_cast<T>(-__builtin_inff())); });
    auto nan = unordered(max.v[0], max.v[1]);
    for (std::size_t j = 0; j < n; j++) {
      const Lanes v = at(j);
      nan |= unordered(v.v[0], v.v[1]);
      max = larger(v, max);
    }
    const T limit = context.scale.limit, reach = static_cast<T>(Kind::reach * context.scale.temperature);
    // NaN and infinities fail one of these; limit is far from overflow, reach need not be exact here
    const auto ordinary = [&](V m) { return (m <= splat(limit)) & (m - splat(reach) >= splat(-limit * static_cast<T>(0.999))); };
    return !any(nan) && !any(~(ordinary(max.v[0]) & ordinary(max.v[1])));
  }

  // The window of every lane, as Terms and Kind::window make it for one.
  struct Windows {
    Lanes floor, magic;
    V hi, lo;
  };
  inline Windows windows(const Context<Kind> &context, const Lanes &max) const {
    using B = Vector<typename Kind::Bits>;
    const T rounding = Kind::digits == 24 ? static_cast<T>(0x1.8p23) : static_cast<T>(0x1.8p52);
    const B zero = bits<B>(splat(rounding)); // the pattern of `rounding` plus an integer is `rounding` plus that integer
    Windows w;
    w.hi = splat(context.scale.hi);
    w.lo = splat(context.scale.lo);
    const double reach = Kind::reach * context.scale.temperature;
    w.floor = each<2>([&](int k) { return lowered(max.v[k], reach); });
    w.magic = each<2>([&](int k) {
      const B j = bits<B>(fma(max.v[k], w.hi, splat(rounding))) - zero;
      const B exponent = ((j >> (Kind::steps == 8 ? 3 : 1)) + 2) & ~1;
      return bits<V>(zero + (Kind::bias - exponent) * Kind::steps);
    });
    return w;
  }
  static inline F lowered(F v, double by) { return narrow(widen_low(v) - splat(by), widen_high(v) - splat(by)); }
  static inline D lowered(D v, double by) { return v - splat(by); }

  // Terms kept in h and l, and the reciprocals of their sums, lane by lane.
  inline void terms(const Windows &w, T *hi, T *lo) const {
    LaneSums<Kind> sums;
    for (std::size_t j = 0; j < n; j++) {
      Lanes high, low;
      Kind::term(w, at(j), high, low);
      store_many<2>(h + static_cast<std::ptrdiff_t>(j) * h_stride, high);
      store_many<2>(l + static_cast<std::ptrdiff_t>(j) * l_stride, low);
      sums.add(high, low);
      if (j % LaneSums<Kind>::most == LaneSums<Kind>::most - 1) sums.flush(LaneSums<Kind>::most);
    }
    sums.flush(n % LaneSums<Kind>::most);
    for (std::size_t k = 0; k < width; k++) {
      const Reciprocal<T> r = sums.reciprocal_of(k);
      hi[k] = r.hi;
      lo[k] = r.lo;
    }
  }

  inline void scale(const T *hi, const T *lo, T *y, std::ptrdiff_t y_stride) const {
    const Lanes r_hi = load_many<2>(hi), r_lo = load_many<2>(lo);
    const V factor = down<Kind>();
    for (std::size_t j = 0; j < n; j++) {
      const Lanes high = load_many<2>(h + static_cast<std::ptrdiff_t>(j) * h_stride);
      const Lanes low = load_many<2>(l + static_cast<std::ptrdiff_t>(j) * l_stride);
      store_many<2>(y + static_cast<std::ptrdiff_t>(j) * y_stride, fma(high, r_hi, fma(low, r_hi, high * r_lo)) * factor);
    }
  }

  // All of it, y at the same lanes; false where the strip must be done row by row (nothing has been written then).
  inline bool softmax(const Context<Kind> &context, T *y, std::ptrdiff_t y_stride) const {
    Lanes max;
    if (!maxima(context, max)) return false;
    T hi[width], lo[width];
    terms(windows(context, max), hi, lo);
    scale(hi, lo, y, y_stride);
    return true;
  }
};

// One strip of rows that do not lie side by side in memory: gathered, transposed on the way, and scattered again.
template <class Kind>
inline bool softmax_gathered(const Row &row, const Steps &steps, std::size_t count, const Context<Kind> &context) {
  using T = typename Kind::T;
  using S = Strip<Kind>;
  constexpr std::size_t width = S::width;
  T x[S::longest_gathered * width], h[S::longest_gathered * width], l[S::longest_gathered * width];
  Row one = row;
  for (std::size_t k = 0; k < width; k++) {
    const Access<T> access(one);
    for (std::size_t j = 0; j < row.n; j++) x[j * width + k] = k < count ? access.element(j) : T{0};
    if (k + 1 < count) one.x += steps.x;
  }
  const S strip{x, width, h, l, width, width, row.n};
  if (!strip.softmax(context, h, width)) return false;
  one = row;
  for (std::size_t k = 0; k < count; k++, one.y += steps.y) {
    const Access<T> access(one);
    for (std::size_t j = 0; j < row.n; j++) access.put(j, h[j * width + k]);
  }
  return true;
}

template <class Kind> inline bool softmax_rows(Row row, const Steps &steps, std::size_t count) {
  using T = typename Kind::T;
  using S = Strip<Kind>;
  const auto row_by_row = [&](std::size_t rows) {
    bool invalid = false;
    for (std::size_t i = 0; i < rows; i++, row.x += steps.x, row.y += steps.y) invalid |= softmax_row<Kind>(row);
    return invalid;
  };
  constexpr std::ptrdiff_t size = sizeof(T);
  const bool native = row.x_storage == Storage::native && row.y_storage == Storage::native;
  const bool columns = native && steps.x == size && steps.y == size && row.x_stride % size == 0 && row.y_stride % size == 0 &&
                       row.x_stride != size && row.n * S::width * sizeof(T) <= row.scratch_bytes && row.scratch;
  if (row.where || row.n == 0 || (!columns && row.n > S::longest_gathered)) return row_by_row(count);
  bool invalid = false;
  const Context<Kind> context(row.temperature);
  for (std::size_t done = 0; done < count;) {
    const std::size_t rows = count - done < S::width ? count - done : S::width;
    bool finished = false;
    if (columns && rows == S::width) {
      T *y = reinterpret_cast<T *>(row.y);
      const std::ptrdiff_t y_stride = row.y_stride / size;
      finished = S{reinterpret_cast<const T *>(row.x), row.x_stride / size, y, static_cast<T *>(row.scratch), y_stride,
                   static_cast<std::ptrdiff_t>(S::width), row.n}
                     .softmax(context, y, y_stride);
    } else if (rows > 2 && row.n <= S::longest_gathered) {
      finished = softmax_gathered<Kind>(row, steps, rows, context);
    }
    if (finished) {
      row.x += static_cast<std::ptrdiff_t>(rows) * steps.x;
      row.y += static_cast<std::ptrdiff_t>(rows) * steps.y;
    } else {
      invalid |= row_by_row(rows);
    }
    done += rows;
  }
  return invalid;
}

}  // namespace
