// AVX-512 F/DQ/BW/VL: 512-bit vectors.
#pragma once
#include <cstddef>
#include <cstdint>
#include <immintrin.h>

namespace {
constexpr std::size_t level_bytes = 64;
}
#include "generic.h"

namespace {

inline __m512 level_fma(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
inline __m512d level_fma(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
// a + b and a - b where multiplications are done: AMD adds with two of four units and multiplies with the other two.
#define STABLESOFTMAX_HAS_SUMS_BY_FMA
inline __m512 level_plus(__m512 a, __m512 b) { return _mm512_fmadd_ps(a, _mm512_set1_ps(1.0f), b); }
inline __m512 level_minus(__m512 a, __m512 b) { return _mm512_fmsub_ps(a, _mm512_set1_ps(1.0f), b); }
inline __m512 level_max(__m512 a, __m512 b) { return _mm512_max_ps(a, b); }
inline __m512d level_max(__m512d a, __m512d b) { return _mm512_max_pd(a, b); }
inline __m512 level_min(__m512 a, __m512 b) { return _mm512_min_ps(a, b); }
inline __m512d level_min(__m512d a, __m512d b) { return _mm512_min_pd(a, b); }
// vpermps reads the low four bits of each index: the eight entries stand in both halves.
inline GenericI level_lookup8(const std::uint32_t *table, GenericI index) {
  const __m256i entries = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(table));
  return (GenericI)_mm512_permutexvar_epi32((__m512i)index, _mm512_broadcast_i64x4(entries));
}
inline GenericQ level_lookup8(const std::uint64_t *table, GenericQ index) {
  return (GenericQ)_mm512_permutexvar_epi64((__m512i)index, _mm512_loadu_si512(table));
}
#define STABLESOFTMAX_HAS_WIDE_LOADS
inline __m512d level_load_wide(const float *from) { return _mm512_cvtps_pd(_mm256_loadu_ps(from)); }
inline __m512d level_widen(__m512 v, int half) {
  return _mm512_cvtps_pd(half ? _mm512_extractf32x8_ps(v, 1) : _mm512_castps512_ps256(v));
}
inline __m512 level_narrow(__m512d low, __m512d high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1);
}

#define STABLESOFTMAX_HAS_HALVES
inline __m512 level_from_halves(const std::uint16_t *from) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)));
}
inline void level_to_halves(__m512 v, std::uint16_t *to) {
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}

#define STABLESOFTMAX_HAS_MASKS
inline __m512i level_unordered(__m512 a, __m512 b) { return _mm512_movm_epi32(_mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q)); }
inline __m512i level_unordered(__m512d a, __m512d b) { return _mm512_movm_epi64(_mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q)); }
inline bool level_any(GenericI mask) { return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0; }

#define STABLESOFTMAX_HAS_REDUCTIONS
inline float level_largest(__m512 v) { return _mm512_reduce_max_ps(v); }
inline double level_largest(__m512d v) { return _mm512_reduce_max_pd(v); }
inline double level_sum(__m512d v) { return _mm512_reduce_add_pd(v); }
inline unsigned level_mask(GenericI mask) { return _mm512_movepi32_mask((__m512i)mask); }
inline unsigned level_mask(GenericQ mask) { return _mm512_movepi64_mask((__m512i)mask); }

#define STABLESOFTMAX_HAS_PARTS
inline __m512 level_load_part(const float *from, unsigned count, __m512 fill) {
  return _mm512_mask_loadu_ps(fill, static_cast<__mmask16>((1u << count) - 1), from);
}
inline __m512d level_load_part(const double *from, unsigned count, __m512d fill) {
  return _mm512_mask_loadu_pd(fill, static_cast<__mmask8>((1u << count) - 1), from);
}
inline void level_store_part(float *to, unsigned count, __m512 v) {
  _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), v);
}
inline void level_store_part(double *to, unsigned count, __m512d v) {
  _mm512_mask_storeu_pd(to, static_cast<__mmask8>((1u << count) - 1), v);
}

#define STABLESOFTMAX_HAS_STREAMS
inline void level_stream(void *to, GenericI v) { _mm512_stream_si512(static_cast<__m512i *>(to), (__m512i)v); }
inline void level_end_of_stream() { _mm_sfence(); }

}  // namespace
#include "vector.h"
