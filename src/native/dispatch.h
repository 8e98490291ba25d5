// Which SIMD levels this build has, which of them this machine can run, and which one is in use.
#pragma once
#include "kernels.h"

namespace stablesoftmax {

struct Candidate {
  const Level *level;
  bool supported; // by this machine
};

// All levels of this build, best first.
const Candidate *candidates(std::size_t &count);

// The level named, or the best supported one for null or ""; null if it is unknown or unsupported.
const Level *choose(const char *name);

}  // namespace stablesoftmax
