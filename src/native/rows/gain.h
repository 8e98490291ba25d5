// Probabilities times a number, gain * e^x_i / sum: the gradients of logsumexp and of cross entropy. One rounding, as without the gain.
//
// gain = m * 2^exponent, 1 <= |m| < 2. The reciprocal of the sum takes m; 2^exponent goes into the power of two that scales results last,
// so that everything before that stays a normal number and rounds at full precision.
#pragma once
#include "rest.h"
#include "softmax.h"

namespace {

// r * m
inline Reciprocal<float> times(const Reciprocal<float> &r, double m) {
  const double product = (static_cast<double>(r.hi) + static_cast<double>(r.lo)) * m; // the pair fits a double
  const float hi = static_cast<float>(product);
  return {hi, static_cast<float>(product - hi)};
}
inline Reciprocal<double> times(const Reciprocal<double> &r, double m) {
  const double hi = r.hi * m;
  return {hi, fma_one(r.hi, m, -hi) + r.lo * m};
}

// Two factors, one after the other. The first makes probabilities what they are without a gain: those too small for the format, and
// those of -inf, become zero before a large gain could lift them up again.
template <class V> struct Twice {
  V first, second;
};
template <class X, class V> ALWAYS_INLINE X operator*(const X &x, const Twice<V> &last) { return x * last.first * last.second; }

template <class Kind> class Gain {
  using T = typename Kind::T;
  double m;
  T first, second;

public:
  // gain * 2^octaves, finite; beyond 2^127 (float32) it counts as that. octaves <= 0.
  Gain(double gain, I128 octaves) : m(gain) {
    constexpr int lowest = Kind::digits == 24 ? -126 : -1022, highest = 1 - lowest; // of normal numbers
    std::int64_t exponent = 0;
    if (m != 0) {
      while ((m < 0 ? -m : m) < 0x1p-1022) m *= 0x1p100, exponent -= 100;
      const std::uint64_t pattern = bits<std::uint64_t>(m), field = std::uint64_t{2047} << 52;
      exponent += static_cast<std::int64_t>((pattern & field) >> 52) - 1023;
      m = bits<double>((pattern & ~field) | std::uint64_t{1023} << 52);
    }
    I128 down = octaves;
    second = 1;
    if (exponent <= 0) down += exponent;
    else second = static_cast<T>(power_of_two(exponent < highest ? exponent : highest));
    if (down < lowest - Kind::digits - 2) m = 0, down = 0; // every result is below half the smallest number
    down -= Kind::down;
    if (down < lowest) { // a factor that is no normal number would be slow: the reciprocal takes over what is missing
      m *= power_of_two(static_cast<std::int64_t>(down) - lowest);
      down = lowest;
    }
    first = static_cast<T>(power_of_two(static_cast<std::int64_t>(down)));
  }
  inline Reciprocal<T> of(const Reciprocal<T> &r) const { return times(r, m); }
  inline Twice<typename Kind::V> last() const { return {splat(first), splat(second)}; }
};

inline bool is_finite(double v) { return v - v == 0; }

// gain * softmax(x), the gradient of gain * logsumexp(x): zeros for a row of nothing but -inf, NaN for one with NaN or +inf. True where a
// NaN was made out of none.
template <class Kind> inline bool logsumexp_vjp_row(const Row &row, double gain) {
  using T = typename Kind::T;
  const Context<Kind> context(row.temperature);
  if (is_finite(gain)) return softmax_row(row, context, Gain<Kind>(gain, 0));
  const bool invalid = softmax_row<Kind>(row, context);
  Row results = row;
  results.x = row.y;
  results.x_stride = row.y_stride;
  results.x_storage = row.y_storage;
  results.where = nullptr;
  const Access<T> y(results);
  for (std::size_t i = 0; i < row.n; i++) y.put(i, y.element(i) * static_cast<T>(gain));
  return invalid;
}

}  // namespace
