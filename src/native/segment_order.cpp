// Where the elements of each segment lie: a stable counting sort of segment ids.
//
// Sorted ids need their bounds only. Others are read twice: once to count, once to write down each place behind the places of the
// same id that came before. Linear in the ids and the segments; beside the results there is no memory.
#include "segment_order.h"

namespace stablesoftmax {

bool offsets_of_sorted(const std::int64_t *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets) {
  std::int64_t filled = 0; // offsets that are known
  for (std::int64_t i = 0; i < n; i++) {
    const std::int64_t id = ids[i];
    if (id < filled - 1 || id >= count) return false;
    while (filled <= id) offsets[filled++] = i;
  }
  while (filled <= count) offsets[filled++] = n;
  return true;
}

bool sort_by_segment(const std::int64_t *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets, std::int64_t *order) {
  for (std::int64_t s = 0; s < count + 2; s++) offsets[s] = 0;
  for (std::int64_t i = 0; i < n; i++) {
    if (ids[i] < 0 || ids[i] >= count) return false;
    offsets[ids[i] + 2]++;
  }
  for (std::int64_t s = 0; s < count; s++) offsets[s + 2] += offsets[s + 1];
  // offsets[s + 1] is where the next place of segment s goes, and in the end where segment s + 1 begins
  for (std::int64_t i = 0; i < n; i++) {
    if (ids[i] < 0 || ids[i] >= count) return false;
    std::int64_t &next = offsets[ids[i] + 1];
    if (next >= n) return false;
    order[next++] = i;
  }
  return true;
}

}  // namespace stablesoftmax
