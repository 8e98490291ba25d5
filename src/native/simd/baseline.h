// x86-64-v2 (SSE4.2): 128-bit vectors and no fused multiply-add, which is built here from plain operations with the same bits.
//
// Source: S. Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd",
// IEEE Trans. Computers 57 (2008). Valid while nothing over- or underflows on the way. Where something might (hardly ever in a
// term, whose operands lie far inside the exponent range) the C library's fma does it, lane by lane.
#pragma once
#include <cstddef>
#include <cstdint>
#include <immintrin.h>

namespace {
constexpr std::size_t level_bytes = 16;
}
#include "generic.h"

namespace {

typedef std::int64_t BaselineQ __attribute__((vector_size(16)));

// The sum a + b and what rounding lost (Knuth).
inline GenericD two_sum(GenericD a, GenericD b, GenericD &error) {
  const GenericD s = a + b, t = s - a;
  error = (a - (s - t)) + (b - t);
  return s;
}

// a + b rounded to odd: the nearest one unless inexact, then whichever neighbour has an odd last bit. Such a sum may be
// rounded once more, to fewer bits, without a second error.
inline GenericD add_odd(GenericD a, GenericD b) {
  GenericD error;
  const GenericD s = two_sum(a, b, error);
  BaselineQ pattern;
  __builtin_memcpy(&pattern, &s, sizeof s);
  const BaselineQ inexact = error != 0.0;
  const BaselineQ even = (pattern & 1) == 0;
  // One step away from zero where error and s agree in sign, towards zero otherwise.
  const BaselineQ step = ((error > 0.0) == (s > 0.0)) ? BaselineQ{1, 1} : BaselineQ{-1, -1};
  pattern += (inexact & even) & step;
  GenericD odd;
  __builtin_memcpy(&odd, &pattern, sizeof odd);
  return odd;
}

inline GenericD size_of(GenericD v) { return (GenericD)_mm_andnot_pd(_mm_set1_pd(-0.0), (__m128d)v); }

__attribute__((noinline, cold)) inline GenericD library_fma(GenericD a, GenericD b, GenericD c) {
  return GenericD{__builtin_fma(a[0], b[0], c[0]), __builtin_fma(a[1], b[1], c[1])};
}

inline GenericD level_fma(GenericD a, GenericD b, GenericD c) {
  const GenericD product = size_of(a * b);
  const BaselineQ large = (size_of(a) > 0x1p970) | (size_of(b) > 0x1p970) | (product > 0x1p1000) | (size_of(c) > 0x1p1000);
  const BaselineQ small = (product < 0x1p-900) & (a != 0.0) & (b != 0.0);
  const BaselineQ outside = large | small;
  if (__builtin_expect((outside[0] | outside[1]) != 0, 0)) return library_fma(a, b, c);
  const double split = 0x1p27 + 1.0;  // Veltkamp, Dekker: a*b = high + low exactly
  const GenericD as = a * split, ah = as - (as - a), al = a - ah;
  const GenericD bs = b * split, bh = bs - (bs - b), bl = b - bh;
  const GenericD high = a * b;
  // What is small is kept negated, and subtracted: where it is 0 it is +0, and x - (+0) is x for both zeros, as x + (+0) is not.
  const GenericD minus_low = (((high - ah * bh) - al * bh) - ah * bl) - al * bl;
  const GenericD low_sum = c - minus_low, t = low_sum - c;
  const GenericD minus_low_error = ((low_sum - t) - c) + (minus_low + t);
  const GenericD high_sum = high + low_sum, u = high_sum - high;
  const GenericD minus_high_error = ((high_sum - u) - high) + (u - low_sum);
  return high_sum - add_odd(minus_low_error, minus_high_error);
}
// A product of floats is exact in double; the sum rounded to odd there may be rounded to float.
inline GenericF level_fma(GenericF a, GenericF b, GenericF c) {
  const GenericD low = add_odd(generic_widen(a, 0) * generic_widen(b, 0), generic_widen(c, 0));
  const GenericD high = add_odd(generic_widen(a, 1) * generic_widen(b, 1), generic_widen(c, 1));
  return generic_narrow(low, high);
}
inline GenericF level_max(GenericF a, GenericF b) { return (GenericF)_mm_max_ps((__m128)a, (__m128)b); }
inline GenericD level_max(GenericD a, GenericD b) { return (GenericD)_mm_max_pd((__m128d)a, (__m128d)b); }
inline GenericF level_min(GenericF a, GenericF b) { return (GenericF)_mm_min_ps((__m128)a, (__m128)b); }
inline GenericD level_min(GenericD a, GenericD b) { return (GenericD)_mm_min_pd((__m128d)a, (__m128d)b); }
inline GenericI level_lookup8(const std::uint32_t *table, GenericI index) { return generic_lookup8(table, index); }
inline GenericQ level_lookup8(const std::uint64_t *table, GenericQ index) { return generic_lookup8(table, index); }
inline GenericD level_widen(GenericF v, int half) { return generic_widen(v, half); }
inline GenericF level_narrow(GenericD low, GenericD high) { return generic_narrow(low, high); }

}  // namespace
#include "vector.h"
