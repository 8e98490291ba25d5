// Pass 1: the largest and the second largest element of a block, whether it holds a NaN, how many elements lie above -inf.
#pragma once

namespace {

template <class T> struct Extremes {
  T max = -__builtin_inff();
  T second = -__builtin_inff(); // the largest of all but one occurrence of the maximum
  bool nan = false;
  std::size_t finite = 0; // elements above -inf; counted only where `counted` was asked for
};

// One of several sets of elements: their largest and second largest. Without branches, which no history could predict.
template <class T> ALWAYS_INLINE void join_extremes(T &max, T &second, T other_max, T other_second) {
  const T lesser = max < other_max ? max : other_max;
  max = max > other_max ? max : other_max;
  second = second > other_second ? second : other_second;
  second = second > lesser ? second : lesser;
}

// `with_second` is for the functions that need the rest of a row apart from its maximum; softmax does without.
template <class Kind, bool with_second, bool counted>
inline void extremes(const typename Kind::T *x, std::size_t n, Extremes<typename Kind::T> &e) {
  using T = typename Kind::T;
  using V = typename Kind::V;
  const T lowest = -__builtin_inff();
  constexpr std::size_t w = lanes<T>;
  constexpr int chains = 4; // the latency of a maximum, twice over
  Many<V, chains> max = each<chains>([&](int) { return splat(lowest); }), second = max;
  auto nan = unordered(max.v[0], max.v[0]), above = nan;
  const auto take = [&](V v, int k) __attribute__((always_inline)) {
    if (with_second) second.v[k] = larger(smaller(v, max.v[k]), second.v[k]);
    max.v[k] = larger(v, max.v[k]);
    if (counted) above -= v > lowest;
  };
  std::size_t i = 0;
  for (; i + chains * w <= n; i += chains * w) {
    const Many<V, chains> v = load_many<chains>(x + i);
#pragma GCC unroll 8
    for (int k = 0; k < chains; k += 2) {
      nan |= unordered(v.v[k], v.v[k + 1]);
      take(v.v[k], k);
      take(v.v[k + 1], k + 1);
    }
  }
  for (; i < n; i += w) {
    const V v = i + w <= n ? load(x + i) : load_part(x + i, n - i, lowest);
    nan |= unordered(v, v);
    take(v, 0);
  }
  for (int k = 1; k < chains; k++) {
    if (with_second) second.v[0] = larger(larger(second.v[0], second.v[k]), smaller(max.v[0], max.v[k]));
    max.v[0] = larger(max.v[0], max.v[k]);
  }
  const T largest = largest_lane(max.v[0]);
  // the second largest: the maximum again where two lanes hold it, else the largest once its lane gives its own second largest
  const auto holds = max.v[0] == splat(largest);
  const unsigned lanes_held = mask_of(holds);
  const T next = !with_second || (lanes_held & (lanes_held - 1)) ? largest : largest_lane(holds ? second.v[0] : max.v[0]);
  join_extremes(e.max, e.second, largest, next);
  e.nan |= any(nan);
  if (counted)
    for (std::size_t k = 0; k < w; k++) e.finite += static_cast<std::size_t>(above[k]);
}

}  // namespace
