// A function of one or two operands over all elements: any strides, half precision, results past the caches.
//
// A Function has `one(x)` or `one(x, z)`, any operands at all, and `vector`, which does the ordinary lanes of a vector and marks the
// others; those are done by `one`. Both give the same bits, so a result depends on its operands alone. NaN goes through:
// which NaN it was is forgotten.
#pragma once
#include "../rows/write.h"

namespace {

using stablesoftmax::Event;

// What a comparison gives, by the name that compilers agree on.
template <class T> struct MaskOf;
template <> struct MaskOf<float> {
  using type = I;
};
template <> struct MaskOf<double> {
  using type = Q;
};
template <class T> using Mask = typename MaskOf<T>::type;

template <class T> ALWAYS_INLINE Vector<T> select(Mask<T> mask, Vector<T> yes, Vector<T> no) { return mask ? yes : no; }

// The marked lanes one by one.
template <class Function, class T>
__attribute__((noinline)) Vector<T> with_others(Function function, Vector<T> x, Vector<T> z, Vector<T> y, Mask<T> others, unsigned &events) {
  for (std::size_t k = 0; k < lanes<T>; k++)
    if (others[k]) y[k] = function.one(x[k], z[k], events);
  return y;
}

// Results for write_block. The second operand of a function of one is not read.
template <class Function, class T> struct Elementwise {
  static constexpr bool binary = Function::binary;
  const T *x, *z;
  unsigned &events;

  ALWAYS_INLINE Vector<T> of(Vector<T> a, Vector<T> b) const {
    Mask<T> others{};
    const Vector<T> y = Function::vector(a, b, others);
    return __builtin_expect(any(others), 0) ? with_others<Function, T>(Function{}, a, b, y, others, events) : y;
  }
  template <int N> ALWAYS_INLINE Many<Vector<T>, N> vectors(std::size_t i) const {
    return each<N>([&](int k) __attribute__((always_inline)) {
      const std::size_t at = i + static_cast<std::size_t>(k) * lanes<T>;
      return of(load(x + at), binary ? load(z + at) : Vector<T>{});
    });
  }
  ALWAYS_INLINE Vector<T> part(std::size_t i, std::size_t m) const {
    const Vector<T> a = load_part<T>(x + i, m, static_cast<T>(Function::filler));
    return of(a, binary ? load_part<T>(z + i, m, static_cast<T>(2 * Function::filler)) : Vector<T>{});
  }
};

// y of `first` is where the results go; `second` is the other operand, as an x.
template <class Function> inline unsigned elementwise(const Row &first, const Row &second) {
  using T = typename Function::T;
  const Access<T> x(first), z(Function::binary ? second : first);
  T x_gathered[block_elements], z_gathered[block_elements];
  unsigned events = 0;
  for (std::size_t i = 0; i < first.n; i += block_elements) {
    const std::size_t m = first.n - i < block_elements ? first.n - i : block_elements;
    const Elementwise<Function, T> results{x.fetch(i, m, x_gathered), Function::binary ? z.fetch(i, m, z_gathered) : nullptr, events};
    write_block(x, i, m, results);
  }
  if (first.policy & stablesoftmax::past_caches) end_of_stream();
  return events;
}

}  // namespace
