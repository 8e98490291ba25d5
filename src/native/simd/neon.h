// AArch64: 128-bit NEON with a fused multiply-add, the baseline of the architecture.
#pragma once
#include <arm_neon.h>
#include <cstddef>
#include <cstdint>

namespace {
constexpr std::size_t level_bytes = 16;
}
#include "generic.h"

namespace {

inline GenericF level_fma(GenericF a, GenericF b, GenericF c) {
  return (GenericF)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
inline GenericD level_fma(GenericD a, GenericD b, GenericD c) {
  return (GenericD)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
// FMAX would propagate a NaN of either operand; the vocabulary promises the second operand, so compare and select.
inline GenericF level_max(GenericF a, GenericF b) { return a > b ? a : b; }
inline GenericD level_max(GenericD a, GenericD b) { return a > b ? a : b; }
inline GenericF level_min(GenericF a, GenericF b) { return a < b ? a : b; }
inline GenericD level_min(GenericD a, GenericD b) { return a < b ? a : b; }
inline GenericI level_lookup8(const std::uint32_t *table, GenericI index) { return generic_lookup8(table, index); }
inline GenericQ level_lookup8(const std::uint64_t *table, GenericQ index) { return generic_lookup8(table, index); }
inline GenericD level_widen(GenericF v, int half) { return generic_widen(v, half); }
inline GenericF level_narrow(GenericD low, GenericD high) { return generic_narrow(low, high); }

}  // namespace
#include "vector.h"
