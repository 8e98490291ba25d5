// The sum of the products of two rows, a[0]*b[0] + a[1]*b[1] + ..., by integers: order cannot matter.
//
// As in sum.h, but the window 2^E is that of the largest product, and products have signs. float32: a product is exact in a double
// and leaves one digit of 50 bits, n products are off by at most n*2^-51 of the largest. float64: a product is a pair (its rounded
// value and, by one multiply-add, what rounding lost) and leaves two digits of 46 bits; off by at most n*2^-92.
#pragma once
#include "ahead.h"
#include "rest.h"

namespace {

// A sum as a pair of doubles, its high part the nearest; not finite where the sum is not.
struct Products {
  double hi, lo;
};

// Blocks of both rows: body(a, b, elements).
template <class T, class B, class Body> ALWAYS_INLINE void each_pair(const Access<T> &a, const B &b, Body body) {
  T of_a[block_elements], of_b[block_elements];
  const std::size_t n = a.row.n;
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    body(a.fetch(i, m, of_a), b.fetch(i, m, of_b), m);
  }
}

// body(a, b) for the vectors of a block; zeros fill the last one.
template <class T, class Body> ALWAYS_INLINE void each_vector_pair(const T *a, const T *b, std::size_t n, Body body) {
  constexpr std::size_t w = lanes<T>;
  std::size_t i = 0;
#pragma GCC unroll 4
  for (; i + w <= n; i += w) body(load(a + i), load(b + i));
  if (i < n) body(load_part<T>(a + i, n - i, 0), load_part<T>(b + i, n - i, 0));
}

// The magnitude of the largest product, rounded to T; a NaN if there is one. Magnitudes are ordered as their patterns are, NaN above
// infinity, so that one maximum of integers finds both. Four chains: one would wait for its latency.
template <class T, class B> inline T largest_product(const Access<T> &a, const B &b) {
  constexpr std::size_t w = lanes<T>;
  constexpr int chains = 4;
  using Patterns = decltype(unordered(Vector<T>{}, Vector<T>{}));
  const auto of_product = [](Vector<T> u, Vector<T> v) __attribute__((always_inline)) { return bits<Patterns>(magnitude(u * v)); };
  const auto larger_pattern = [](Patterns u, Patterns v) __attribute__((always_inline)) { return u > v ? u : v; };
  Many<Patterns, chains> most = each<chains>([](int) { return Patterns{}; });
  each_pair(a, b, [&](const T *of_a, const T *of_b, std::size_t n) {
    std::size_t i = 0;
    for (; i + chains * w <= n; i += chains * w)
#pragma GCC unroll 4
      for (int k = 0; k < chains; k++) {
        const std::size_t at = i + static_cast<std::size_t>(k) * w;
        most.v[k] = larger_pattern(of_product(load(of_a + at), load(of_b + at)), most.v[k]);
      }
    each_vector_pair<T>(of_a + i, of_b + i, n - i,
                        [&](auto u, auto v) __attribute__((always_inline)) { most.v[0] = larger_pattern(of_product(u, v), most.v[0]); });
  });
  for (int k = 1; k < chains; k++) most.v[0] = larger_pattern(most.v[0], most.v[k]);
  const auto largest = bits<Vector<T>>(most.v[0]);
  return any(unordered(largest, largest)) ? quiet_nan<T>() : largest_lane(largest);
}

// Where a product is infinite or NaN: what IEEE 754 makes of the sum, in any order.
template <class T, class B> inline Products not_finite(const Access<T> &a, const B &b) {
  const double inf = __builtin_inf();
  bool up = false, down = false, nan = false;
  for (std::size_t i = 0; i < a.row.n; i++) {
    const double product = static_cast<double>(a.element(i)) * static_cast<double>(b.element(i));
    nan |= product != product;
    up |= product == inf;
    down |= product == -inf;
  }
  return {nan || (up && down) ? __builtin_nan("") : up ? inf : -inf, 0.0};
}

inline std::int64_t exponent_of(double v) { return static_cast<std::int64_t>(bits<std::uint64_t>(v) >> 52 & 2047) - 1023; }

// total * 2^exponent as a pair. Below 2^-1022 the low part is lost, and the high part rounds once more.
inline Products as_pair(I128 total, std::int64_t exponent) {
  const double hi = static_cast<double>(total), lo = static_cast<double>(total - static_cast<I128>(hi));
  return {scale_by(hi, exponent), scale_by(lo, exponent)};
}

// A row of ones.
template <class T> struct AllOnes {
  inline T element(std::size_t) const { return 1; }
  inline const T *fetch(std::size_t, std::size_t n, T *buffer) const {
    for (std::size_t i = 0; i < n; i++) buffer[i] = 1;
    return buffer;
  }
};

