// What check_vocabulary.cpp offers: it is compiled once per level, with the flags of the level, and so sees no other header of
// the harness (an inline function compiled there could be handed to the whole program).
#pragma once
#include <cstdint>

struct VocabularyResult {
  std::uint64_t cases, failures;
  const char *first;
};

typedef VocabularyResult VocabularyCheck(std::uint64_t rounds);
