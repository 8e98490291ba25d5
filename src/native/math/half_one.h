// One float16 or bfloat16 to float32 and back: exact one way, rounded to nearest even the other, subnormals kept.
#pragma once
#include "../simd/bits.h"

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

}  // namespace
