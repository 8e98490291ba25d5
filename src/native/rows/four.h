// softmax of four rows side by side, for rows whose ends cost more than their elements.
//
// Between the last term of a row and its first result lie the sum across lanes and a division, some hundred cycles of latency in
// which nothing else of the row can be done. Four rows wait together. (Longer rows gain nothing: their terms outgrow the innermost
// cache.) The operations of each row are those of softmax.h, so the bits are the same; where any of the four is special or slow none
// is done, and the caller takes them one by one.
#pragma once
#include "log_softmax.h"
#include "softmax.h"

namespace {

// Their terms have to fit the innermost cache, which may be as small as 32 KB.
template <class T> constexpr std::size_t longest_four = 2048 / sizeof(T);

// The sums of four rows, a vector of lanes each; rows are too short for a lane to overflow.
template <class Kind> class FourSums;

template <> class FourSums<Float32> {
  Many<U, 4> first{}, second{};

public:
  ALWAYS_INLINE void add(const Many<F, 4> &base, const Many<F, 4> &growth) {
    const auto digits = NarrowSum::digits_of(base, growth);
    first = first + digits.first;
    second = second + digits.second;
  }
  inline Reciprocal<float> inverse(int row, std::size_t vectors) const {
    return reciprocal_of_double(NarrowSum::rounded_total_of(first.v[row], second.v[row], vectors), quantum_exponent<Float32>(Layout::narrow));
  }
};

template <> class FourSums<Float64> {
  Many<W, 4> first{}, second{};

public:
  ALWAYS_INLINE void add(const Many<D, 4> &base, const Many<D, 4> &growth) {
    const auto digits = WideSum<Float64>::digits_of(base, growth);
    first = first + digits.first;
    second = second + digits.second;
  }
  inline Reciprocal<double> inverse(int row, std::size_t vectors) const {
    const I128 total = WideSum<Float64>::total_of(sum_of_lanes(first.v[row]), sum_of_lanes(second.v[row]), vectors * lanes<double>);
    return reciprocal(total, quantum_exponent<Float64>(Layout::wide), 0.0);
  }
};
static_assert(longest_four<float> / (16 / sizeof(float)) <= NarrowSum::vectors_per_flush, "a lane of the narrowest level holds the whole row");

template <class Kind> class Four {
  using T = typename Kind::T;
  using V = typename Kind::V;
  static constexpr std::size_t w = lanes<T>;
  // From row to row of the terms: no two rows share the last twelve bits of their addresses, by which processors tell whether a load
  // must wait for a store.
  static constexpr std::size_t pitch = longest_four<T> + 320 / sizeof(T);
  const T *x[4];
  T *y[4];
  const std::ptrdiff_t after; // from these rows to the next four, or 0
  const std::size_t n;
  const bool past;

  struct Windows {
    Many<V, 4> floor, magic;
    V hi, lo;
  };

  // body(i, vectors at element i of each row), the last one filled with -inf.
  template <class Body> ALWAYS_INLINE void each_column(Body body) const {
    std::size_t i = 0;
    for (; i + w <= n; i += w) body(i, each<4>([&](int r) { return load(x[r] + i); }));
    if (i < n) body(i, each<4>([&](int r) { return load_part(x[r] + i, n - i, static_cast<T>(-__builtin_inff())); }));
  }

public:
  Four(const Row &first, std::ptrdiff_t x_step, std::ptrdiff_t y_step)
      : after(first.next ? 4 * x_step : 0), n(first.n), past(Access<T>(first).past_caches()) {
    for (int r = 0; r < 4; r++) {
      x[r] = reinterpret_cast<const T *>(first.x + r * x_step);
      y[r] = reinterpret_cast<T *>(first.y + r * y_step);
    }
  }

  // False, with nothing written, where the rows must be done one by one.
  inline bool softmax(const Context<Kind> &context) const {
    // one row after the other: memory is read in the order in which it lies
    V max[4];
    auto nan = unordered(V{}, V{});
    for (int r = 0; r < 4; r++) {
      max[r] = splat(static_cast<T>(-__builtin_inff()));
      const auto see = [&](V v) __attribute__((always_inline)) {
        nan |= unordered(v, v);
        max[r] = larger(v, max[r]);
      };
      std::size_t i = 0;
      for (; i + w <= n; i += w) see(load(x[r] + i));
      if (i < n) see(load_part(x[r] + i, n - i, static_cast<T>(-__builtin_inff())));
    }
    if (any(nan)) return false;
    Windows windows;
    for (int r = 0; r < 4; r++) {
      const T top = largest_lane(max[r]);
      if (!(top - top == 0)) return false;
      const Terms<Kind> terms(context, top);
      if (terms.slow) return false;
      windows.floor.v[r] = terms.window.floor;
      windows.magic.v[r] = terms.window.magic;
      windows.hi = terms.window.hi;
      windows.lo = terms.window.lo;
    }
    alignas(level_bytes) T bases[4][pitch], growths[4][pitch];
    FourSums<Kind> sums;
    each_column([&](std::size_t i, const Many<V, 4> &v) __attribute__((always_inline)) {
      for (int r = 0; r < 4; r++) { // as in ahead.h
        __builtin_prefetch(reinterpret_cast<const char *>(x[r] + i) + after, 0);
        if (!past) __builtin_prefetch(y[r] + i, 1);
      }
      Many<V, 4> base, growth;
      Kind::term(windows, v, base, growth);
      for (int r = 0; r < 4; r++) store(bases[r] + i, base.v[r]), store(growths[r] + i, growth.v[r]);
      sums.add(base, growth);
    });
    Reciprocal<T> inverses[4];
    for (int r = 0; r < 4; r++) inverses[r] = sums.inverse(r, (n + w - 1) / w);
    for (int r = 0; r < 4; r++) write_vectors(y[r], n, past, FromStored<Kind>(bases[r], growths[r], inverses[r]));
    return true;
  }
};

// log_softmax keeps no terms: the sums of four rows first, then their results, each of which waits for a logarithm. False as above.
template <class Kind> inline bool log_softmax_four(const Row &first, const stablesoftmax::Steps &steps, const Context<Kind> &context) {
  using T = typename Kind::T;
  Extremes<T> extremes[4];
  LogRest logs[4];
  Row row = first;
  for (int r = 0; r < 4; r++, row.x += steps.x, row.y += steps.y) {
    const Access<T> access(row);
    extremes[r] = row_extremes<Kind, true>(access);
    if (is_special(extremes[r])) return false;
    row.next = first.next ? row.x + steps.x : nullptr;
    logs[r] = sum_of_rest<Kind>(access, context, extremes[r], Ahead(access, true)).log();
  }
  row = first;
  for (int r = 0; r < 4; r++, row.x += steps.x, row.y += steps.y) {
    const Access<T> access(row);
    write_log_softmax<Kind>(access, 0, row.n, access.fetch(0, row.n, nullptr), extremes[r].max, logs[r]);
  }
  return true;
}

}  // namespace