// The integer of digits whose patterns, `count` of them, the lanes hold.
inline I128 total_of_lanes(W patterns, double magic, std::uint64_t count) {
  return static_cast<std::int64_t>(sum_of_lanes(patterns) - bits<std::uint64_t>(magic) * count);
}

// Sums of products below 2^exponent. `ahead` is asked for the rows that come next, where a row is one block.
template <class B> inline Products sum_below(const Access<float> &a, const B &b, std::int64_t exponent, const AheadOfPair &ahead) {
  const double magic = 1.5 * power_of_two(52 + exponent - 50);
  I128 total = 0;
  each_pair(a, b, [&](const float *of_a, const float *of_b, std::size_t n) { // 2048 digits of 2^50 fit 64 bits
    W low{}, high{};
    std::uint64_t count = 0;
    std::size_t i = 0;
#pragma GCC unroll 4
    for (; i + lanes<float> <= n; i += lanes<float>) {
      ahead.ask_for<level_bytes>(i);
      low += bits<W>(fma(load_wide(of_a + i), load_wide(of_b + i), splat(magic))); // rounds the exact product once
      high += bits<W>(fma(load_wide(of_a + i + lanes<double>), load_wide(of_b + i + lanes<double>), splat(magic)));
      count += lanes<float>;
    }
    each_vector_pair<float>(of_a + i, of_b + i, n - i, [&](F u, F v) __attribute__((always_inline)) {
      low += bits<W>(fma(widen_low(u), widen_low(v), splat(magic)));
      high += bits<W>(fma(widen_high(u), widen_high(v), splat(magic)));
      count += lanes<float>;
    });
    total += total_of_lanes(low + high, magic, count);
  });
  return as_pair(total, exponent - 50);
}

// Where the sum of products of doubles lies, the largest of which is `most`. Factors are multiplied by 2^shift first, which keeps the
// rounding constants, and what rounding loses, normal numbers; that may overflow only where the other factor is zero.
struct ProductWindow {
  std::int64_t exponent, shift;

  explicit ProductWindow(double most) : exponent((most < 0x1p-1022 ? -1022 : exponent_of(most)) + 1) {
    shift = exponent > 900 ? -200 : exponent < -800 ? 400 : 0;
  }
  Products sum(I128 total) const { return as_pair(total, exponent - 92); }
};

template <bool scaled, class B> inline I128 digits_of_products(const Access<double> &a, const B &b, const ProductWindow &window) {
  const D scale = splat(power_of_two(window.shift)), most = splat(__DBL_MAX__);
  const std::int64_t exponent = window.exponent + window.shift;
  const double magic1 = 1.5 * power_of_two(52 + exponent - 46), magic2 = 1.5 * power_of_two(52 + exponent - 92);
  I128 total = 0;
  each_pair(a, b, [&](const double *of_a, const double *of_b, std::size_t n) { // 2048 digits of 2^46 fit 64 bits
    W first{}, second{};
    std::uint64_t count = 0;
    each_vector_pair<double>(of_a, of_b, n, [&](D u, D v) __attribute__((always_inline)) {
      if (scaled) u = larger(smaller(u * scale, most), -most);
      const D product = u * v, digit = product + splat(magic1);
      const D rest = (product - (digit - splat(magic1))) + fma(u, v, -product);
      first += bits<W>(digit);
      second += bits<W>(rest + splat(magic2));
      count += lanes<double>;
    });
    total += total_of_lanes(first, magic1, count) * (I128{1} << 46) + total_of_lanes(second, magic2, count);
  });
  return total;
}
template <class B> inline I128 digits_of_products(const Access<double> &a, const B &b, const ProductWindow &window) {
  return window.shift ? digits_of_products<true>(a, b, window) : digits_of_products<false>(a, b, window);
}

template <class B> inline Products sum_of_products(const Access<double> &a, const B &b, const AheadOfPair & = {}) {
  const double most = largest_product(a, b);
  if (!(most - most == 0)) return not_finite(a, b);
  if (most == 0) return {0.0, 0.0};
  const ProductWindow window(most);
  return window.sum(digits_of_products(a, b, window));
}

// A product of floats may leave their range, but not that of doubles.
template <class B> inline Products sum_of_products(const Access<float> &a, const B &b, const AheadOfPair &ahead = {}) {
  double most = static_cast<double>(largest_product(a, b));
  if (!(most > 0x1p-60 && most < __builtin_inf())) {
    most = 0;
    for (std::size_t i = 0; i < a.row.n; i++) {
      const double product = static_cast<double>(a.element(i)) * static_cast<double>(b.element(i)), size = product < 0 ? -product : product;
      if (!(size - size == 0)) return not_finite(a, b);
      most = size > most ? size : most;
    }
    if (most == 0) return {0.0, 0.0};
  }
  return sum_below(a, b, exponent_of(most) + 1, ahead);
}

}  // namespace
