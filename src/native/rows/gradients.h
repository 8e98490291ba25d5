// Vector-Jacobian products of softmax and log_softmax, and what log_softmax's other product needs. A sum over the row in exact integers
// (products.h), then one rounding an element. Bounds: docs/design/gradients.md.
#pragma once
#include "products.h"

namespace {

// a - b as a pair; where the difference is no finite number the low part is zero.
struct DifferencePair {
  D hi, lo;
};
inline DifferencePair difference_pair(D a, D b) {
  const D hi = a - b, back = hi - a, lo = (a - (hi - back)) - (b + back);
  const Q finite = (hi - hi) == D{};
  return {hi, bits<D>(finite & bits<Q>(lo))};
}

// y*(g - dot). float32 through doubles, where the difference is off by 2^-53 of itself.
inline F softmax_gradient(F y, F g, const Products &dot) {
  const D hi = splat(dot.hi);
  return narrow(widen_low(y) * (widen_low(g) - hi), widen_high(y) * (widen_high(g) - hi));
}
inline F softmax_gradient(const float *y, const float *g, const Products &dot) {
  const D hi = splat(dot.hi);
  constexpr std::size_t half = lanes<double>;
  return narrow(load_wide(y) * (load_wide(g) - hi), load_wide(y + half) * (load_wide(g + half) - hi));
}
inline D softmax_gradient(D y, D g, const Products &dot) {
  const DifferencePair d = difference_pair(g, splat(dot.hi));
  return fma(y, d.hi, y * (d.lo - splat(dot.lo)));
}

inline D softmax_gradient(const double *y, const double *g, const Products &dot) { return softmax_gradient(load(y), load(g), dot); }

// The results of softmax_vjp.
template <class T> struct FromProducts {
  const T *y, *g;
  const Products dot;

  template <int N> ALWAYS_INLINE Many<Vector<T>, N> vectors(std::size_t i) const {
    return each<N>([&](int k) __attribute__((always_inline)) {
      const std::size_t at = i + static_cast<std::size_t>(k) * lanes<T>;
      return softmax_gradient(y + at, g + at, dot);
    });
  }
  ALWAYS_INLINE Vector<T> part(std::size_t i, std::size_t m) const { return softmax_gradient(load_part<T>(y + i, m, 0), load_part<T>(g + i, m, 0), dot); }
};

// Results made of two rows, of which the first is read as y and the second as g.
template <class T, class Function> struct FromPair {
  const T *y, *g;
  Function function;

  template <int N> ALWAYS_INLINE Many<Vector<T>, N> vectors(std::size_t i) const {
    return each<N>([&](int k) __attribute__((always_inline)) {
      const std::size_t at = i + static_cast<std::size_t>(k) * lanes<T>;
      return function(load(y + at), load(g + at));
    });
  }
  ALWAYS_INLINE Vector<T> part(std::size_t i, std::size_t m) const { return function(load_part<T>(y + i, m, 0), load_part<T>(g + i, m, 0)); }
};

template <class T, class Function> inline void write_pairs(const Access<T> &y, const Access<T> &g, Function function) {
  std::size_t first = 0;
  each_pair(y, g, [&](const T *of_y, const T *of_g, std::size_t n) {
    write_block(y, first, n, FromPair<T, Function>{of_y, of_g, function});
    first += n;
  });
}

// The first row holds y = softmax(x), and takes the results.
template <class Kind> inline void softmax_vjp_row(const Row &of_y, const Row &of_g) {
  using T = typename Kind::T;
  T buffer_y[block_elements], buffer_g[block_elements];
  Access<T> y(of_y), g(of_g);
  y.hold(buffer_y);
  g.hold(buffer_g);
  const Products dot = sum_of_products(y, g, AheadOfPair(y, g));
  std::size_t first = 0;
  each_pair(y, g, [&](const T *of_y, const T *of_g, std::size_t n) {
    write_block(y, first, n, FromProducts<T>{of_y, of_g, dot});
    first += n;
  });
}

// e^y for y <= 0 as base*(1 + growth) times a constant.
template <class Kind> struct Exponentials {
  using T = typename Kind::T;
  using V = typename Kind::V;
  const Context<Kind> context;
  const Terms<Kind> terms;
  double one, rest; // 1/one*(1 - rest) is the constant

  Exponentials() : context(1.0), terms(context, 0) {
    T base, growth;
    terms.one(0, base, growth);
    one = static_cast<double>(base);
    rest = static_cast<double>(growth);
  }
  Exponentials(const Exponentials &) = delete;

  // Zero below the window's floor, e^-126 or e^-762; NaN stays NaN.
  static ALWAYS_INLINE void of(const typename Kind::Window &window, V y, V &base, V &growth) {
    Kind::term(window, y, base, growth);
    base = y < window.floor ? V{} : base;
    base = y == y ? base : y;
  }
};

// g - e^y * total.
template <class Kind> inline void log_softmax_vjp_row(const Row &of_y, const Row &of_g) {
  using T = typename Kind::T;
  using V = typename Kind::V;
  T buffer_y[block_elements], buffer_g[block_elements];
  Access<T> y(of_y), g(of_g);
  y.hold(buffer_y);
  g.hold(buffer_g);
  const Products total = sum_of_products(g, AllOnes<T>());
  const Exponentials<Kind> e;
  const typename Kind::Window window = e.terms.window;
  if constexpr (Kind::digits == 24) {
    const D factor = splat(total.hi / fma_one(e.one, e.rest, e.one));
    write_pairs(y, g, [=](V u, V v) __attribute__((always_inline)) {
      V base, growth;
      Exponentials<Kind>::of(window, u, base, growth);
      const D low = widen_low(v) - low_terms(base, growth) * factor, high = widen_high(v) - high_terms(base, growth) * factor;
      return narrow(low, high);
    });
  } else {
    // total/(one*(1 + rest)) as a pair, in units of 2^-bias, which the base gives up
    const double unit = power_of_two(-Kind::bias), h = e.one * unit, l = e.one * e.rest * unit, s = h + l, lost = (h - s) + l;
    const double q = total.hi / s, residual = fma_one(-q, s, total.hi) + (total.lo - q * lost);
    const D hi = splat(q), lo = splat(q - q == 0 ? residual / s : 0.0), units = splat(unit);
    write_pairs(y, g, [=](V u, V v) __attribute__((always_inline)) {
      V base, growth;
      Exponentials<Kind>::of(window, u, base, growth);
      base = base * units;
      const D product = base * hi, more = fma(base, hi, -product) + base * fma(growth, hi, lo);
      const DifferencePair d = difference_pair(v, product);
      return d.hi + (d.lo - more);
    });
  }
}

// e^y of a row of doubles, each rounded to one.
class RoundedExponentials {
  const Access<double> &y;
  const Exponentials<Float64> e;

public:
  explicit RoundedExponentials(const Access<double> &of) : y(of) {}
  inline const double *fetch(std::size_t first, std::size_t n, double *buffer) const {
    const double *from = y.fetch(first, n, buffer), unit = 1.0 / fma_one(e.one, e.rest, e.one);
    const auto exponential = [&](D v) __attribute__((always_inline)) {
      D base, growth;
      Exponentials<Float64>::of(e.terms.window, v, base, growth);
      return fma(base, growth, base) * splat(unit);
    };
    std::size_t i = 0;
    for (; i + lanes<double> <= n; i += lanes<double>) store(buffer + i, exponential(load(from + i)));
    if (i < n) store_part(buffer + i, n - i, exponential(load_part(from + i, n - i, 0.0))); // a part is never a whole vector
    return buffer;
  }
  inline double element(std::size_t i) const {
    double buffer[1];
    return *fetch(i, 1, buffer);
  }
};

// v - sum of e^y * v, the directional derivative of log_softmax.
inline void log_softmax_jvp_row(const Row &of_y, const Row &of_v) {
  double buffer_y[block_elements], buffer_v[block_elements];
  Access<double> y(of_y), v(of_v);
  y.hold(buffer_y);
  v.hold(buffer_v);
  const Products dot = sum_of_products(v, RoundedExponentials(y));
  write_pairs(y, v, [dot](D, D of_direction) __attribute__((always_inline)) {
    const DifferencePair d = difference_pair(of_direction, splat(dot.hi));
    return d.hi + (d.lo - splat(dot.lo));
  });
}

inline double dot_row(const Row &of_a, const Row &of_b) {
  const Access<double> a(of_a), b(of_b);
  return sum_of_products(a, b).hi;
}

// The same of rows in parts: the largest product of a part, the integer sum of its products once the largest of all is known, and
// what such sums make together. Where that largest is not finite the sum is one of doubles, which know no order then.
inline double largest_of_part(const Row &of_a, const Row &of_b) { return largest_product(Access<double>(of_a), Access<double>(of_b)); }
inline I128 products_of_part(const Row &of_a, const Row &of_b, double most) {
  if (most == 0 || most - most != 0) return 0;
  return digits_of_products(Access<double>(of_a), Access<double>(of_b), ProductWindow(most));
}
inline double dot_of_parts(I128 total, double most) { return most == 0 ? 0.0 : ProductWindow(most).sum(total).hi; }

}  // namespace
