// Several vectors that go through the same operations side by side.
//
// A term is one chain of about 65 cycles of latency, and the schedulers of today's cores hold too few instructions to overlap
// enough such chains by themselves. So the text of a kernel is written once for V or Many<V, N>, and the instructions of N
// chains come out interleaved. Operands may be mixed: a plain vector stands for N equal ones.
#pragma once
#include "vector.h"

namespace {

template <class V, int N> struct Many {
  V v[N];
};

template <class V> constexpr int count_of = 0;
template <class V, int N> constexpr int count_of<Many<V, N>> = N;
constexpr int larger_of(int a, int b) { return a > b ? a : b; }

template <class V> ALWAYS_INLINE const V &part(const V &v, int) { return v; }
template <class V, int N> ALWAYS_INLINE const V &part(const Many<V, N> &m, int k) { return m.v[k]; }

// f(0), f(1), ... as a Many
template <int N, class Function> ALWAYS_INLINE auto each(Function f) {
  Many<decltype(f(0)), N> many;
#pragma GCC unroll 8
  for (int k = 0; k < N; k++) many.v[k] = f(k);
  return many;
}

template <bool condition, class T> struct OnlyIf {};
template <class T> struct OnlyIf<true, T> {
  using type = T;
};
// The parameter that keeps these templates to calls with at least one Many.
template <class A, class B, class C = A>
using SomeMany = typename OnlyIf<(larger_of(count_of<A>, larger_of(count_of<B>, count_of<C>)) > 0), int>::type;
template <class A, class B, class C = A> constexpr int number = larger_of(count_of<A>, larger_of(count_of<B>, count_of<C>));

template <class A, class B, SomeMany<A, B> = 0> ALWAYS_INLINE auto operator+(const A &a, const B &b) {
  return each<number<A, B>>([&](int k) { return part(a, k) + part(b, k); });
}
template <class A, class B, SomeMany<A, B> = 0> ALWAYS_INLINE auto operator-(const A &a, const B &b) {
  return each<number<A, B>>([&](int k) { return part(a, k) - part(b, k); });
}
template <class A, class B, SomeMany<A, B> = 0> ALWAYS_INLINE auto operator*(const A &a, const B &b) {
  return each<number<A, B>>([&](int k) { return part(a, k) * part(b, k); });
}
template <class A, class B, SomeMany<A, B> = 0> ALWAYS_INLINE auto operator&(const A &a, const B &b) {
  return each<number<A, B>>([&](int k) { return part(a, k) & part(b, k); });
}
template <class A, class B, SomeMany<A, B> = 0> ALWAYS_INLINE auto operator^(const A &a, const B &b) {
  return each<number<A, B>>([&](int k) { return part(a, k) ^ part(b, k); });
}
template <class V, int N> ALWAYS_INLINE auto operator-(const Many<V, N> &a) {
  return each<N>([&](int k) { return -a.v[k]; });
}
template <class V, int N> ALWAYS_INLINE auto operator<<(const Many<V, N> &a, int places) {
  return each<N>([&](int k) { return a.v[k] << places; });
}
template <class A, class B, class C, SomeMany<A, B, C> = 0> ALWAYS_INLINE auto fma(const A &a, const B &b, const C &c) {
  return each<number<A, B, C>>([&](int k) { return fma(part(a, k), part(b, k), part(c, k)); });
}
template <class A, class B, SomeMany<A, B> = 0> ALWAYS_INLINE auto larger(const A &a, const B &b) {
  return each<number<A, B>>([&](int k) { return larger(part(a, k), part(b, k)); });
}
template <class A, class B, SomeMany<A, B> = 0> ALWAYS_INLINE auto smaller(const A &a, const B &b) {
  return each<number<A, B>>([&](int k) { return smaller(part(a, k), part(b, k)); });
}
template <class To, class From, int N> ALWAYS_INLINE auto bits(const Many<From, N> &from) {
  return each<N>([&](int k) { return bits<To>(from.v[k]); });
}
template <class Entry, class V, int N> ALWAYS_INLINE auto lookup8(const Entry *table, const Many<V, N> &index) {
  return each<N>([&](int k) { return lookup8(table, index.v[k]); });
}

template <class V, int N> ALWAYS_INLINE auto widen_low(const Many<V, N> &a) {
  return each<N>([&](int k) { return widen_low(a.v[k]); });
}
template <class V, int N> ALWAYS_INLINE auto widen_high(const Many<V, N> &a) {
  return each<N>([&](int k) { return widen_high(a.v[k]); });
}

// The sum of the N vectors; for integers only, whose sums know no order.
ALWAYS_INLINE U joined(U v) { return v; }
ALWAYS_INLINE W joined(W v) { return v; }
template <class V, int N> ALWAYS_INLINE V joined(const Many<V, N> &m) {
  V sum = m.v[0];
#pragma GCC unroll 8
  for (int k = 1; k < N; k++) sum += m.v[k];
  return sum;
}

template <int N, class T> ALWAYS_INLINE auto load_many(const T *from) {
  return each<N>([&](int k) { return load(from + static_cast<std::size_t>(k) * lanes<T>); });
}
template <class T, int N> ALWAYS_INLINE void store_many(T *to, const Many<Vector<T>, N> &m) {
#pragma GCC unroll 8
  for (int k = 0; k < N; k++) store(to + static_cast<std::size_t>(k) * lanes<T>, m.v[k]);
}
template <class T, int N> ALWAYS_INLINE void stream_many(T *to, const Many<Vector<T>, N> &m) {
#pragma GCC unroll 8
  for (int k = 0; k < N; k++) stream(to + static_cast<std::size_t>(k) * lanes<T>, m.v[k]);
}

}  // namespace
