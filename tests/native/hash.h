// One number for the bits of many results, and the committed one that it has to meet.
#pragma once
#include "golden.h"
#include "harness.h"

namespace harness {

class Hash {
  std::uint64_t h = 0;

public:
  void add(std::uint64_t v) {
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    h ^= h >> 32;
  }
  template <std::size_t n> void meet(const Golden (&committed)[n], Outcome &outcome) const {
    char words[40];
    std::snprintf(words, sizeof words, "hash 0x%016llx", static_cast<unsigned long long>(h));
    outcome.note = words;
    const std::uint64_t wanted = committed[n - 1].hash;
    outcome.expect(h == wanted, "%s, but golden.h has 0x%016llx: see the rule there", words, static_cast<unsigned long long>(wanted));
  }
};

}  // namespace harness
