// Pass 1: the largest and the second largest element of a block, whether it holds a NaN, how many elements lie above -inf.
#pragma once

namespace {

template <class T> struct Extremes {
  T max = -__builtin_inff();
  T second = -__builtin_inff(); // the largest of all but one occurrence of the maximum
  bool nan = false;
  std::size_t finite = 0; // elements above -inf; counted only where `counted` was asked for

  inline void add(T x) {
    if (x > max) second = max, max = x;
    else if (x > second) second = x;
  }
};

// `with_second` is for the functions that need the rest of a row apart from its maximum; softmax does without.
template <class Kind, bool with_second, bool counted>
inline void extremes(const typename Kind::T *x, std::size_t n, Extremes<typename Kind::T> &e) {
  using T = typename Kind::T;
  using V = typename Kind::V;
  const T lowest = -__builtin_inff();
  constexpr std::size_t w = lanes<T>;
  V max0 = splat(lowest), max1 = max0, second0 = max0, second1 = max0;
  auto nan = unordered(max0, max0), above = nan;
  const auto take = [&](V v, V &max, V &second) __attribute__((always_inline)) {
    if (with_second) second = larger(smaller(v, max), second);
    max = larger(v, max);
    if (counted) above -= v > lowest;
  };
  std::size_t i = 0;
  for (; i + 2 * w <= n; i += 2 * w) {
    const V v0 = load(x + i), v1 = load(x + i + w);
    nan |= unordered(v0, v1);
    take(v0, max0, second0);
    take(v1, max1, second1);
  }
  for (; i < n; i += w) {
    const V v = i + w <= n ? load(x + i) : load_part(x + i, n - i, lowest);
    nan |= unordered(v, v);
    take(v, max0, second0);
  }
  e.nan |= any(nan);
  for (std::size_t k = 0; k < w; k++) {
    e.add(max0[k]);
    e.add(max1[k]);
    if (with_second) {
      e.add(second0[k]);
      e.add(second1[k]);
    }
    if (counted) e.finite += static_cast<std::size_t>(above[k]);
  }
}

}  // namespace
