// AVX2 + FMA: 256-bit vectors.
#pragma once
#include <cstddef>
#include <cstdint>
#include <immintrin.h>

namespace {
constexpr std::size_t level_bytes = 32;
}
#include "generic.h"

namespace {

inline __m256 level_fma(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
inline __m256d level_fma(__m256d a, __m256d b, __m256d c) { return _mm256_fmadd_pd(a, b, c); }
// a + b and a - b where multiplications are done: AMD adds with two of four units and multiplies with the other two.
#define STABLESOFTMAX_HAS_SUMS_BY_FMA
inline __m256 level_plus(__m256 a, __m256 b) { return _mm256_fmadd_ps(a, _mm256_set1_ps(1.0f), b); }
inline __m256 level_minus(__m256 a, __m256 b) { return _mm256_fmsub_ps(a, _mm256_set1_ps(1.0f), b); }
inline __m256 level_max(__m256 a, __m256 b) { return _mm256_max_ps(a, b); }
inline __m256d level_max(__m256d a, __m256d b) { return _mm256_max_pd(a, b); }
inline __m256 level_min(__m256 a, __m256 b) { return _mm256_min_ps(a, b); }
inline __m256d level_min(__m256d a, __m256d b) { return _mm256_min_pd(a, b); }
// vpermd reads the low three bits of each index.
inline GenericI level_lookup8(const std::uint32_t *table, GenericI index) {
  const __m256i entries = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(table));
  return (GenericI)_mm256_permutevar8x32_epi32(entries, (__m256i)index);
}
// Both halves of every entry by vpermd: the tables of low and of high words are made once, outside the loops.
inline GenericQ level_lookup8(const std::uint64_t *table, GenericQ index) {
  const __m256 first = _mm256_loadu_ps(reinterpret_cast<const float *>(table)), last = _mm256_loadu_ps(reinterpret_cast<const float *>(table + 4));
  const auto in_order = [](__m256 v) { return _mm256_permute4x64_epi64(_mm256_castps_si256(v), _MM_SHUFFLE(3, 1, 2, 0)); };
  const __m256i low = in_order(_mm256_shuffle_ps(first, last, _MM_SHUFFLE(2, 0, 2, 0)));
  const __m256i high = in_order(_mm256_shuffle_ps(first, last, _MM_SHUFFLE(3, 1, 3, 1)));
  const __m256i twice = _mm256_shuffle_epi32((__m256i)index, _MM_SHUFFLE(2, 2, 0, 0));
  return (GenericQ)_mm256_blend_epi32(_mm256_permutevar8x32_epi32(low, twice), _mm256_permutevar8x32_epi32(high, twice), 0xaa);
}
#define STABLESOFTMAX_HAS_WIDE_LOADS
inline __m256d level_load_wide(const float *from) { return _mm256_cvtps_pd(_mm_loadu_ps(from)); }
inline __m256d level_widen(__m256 v, int half) {
  return _mm256_cvtps_pd(half ? _mm256_extractf128_ps(v, 1) : _mm256_castps256_ps128(v));
}
inline __m256 level_narrow(__m256d low, __m256d high) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low)), _mm256_cvtpd_ps(high), 1);
}

// F16C, which every processor with AVX2 has.
#define STABLESOFTMAX_HAS_HALVES
inline __m256 level_from_halves(const std::uint16_t *from) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
}
inline void level_to_halves(__m256 v, std::uint16_t *to) {
  _mm_storeu_si128(reinterpret_cast<__m128i *>(to), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}

#define STABLESOFTMAX_HAS_MASKS
inline __m256 level_unordered(__m256 a, __m256 b) { return _mm256_cmp_ps(a, b, _CMP_UNORD_Q); }
inline __m256d level_unordered(__m256d a, __m256d b) { return _mm256_cmp_pd(a, b, _CMP_UNORD_Q); }
inline bool level_any(GenericI mask) { return !_mm256_testz_si256((__m256i)mask, (__m256i)mask); }

#define STABLESOFTMAX_HAS_REDUCTIONS
inline float level_largest(__m256 v) {
  __m128 w = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  w = _mm_max_ps(w, _mm_movehl_ps(w, w));
  return _mm_cvtss_f32(_mm_max_ss(w, _mm_movehdup_ps(w)));
}
inline double level_largest(__m256d v) {
  const __m128d w = _mm_max_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
  return _mm_cvtsd_f64(_mm_max_sd(w, _mm_unpackhi_pd(w, w)));
}
inline double level_sum(__m256d v) {
  const __m128d w = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
  return _mm_cvtsd_f64(_mm_add_sd(w, _mm_unpackhi_pd(w, w)));
}
inline unsigned level_mask(GenericI mask) { return static_cast<unsigned>(_mm256_movemask_ps((__m256)mask)); }
inline unsigned level_mask(GenericQ mask) { return static_cast<unsigned>(_mm256_movemask_pd((__m256d)mask)); }

// Masked loads are cheap everywhere; masked stores are not (Zen 3: 42 micro-operations), so those go in powers of two.
#define STABLESOFTMAX_HAS_PARTS
inline __m256 level_load_part(const float *from, unsigned count, __m256 fill) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane);
  return _mm256_blendv_ps(fill, _mm256_maskload_ps(from, mask), _mm256_castsi256_ps(mask));
}
inline __m256d level_load_part(const double *from, unsigned count, __m256d fill) {
  const __m256i lane = _mm256_setr_epi64x(0, 1, 2, 3);
  const __m256i mask = _mm256_cmpgt_epi64(_mm256_set1_epi64x(static_cast<int>(count)), lane);
  return _mm256_blendv_pd(fill, _mm256_maskload_pd(from, mask), _mm256_castsi256_pd(mask));
}
inline void level_store_part(float *to, unsigned count, __m256 v) {
  __m128 rest = _mm256_castps256_ps128(v);
  if (count & 4) {
    _mm_storeu_ps(to, rest);
    to += 4;
    rest = _mm256_extractf128_ps(v, 1);
  }
  if (count & 2) {
    _mm_storel_pi(reinterpret_cast<__m64 *>(to), rest);
    to += 2;
    rest = _mm_movehl_ps(rest, rest);
  }
  if (count & 1) _mm_store_ss(to, rest);
}
inline void level_store_part(double *to, unsigned count, __m256d v) {
  __m128d rest = _mm256_castpd256_pd128(v);
  if (count & 2) {
    _mm_storeu_pd(to, rest);
    to += 2;
    rest = _mm256_extractf128_pd(v, 1);
  }
  if (count & 1) _mm_store_sd(to, rest);
}

#define STABLESOFTMAX_HAS_STREAMS
inline void level_stream(void *to, GenericI v) { _mm256_stream_si256(static_cast<__m256i *>(to), (__m256i)v); }
inline void level_end_of_stream() { _mm_sfence(); }

}  // namespace
#include "vector.h"
