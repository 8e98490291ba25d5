// Passes 2 and 3 over a block: terms and their integer sum, and the terms times the reciprocal of the sum.
#pragma once
#include "context.h"

namespace {

// How many vectors of terms go side by side: beyond three, sixteen registers no longer hold what is alive (measured on AVX2:
// 12.5, 11.4, 10.4 and 9.3 cycles for eight terms with 1, 2, 3 and 4, but 12.5, 12.1, 11.4 and 12.0 with their sum).
constexpr int together = 4;

// Where the terms wait for pass 3. Buffers have room for whole vectors after the last element: a store of part of a vector
// holds up every load near it.
enum class Kept { nowhere, in_buffers, in_results };

// Adds the terms of x to the sum, and keeps base and growth of every element: the growth always in a buffer, the base in one or in
// the results.
// Elements above terms.top count as top: the caller takes one top out again, which leaves the rest without the maximum.
template <class Kind, Kept where, class Sum>
inline void add_terms(const Terms<Kind> &terms, const typename Kind::T *x, std::size_t n, Sum &total, typename Kind::T *bases,
                      typename Kind::T *growths) {
  using T = typename Kind::T;
  using V = typename Kind::V;
  constexpr std::size_t w = lanes<T>;
  constexpr bool kept = where != Kept::nowhere;
  terms.with_path([&](auto term) __attribute__((always_inline)) {
    const V ceiling = splat(terms.top);
    Sum sum = total;
    constexpr std::size_t most = Sum::vectors_per_flush * w;
    for (std::size_t i = 0; i < n;) {
      const std::size_t end = n - i < most ? n : i + most, vectors = (end - i + w - 1) / w;
      for (; i + together * w <= end; i += together * w) {
        Many<V, together> x_many = load_many<together>(x + i), base, growth;
        term(kept ? x_many : smaller(x_many, ceiling), base, growth);
        if (kept) store_many<together>(bases + i, base), store_many<together>(growths + i, growth);
        sum.add(base, growth);
      }
      V base, growth;
      for (; i + w <= end; i += w) {
        term(kept ? load(x + i) : smaller(load(x + i), ceiling), base, growth);
        sum.add(base, growth);
        if (kept) store(bases + i, base), store(growths + i, growth);
      }
      if (i < end) { // the filled lanes hold -inf, whose digits are zero
        const V v = load_part(x + i, end - i, static_cast<T>(-__builtin_inff()));
        term(kept ? v : smaller(v, ceiling), base, growth);
        sum.add(base, growth);
        if (where == Kept::in_buffers) store(bases + i, base);
        if (where == Kept::in_results) store_part(bases + i, end - i, base);
        if (kept) store(growths + i, growth);
        i = end;
      }
      sum.flush(vectors);
    }
    total = sum;
  });
}

// 1/(sum of the terms) as a pair, times 2^down.
template <class T> struct Reciprocal {
  T hi, lo;
};

inline Reciprocal<float> reciprocal_of_double(double sum, int quantum_exponent) {
  const double inverse = power_of_two(Float32::down - quantum_exponent) / sum;
  const float hi = static_cast<float>(inverse);
  return {hi, static_cast<float>(inverse - hi)};
}
inline Reciprocal<float> reciprocal(I128 sum, int quantum_exponent, float) {
  return reciprocal_of_double(static_cast<double>(sum), quantum_exponent);
}
// hi + lo with a relative error below 2^-100: one Newton step from hi.
inline Reciprocal<double> reciprocal(I128 sum, int quantum_exponent, double) {
  const double s = static_cast<double>(sum), lost = static_cast<double>(sum - static_cast<I128>(s));
  const double hi = 1.0 / s;
  const double residual = fma_one(-hi, s, 1.0) - hi * lost;
  const double scale = power_of_two(Float64::down - quantum_exponent);
  return {hi * scale, residual * hi * scale};
}
// The same bits, without a conversion from 128 bits.
inline Reciprocal<float> reciprocal(const NarrowSum &sum, int quantum_exponent, float) {
  return reciprocal_of_double(sum.rounded_total(), quantum_exponent);
}
template <class Sum, class T> inline Reciprocal<T> reciprocal(const Sum &sum, int quantum_exponent, T one) {
  return reciprocal(sum.total(), quantum_exponent, one);
}

// base*(1 + growth)/sum: growth*hi + lo and its product with the base are rounded at 2^-28.5 (float32) or 2^-57.5 of the result, which
// is then rounded once at full precision and scaled: exact unless it is subnormal. X is V or Many<V, N>; Y is V where all share one sum.
template <class X, class Y, class V> ALWAYS_INLINE X scaled(const X &base, const X &growth, const Y &hi, const Y &lo, V down) {
  return fma(base, hi, base * fma(growth, hi, lo)) * down;
}

template <class Kind> inline typename Kind::V down() {
  return splat(static_cast<typename Kind::T>(Kind::digits == 24 ? 0x1p-121 : 0x1p-200));
}

// Elements before the first at which a vector may be streamed to y, or n where there are none to stream.
template <class T> inline std::size_t before_stream(const T *y, std::size_t n) {
  const std::size_t bytes = -reinterpret_cast<std::uintptr_t>(y) % level_bytes;
  return bytes % sizeof(T) || bytes / sizeof(T) > n ? n : bytes / sizeof(T);
}

// y[i..] = whole(i) for whole vectors and part(i, count) for what is left at the ends, past the caches where that is asked for.
template <class T, class Whole, class Part>
ALWAYS_INLINE void write_vectors(T *y, std::size_t n, bool past, Whole whole, Part part) {
  constexpr std::size_t w = lanes<T>;
  std::size_t i = 0;
  if (past && before_stream(y, n) < n) {
    i = before_stream(y, n);
    if (i) store_part<T>(y, i, part(0, i));
    for (; i + w <= n; i += w) stream<T>(y + i, whole(i));
  }
  for (; i + w <= n; i += w) store<T>(y + i, whole(i));
  if (i < n) store_part<T>(y + i, n - i, part(i, n - i));
}

// Pass 3 from stored terms; bases and y may be the same memory.
template <class Kind>
inline void scale_block(const typename Kind::T *bases, const typename Kind::T *growths, std::size_t n,
                        const Reciprocal<typename Kind::T> &r, typename Kind::T *y, bool past) {
  using T = typename Kind::T;
  using V = typename Kind::V;
  const V factor = down<Kind>(), hi = splat(r.hi), lo = splat(r.lo);
  write_vectors(
      y, n, past, [&](std::size_t i) __attribute__((always_inline)) { return scaled(load(bases + i), load(growths + i), hi, lo, factor); },
      [&](std::size_t i, std::size_t m) { return scaled(load_part<T>(bases + i, m, 0), load_part<T>(growths + i, m, 0), hi, lo, factor); });
}

// Pass 3 with the terms made again: long rows do this rather than store their low parts.
template <class Kind>
inline void terms_scaled_block(const Terms<Kind> &terms, const typename Kind::T *x, std::size_t n,
                               const Reciprocal<typename Kind::T> &r, typename Kind::T *y, bool past) {
  using T = typename Kind::T;
  using V = typename Kind::V;
  constexpr std::size_t w = lanes<T>;
  terms.with_path([&](auto term) __attribute__((always_inline)) {
    const V factor = down<Kind>(), hi = splat(r.hi), lo = splat(r.lo);
    const auto result = [&](const auto &from) __attribute__((always_inline)) {
      auto base = from, growth = from;
      term(from, base, growth);
      return scaled(base, growth, hi, lo, factor);
    };
    const auto part = [&](std::size_t i, std::size_t m) { return result(load_part(x + i, m, static_cast<T>(-__builtin_inff()))); };
    std::size_t i = 0;
    if (past && before_stream(y, n) < n) {
      i = before_stream(y, n);
      if (i) store_part<T>(y, i, part(0, i));
      for (; i + together * w <= n; i += together * w) stream_many<together>(y + i, result(load_many<together>(x + i)));
    }
    for (; i + together * w <= n; i += together * w) store_many<together>(y + i, result(load_many<together>(x + i)));
    for (; i + w <= n; i += w) store<T>(y + i, result(load(x + i)));
    if (i < n) store_part<T>(y + i, n - i, part(i, n - i));
  });
}

}  // namespace
