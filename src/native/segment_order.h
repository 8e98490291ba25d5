// From the segment id of each element to the elements of each segment: stable counting sorts, linear in the ids and the segments.
//
// Ids are checked wherever they are used as an index: nothing outside the arrays is touched even if another thread changes them
// meanwhile. What is false has met an id out of range.
#pragma once
#include <cstddef>
#include <cstdint>

namespace stablesoftmax {

bool is_rising(const std::int64_t *ids, std::int64_t n); // no id is below the one before
// count + 1 offsets of rising ids.
bool offsets_of_rising(const std::int64_t *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets);

// A bucket holds the elements of 2^shift neighbouring segments, in their order: with a shift of 0 they are sorted. Segments anywhere
// in a large array would be read and written a cache line an element; buckets are few enough to be written and read as streams, and
// small enough to stay in a cache while they are sorted.
struct Buckets {
  std::int64_t count;
  int shift;
  std::int64_t room;     // elements in all
  std::int64_t *cursors; // where the next element of each bucket goes or comes from; or how many there are
};
struct Elements { // some bytes each, some bytes apart
  char *data;
  std::ptrdiff_t stride;
  std::size_t bytes;
};

// Id is std::int64_t or std::uint32_t.
template <class Id> bool count_buckets(const Id *ids, std::int64_t n, std::int64_t end, const Buckets &buckets); // ids lie below `end`
// Elements into their buckets, which are contiguous, and the low `shift` bits of their ids unless that is null; or elements back.
template <class Id> bool deal(const Id *ids, std::int64_t n, const Buckets &buckets, const Elements &from, char *to, std::uint32_t *low);
template <class Id> bool collect(const Id *ids, std::int64_t n, const Buckets &buckets, const char *from, const Elements &to);

}  // namespace stablesoftmax
