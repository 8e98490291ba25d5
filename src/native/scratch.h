// Memory that a thread keeps between calls for the low parts of rows beyond 2048 elements. It has one size, whatever the row.
#pragma once
#include <cstddef>

namespace stablesoftmax {

// Five strips of 4096 columns, and their low parts.
constexpr std::size_t scratch_bytes = std::size_t{2} << 20;

// The scratch of this thread, freed when the thread ends; null where there is no memory.
void *thread_scratch();

}  // namespace stablesoftmax
