// A level for tests only: 64-byte vectors made of lane loops, so that the text of the algorithm runs at the width of AVX-512
// on machines without it. Its bits must equal the others'.
#pragma once
#include <cstddef>
#include <cstdint>

namespace {
constexpr std::size_t level_bytes = 64;
}
#include "../../src/native/simd/generic.h"

namespace {

template <class V, class Function> inline V lane_by_lane(Function f) {
  V v;
  for (std::size_t i = 0; i < sizeof(V) / sizeof(v[0]); i++) v[i] = f(i);
  return v;
}

inline GenericF level_fma(GenericF a, GenericF b, GenericF c) {
  return lane_by_lane<GenericF>([&](std::size_t i) { return __builtin_fmaf(a[i], b[i], c[i]); });
}
inline GenericD level_fma(GenericD a, GenericD b, GenericD c) {
  return lane_by_lane<GenericD>([&](std::size_t i) { return __builtin_fma(a[i], b[i], c[i]); });
}
inline GenericF level_max(GenericF a, GenericF b) { return a > b ? a : b; }
inline GenericD level_max(GenericD a, GenericD b) { return a > b ? a : b; }
inline GenericF level_min(GenericF a, GenericF b) { return a < b ? a : b; }
inline GenericD level_min(GenericD a, GenericD b) { return a < b ? a : b; }
inline GenericI level_lookup8(const std::uint32_t *table, GenericI index) { return generic_lookup8(table, index); }
inline GenericQ level_lookup8(const std::uint64_t *table, GenericQ index) { return generic_lookup8(table, index); }
inline GenericD level_widen(GenericF v, int half) { return generic_widen(v, half); }
inline GenericF level_narrow(GenericD low, GenericD high) { return generic_narrow(low, high); }

}  // namespace
#include "../../src/native/simd/vector.h"
