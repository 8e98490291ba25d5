// Passes 2 and 3 over a block: terms and their integer sum, and the terms times the reciprocal of the sum.
#pragma once
#include "ahead.h"
#include "context.h"
#include "write.h"

namespace {

// Where the terms wait for pass 3. Buffers have room for whole vectors after the last element: a store of part of a vector
// holds up every load near it.
enum class Kept { nowhere, in_buffers, in_results };

// Adds the terms of x to the sum, and keeps base and growth of every element: the growth always in a buffer, the base in one or in
// the results.
// With `capped` elements above terms.top count as top: the caller takes one top out again, which leaves the rest without the maximum.
template <class Kind, Kept where, class Sum, bool capped = where == Kept::nowhere>
inline void add_terms(const Terms<Kind> &terms, const typename Kind::T *x, std::size_t n, Sum &total, const Ahead &ahead,
                      typename Kind::T *bases = nullptr, typename Kind::T *growths = nullptr) {
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
        ahead.ask_for<together * level_bytes>(i);
        Many<V, together> x_many = load_many<together>(x + i), base, growth;
        term(capped ? smaller(x_many, ceiling) : x_many, base, growth);
        if (kept) store_many(bases + i, base), store_many(growths + i, growth);
        sum.add(base, growth);
      }
      V base, growth;
      for (; i + w <= end; i += w) {
        term(capped ? smaller(load(x + i), ceiling) : load(x + i), base, growth);
        sum.add(base, growth);
        if (kept) store(bases + i, base), store(growths + i, growth);
      }
      if (i < end) { // the filled lanes hold -inf, whose digits are zero
        const V v = load_part(x + i, end - i, static_cast<T>(-__builtin_inff()));
        term(capped ? smaller(v, ceiling) : v, base, growth);
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
template <class X, class Y, class Down>
ALWAYS_INLINE X scaled(const X &base, const X &growth, const Y &hi, const Y &lo, const Down &down) {
  return fma(base, hi, base * fma(growth, hi, lo)) * down;
}

template <class Kind> inline typename Kind::V down() {
  return splat(static_cast<typename Kind::T>(Kind::digits == 24 ? 0x1p-121 : 0x1p-200));
}

// What makes the results of a block has vectors<N>(i), the N vectors from element i on, and part(i, m), the m elements at its end.

// Pass 3 from stored terms. `Last` is what results are multiplied by last, a power of two.
template <class Kind, class Last = typename Kind::V> struct FromStored {
  using T = typename Kind::T;
  using V = typename Kind::V;
  const T *bases, *growths;
  V hi, lo;
  Last factor;

  FromStored(const T *b, const T *g, const Reciprocal<T> &r, const Last &last = down<Kind>())
      : bases(b), growths(g), hi(splat(r.hi)), lo(splat(r.lo)), factor(last) {}
  template <int N> ALWAYS_INLINE Many<V, N> vectors(std::size_t i) const {
    return scaled(load_many<N>(bases + i), load_many<N>(growths + i), hi, lo, factor);
  }
  ALWAYS_INLINE V part(std::size_t i, std::size_t m) const {
    return scaled(load_part<T>(bases + i, m, 0), load_part<T>(growths + i, m, 0), hi, lo, factor);
  }
};

// Pass 3 with the terms made again: long rows do this rather than store their low parts.
template <class Kind, class Term, class Last> struct FromRemade {
  using T = typename Kind::T;
  using V = typename Kind::V;
  const T *x;
  Term term;
  V hi, lo;
  Last factor;

  FromRemade(const T *from, Term t, const Reciprocal<T> &r, const Last &last)
      : x(from), term(t), hi(splat(r.hi)), lo(splat(r.lo)), factor(last) {}
  template <class X> ALWAYS_INLINE X of(const X &values) const {
    X base = values, growth = values;
    term(values, base, growth);
    return scaled(base, growth, hi, lo, factor);
  }
  template <int N> ALWAYS_INLINE Many<V, N> vectors(std::size_t i) const { return of(load_many<N>(x + i)); }
  ALWAYS_INLINE V part(std::size_t i, std::size_t m) const { return of(load_part(x + i, m, static_cast<T>(-__builtin_inff()))); }
};

template <class Kind, class Last = typename Kind::V>
inline void write_remade(const Access<typename Kind::T> &access, std::size_t first, std::size_t n, const Terms<Kind> &terms,
                         const typename Kind::T *x, const Reciprocal<typename Kind::T> &r, const Last &last = down<Kind>()) {
  terms.with_path([&](auto term) __attribute__((always_inline)) {
    write_block(access, first, n, FromRemade<Kind, decltype(term), Last>(x, term, r, last));
  });
}

}  // namespace
