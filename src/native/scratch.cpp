#include "scratch.h"

#include <cstdlib>

namespace stablesoftmax {
namespace {

struct Scratch {
  void *memory = nullptr;
  ~Scratch() { std::free(memory); }
};

}  // namespace

void *thread_scratch() {
  thread_local Scratch scratch;
  if (!scratch.memory) scratch.memory = std::malloc(scratch_bytes);
  return scratch.memory;
}

}  // namespace stablesoftmax
