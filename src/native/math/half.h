// float16 and bfloat16 to float32 and back: exact one way, rounded to nearest even the other, subnormals kept.
//
// The AVX512-BF16 conversions flush subnormals, so bfloat16 goes by shifts everywhere.
#pragma once
#include "../simd/vector.h"

namespace {

inline float from_bfloat16(std::uint16_t v) { return bits<float>(static_cast<std::uint32_t>(v) << 16); }

// Round to nearest even; bfloat16 has the exponents of float32, so subnormals need nothing special.
inline std::uint16_t to_bfloat16(float v) {
  const std::uint32_t pattern = bits<std::uint32_t>(v);
  if ((pattern & 0x7fffffffu) > 0x7f800000u) return 0x7fc0;
  return static_cast<std::uint16_t>((pattern + 0x7fffu + (pattern >> 16 & 1)) >> 16);
}

inline float from_half(std::uint16_t v) {
  const std::uint32_t sign = static_cast<std::uint32_t>(v & 0x8000u) << 16, rest = v & 0x7fffu;
  if (rest >= 0x7c00u) return bits<float>(sign | 0x7f800000u | (rest & 0x3ffu) << 13);
  if (rest >= 0x0400u) return bits<float>(sign | ((rest << 13) + (112u << 23)));
  const float size = static_cast<float>(rest) * 0x1p-24f; // subnormal: exact
  return sign ? -size : size;
}

inline std::uint16_t to_half(float v) {
  const std::uint32_t pattern = bits<std::uint32_t>(v), size = pattern & 0x7fffffffu;
  const std::uint16_t sign = static_cast<std::uint16_t>(pattern >> 16 & 0x8000u);
  if (size > 0x7f800000u) return 0x7e00;
  if (size >= 0x477ff000u) return sign | 0x7c00; // at least 65520: infinity
  if (size < 0x38800000u) {                      // below 2^-14: add 1/2, whose last bit is 2^-24, and let the addition round
    const float shifted = bits<float>(size) + 0.5f;
    return sign | static_cast<std::uint16_t>(bits<std::uint32_t>(shifted) - 0x3f000000u);
  }
  return sign | static_cast<std::uint16_t>((size - (112u << 23) + 0xfffu + (size >> 13 & 1)) >> 13);
}

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
