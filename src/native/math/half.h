// float16 and bfloat16 to float32 and back: exact one way, rounded to nearest even the other, subnormals kept.
//
// The AVX512-BF16 conversions flush subnormals, so bfloat16 goes by shifts everywhere.
#pragma once
#include "../simd/vector.h"
#include "half_one.h"

namespace {

// A vector of them; the level's own instruction where it has one, else element by element.
inline F from_halves(const std::uint16_t *from) {
#if defined(STABLESOFTMAX_HAS_HALVES)
  return level_from_halves(from);
#else
  float lane[lanes<float>];
  for (std::size_t i = 0; i < lanes<float>; i++) lane[i] = from_half(from[i]);
  return load(lane);
#endif
}
inline void to_halves(F v, std::uint16_t *to) {
#if defined(STABLESOFTMAX_HAS_HALVES)
  level_to_halves(v, to);
#else
  for (std::size_t i = 0; i < lanes<float>; i++) to[i] = to_half(v[i]);
#endif
}

typedef std::uint16_t Halves __attribute__((vector_size(level_bytes / 2)));

inline F from_bfloat16s(const std::uint16_t *from) {
  Halves v;
  __builtin_memcpy(&v, from, sizeof v);
  return bits<F>(__builtin_convertvector(v, U) << 16);
}
// Results only: the one NaN among them, quiet_nan, comes through as it is; others might carry into the sign.
inline void to_bfloat16s(F v, std::uint16_t *to) {
  const U pattern = bits<U>(v);
  const Halves narrow = __builtin_convertvector((pattern + 0x7fffu + (pattern >> 16 & 1)) >> 16, Halves);
  __builtin_memcpy(to, &narrow, sizeof narrow);
}

// Contiguous runs.
inline void widen_halves(const std::uint16_t *from, std::size_t n, bool half, float *to) {
  std::size_t i = 0;
  for (; i + lanes<float> <= n; i += lanes<float>) store<float>(to + i, half ? from_halves(from + i) : from_bfloat16s(from + i));
  for (; i < n; i++) to[i] = half ? from_half(from[i]) : from_bfloat16(from[i]);
}
inline void narrow_to_halves(const float *from, std::size_t n, bool half, std::uint16_t *to) {
  std::size_t i = 0;
  for (; i + lanes<float> <= n; i += lanes<float>) {
    if (half) to_halves(load(from + i), to + i);
    else to_bfloat16s(load(from + i), to + i);
  }
  for (; i < n; i++) to[i] = half ? to_half(from[i]) : to_bfloat16(from[i]);
}

}  // namespace
