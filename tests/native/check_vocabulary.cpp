// Runs the vocabulary check that was compiled for a level: see vocabulary.cpp.
#include "vocabulary.h"

#include "harness.h"

extern "C" {
#if defined(STABLESOFTMAX_HAS_avx512)
VocabularyCheck vocabulary_avx512;
#endif
#if defined(STABLESOFTMAX_HAS_avx2)
VocabularyCheck vocabulary_avx2;
#endif
#if defined(STABLESOFTMAX_HAS_baseline)
VocabularyCheck vocabulary_baseline;
#endif
#if defined(STABLESOFTMAX_HAS_neon)
VocabularyCheck vocabulary_neon;
#endif
VocabularyCheck vocabulary_simulated512;
}

namespace harness {

void check_vocabulary(const Level &level, bool quick, Outcome &outcome) {
  const struct {
    const char *name;
    VocabularyCheck *check;
  } list[] = {
#if defined(STABLESOFTMAX_HAS_avx512)
      {"avx512", vocabulary_avx512},
#endif
#if defined(STABLESOFTMAX_HAS_avx2)
      {"avx2", vocabulary_avx2},
#endif
#if defined(STABLESOFTMAX_HAS_baseline)
      {"baseline", vocabulary_baseline},
#endif
#if defined(STABLESOFTMAX_HAS_neon)
      {"neon", vocabulary_neon},
#endif
      {"simulated512", vocabulary_simulated512},
  };
  for (const auto &entry : list)
    if (!std::strcmp(entry.name, level.name)) {
      const VocabularyResult r = entry.check((quick ? 400000u : 6400000u) / static_cast<unsigned>(level.bytes)); // as many lanes at each width
      outcome.cases = r.cases;
      outcome.failures = r.failures;
      outcome.first = r.first;
      return;
    }
  outcome.expect(false, "no vocabulary check was compiled for %s", level.name);
}

}  // namespace harness
