// Passes 2 and 3 over a block: terms and their integer sum, and the terms times the reciprocal of the sum.
#pragma once
#include "context.h"

namespace {

// How many vectors of terms go side by side: beyond three, sixteen registers no longer hold what is alive (measured on AVX2:
// 12.5, 11.4, 10.4 and 9.3 cycles for eight terms with 1, 2, 3 and 4, but 12.5, 12.1, 11.4 and 12.0 with their sum).
constexpr int together = 3;

// Where the terms wait for pass 3. Buffers have room for whole vectors after the last element: a store of part of a vector
// holds up every load near it.
enum class Kept { nowhere, in_buffers, in_results };

// Adds the terms of x to the sum, and keeps h and l of every element: l always in a buffer, h in one or in the results.
// Elements above terms.top count as top: the caller takes one top out again, which leaves the rest without the maximum.
template <class Kind, Kept where, class Sum>
inline void add_terms(const Terms<Kind> &terms, const typename Kind::T *x, std::size_t n, Sum &total, typename Kind::T *h_out,
                      typename Kind::T *l_out) {
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
        Many<V, together> x_many = load_many<together>(x + i), h, l;
        term(kept ? x_many : smaller(x_many, ceiling), h, l);
        sum.add(h, l);
        if (kept) store_many<together>(h_out + i, h), store_many<together>(l_out + i, l);
      }
      V h, l;
      for (; i + w <= end; i += w) {
        term(kept ? load(x + i) : smaller(load(x + i), ceiling), h, l);
        sum.add(h, l);
        if (kept) store(h_out + i, h), store(l_out + i, l);
      }
      if (i < end) { // the filled lanes hold -inf, whose digits are zero
        const V v = load_part(x + i, end - i, static_cast<T>(-__builtin_inff()));
        term(kept ? v : smaller(v, ceiling), h, l);
        sum.add(h, l);
        if (where == Kept::in_buffers) store(h_out + i, h);
        if (where == Kept::in_results) store_part(h_out + i, end - i, h);
        if (kept) store(l_out + i, l);
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
template <class Kind> inline Reciprocal<typename Kind::T> reciprocal(const WideSum<Kind> &sum, int quantum_exponent, typename Kind::T one) {
  return reciprocal(sum.total(), quantum_exponent, one);
}

// (h + l)/sum; rounded once at full precision, then scaled: exact unless the result is subnormal.
template <class X, class T> ALWAYS_INLINE X scaled(const X &h, const X &l, const Reciprocal<T> &r, Vector<T> down) {
  const Vector<T> hi = splat(r.hi);
  return fma(h, hi, fma(l, hi, h * splat(r.lo))) * down;
}

template <class Kind> inline typename Kind::V down() {
  return splat(static_cast<typename Kind::T>(Kind::digits == 24 ? 0x1p-121 : 0x1p-200));
}

// Pass 3 from stored terms; h and y may be the same memory.
template <class Kind>
inline void scale_block(const typename Kind::T *h, const typename Kind::T *l, std::size_t n, const Reciprocal<typename Kind::T> &r,
                        typename Kind::T *y) {
  using T = typename Kind::T;
  using V = typename Kind::V;
  constexpr std::size_t w = lanes<T>;
  const V factor = down<Kind>();
  std::size_t i = 0;
  for (; i + w <= n; i += w) store<T>(y + i, scaled(load(h + i), load(l + i), r, factor));
  if (i < n) store_part<T>(y + i, n - i, scaled(load_part<T>(h + i, n - i, 0), load_part<T>(l + i, n - i, 0), r, factor));
}

// Pass 3 with the terms made again: long rows do this rather than store their low parts.
template <class Kind>
inline void terms_scaled_block(const Terms<Kind> &terms, const typename Kind::T *x, std::size_t n,
                               const Reciprocal<typename Kind::T> &r, typename Kind::T *y) {
  using T = typename Kind::T;
  using V = typename Kind::V;
  constexpr std::size_t w = lanes<T>;
  terms.with_path([&](auto term) __attribute__((always_inline)) {
    const V factor = down<Kind>();
    V h, l;
    std::size_t i = 0;
    for (; i + together * w <= n; i += together * w) {
      Many<V, together> h_many, l_many;
      term(load_many<together>(x + i), h_many, l_many);
      store_many<together>(y + i, scaled(h_many, l_many, r, factor));
    }
    for (; i + w <= n; i += w) {
      term(load(x + i), h, l);
      store<T>(y + i, scaled(h, l, r, factor));
    }
    if (i < n) {
      term(load_part(x + i, n - i, static_cast<T>(-__builtin_inff())), h, l);
      store_part<T>(y + i, n - i, scaled(h, l, r, factor));
    }
  });
}

}  // namespace
