// The list of levels, best first, and the check of the processor.
#include "dispatch.h"

#include <cstring>

extern "C" {
#if defined(STABLESOFTMAX_HAS_avx512)
extern const stablesoftmax::Level stablesoftmax_level_avx512;
#endif
#if defined(STABLESOFTMAX_HAS_avx2)
extern const stablesoftmax::Level stablesoftmax_level_avx2;
#endif
#if defined(STABLESOFTMAX_HAS_baseline)
extern const stablesoftmax::Level stablesoftmax_level_baseline;
#endif
#if defined(STABLESOFTMAX_HAS_neon)
extern const stablesoftmax::Level stablesoftmax_level_neon;
#endif
}

namespace stablesoftmax {

const Candidate *candidates(std::size_t &count) {
  static const Candidate list[] = {
#if defined(STABLESOFTMAX_HAS_avx512)
      {&stablesoftmax_level_avx512, __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")},
#endif
#if defined(STABLESOFTMAX_HAS_avx2)
      {&stablesoftmax_level_avx2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") /* every processor with AVX2 has F16C */},
#endif
#if defined(STABLESOFTMAX_HAS_baseline)
      {&stablesoftmax_level_baseline, __builtin_cpu_supports("sse4.2") != 0},
#endif
#if defined(STABLESOFTMAX_HAS_neon)
      {&stablesoftmax_level_neon, true},
#endif
  };
  count = sizeof list / sizeof *list;
  return list;
}

const Level *choose(const char *name) {
  std::size_t count;
  const Candidate *list = candidates(count);
  for (std::size_t i = 0; i < count; i++)
    if (list[i].supported && (!name || !*name || !std::strcmp(name, list[i].level->name))) return list[i].level;
  return nullptr;
}

}  // namespace stablesoftmax
