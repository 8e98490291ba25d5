// From the segment id of each element to the elements of each segment.
#pragma once
#include <cstdint>

namespace stablesoftmax {

// Both are false where an id is not in [0, count): nothing outside the arrays is touched even if another thread changes the ids
// meanwhile.

// count + 1 offsets of ids that never decrease; false, too, where they do.
bool offsets_of_sorted(const std::int64_t *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets);

// count + 1 offsets, with room for one more, and the places of the elements, those of a segment together and in order.
bool sort_by_segment(const std::int64_t *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets, std::int64_t *order);

}  // namespace stablesoftmax
