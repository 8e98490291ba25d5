// sigmoid, log_sigmoid, softplus and logaddexp: softmax, log_softmax and logsumexp of a row of two elements, with their bits.
//
//   sigmoid(x) = softmax([x, 0])[0]    log_sigmoid(x) = log_softmax([x, 0])[0]
//   softplus(x) = logsumexp([x, 0])    logaddexp(a, b) = logsumexp([a, b])
#pragma once
#include "sum_of_two.h"

namespace {

// The function of a row, of two elements; the first result.
template <class Kind, class Function> inline typename Kind::T of_two(typename Kind::T x, typename Kind::T z, Function function) {
  using T = typename Kind::T;
  const T row_of_two[2] = {x, z};
  T results[2];
  Row row{};
  row.x = reinterpret_cast<const char *>(row_of_two);
  row.y = reinterpret_cast<char *>(results);
  row.x_stride = row.y_stride = sizeof(T);
  row.n = 2;
  row.temperature = 1.0;
  function(row, Context<Kind>(1.0));
  return results[0];
}

template <class Kind_> struct Sigmoid {
  using Kind = Kind_;
  using T = typename Kind::T;
  using V = typename Kind::V;
  static constexpr bool binary = false;
  static constexpr double filler = 0;

  static inline T one(T x, T, unsigned &) {
    if (x == infinity<T>()) return 1;
    return of_two<Kind>(x, 0, softmax_row<Kind>);
  }
  static ALWAYS_INLINE V vector(V x, V, Mask<T> &others) {
    others = unordered(x, x);
    return sigmoids<Kind>(x);
  }
};

// Where nothing is left of it the result is -0: it comes from below. (log_softmax has +0 for the most confident rows.)
template <class Kind_> struct LogSigmoid {
  using Kind = Kind_;
  using T = typename Kind::T;
  using V = typename Kind::V;
  static constexpr bool binary = false;
  static constexpr double filler = 0;

  static inline T one(T x, T, unsigned &) {
    if (x > static_cast<T>(far_apart)) return static_cast<T>(-0.0);
    const T y = of_two<Kind>(x, 0, log_softmax_row<Kind>);
    return y == 0 ? static_cast<T>(-0.0) : y;
  }
  static ALWAYS_INLINE V vector(V x, V, Mask<T> &others) { return log_sigmoids(x, others); }
};

template <class Kind_> struct LogAddExp {
  using Kind = Kind_;
  using T = typename Kind::T;
  using V = typename Kind::V;
  static constexpr bool binary = true;
  static constexpr double filler = 0;

  static inline T one(T a, T b, unsigned &) {
    const T max = a > b ? a : b, min = a > b ? b : a;
    if (max - min > static_cast<T>(far_apart) && max != 0) return max; // an infinite maximum too
    return of_two<Kind>(a, b, logsumexp_row<Kind>);
  }
  static ALWAYS_INLINE V vector(V a, V b, Mask<T> &others) { return log_sums(a, b, others); }
};

template <class Kind_> struct Softplus {
  using Kind = Kind_;
  using T = typename Kind::T;
  using V = typename Kind::V;
  static constexpr bool binary = false;
  static constexpr double filler = 0;

  static inline T one(T x, T, unsigned &events) { return LogAddExp<Kind>::one(x, 0, events); }
  static ALWAYS_INLINE V vector(V x, V, Mask<T> &others) { return softpluses(x, others); }
};

}  // namespace
