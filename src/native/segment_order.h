// From the segment id of each element to the elements of each segment: stable counting sorts, linear in the ids and the segments.
//
// Ids are checked again wherever they are used as an index: nothing outside the arrays is touched even if another thread changes
// them meanwhile. What is false then has met such an id.
#pragma once
#include <cstddef>
#include <cstdint>

namespace stablesoftmax {

bool is_rising(const std::int64_t *ids, std::int64_t n); // no id is below the one before
bool is_rising(const std::uint32_t *ids, std::int64_t n);

// count + 1 offsets of rising ids.
bool offsets_of_rising(const std::int64_t *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets);
bool offsets_of_rising(const std::uint32_t *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets);

// count + 1 offsets, with room for one more, and the places of the elements, those of a segment together and in their order.
bool sort_by_segment(const std::int64_t *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets, std::int64_t *order);
bool sort_by_segment(const std::uint32_t *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets, std::int64_t *order);

// A bucket holds the elements of 2^shift neighbouring segments, in their order. Segments of a large array, anywhere in it, would be
// read and written a cache line an element; buckets are few enough to be written and read as streams, and small enough to stay in a
// cache while they are sorted.
struct Buckets {
  std::int64_t count;
  int shift;
  std::int64_t room;     // elements in all
  std::int64_t *cursors; // where the next element of each bucket goes or comes from
};
struct Elements { // some bytes each, some bytes apart
  char *data;
  std::ptrdiff_t stride;
  std::size_t bytes;
};

bool count_buckets(const std::int64_t *ids, std::int64_t n, const Buckets &buckets, std::int64_t *counts);
// Elements into their buckets, which are contiguous; or back.
bool deal(const std::int64_t *ids, std::int64_t n, const Buckets &buckets, const Elements &from, char *to);
bool collect(const std::int64_t *ids, std::int64_t n, const Buckets &buckets, const char *from, const Elements &to);
// The ids themselves, each less the first of its bucket.
bool deal_ids(const std::int64_t *ids, std::int64_t n, const Buckets &buckets, std::uint32_t *to);

}  // namespace stablesoftmax
