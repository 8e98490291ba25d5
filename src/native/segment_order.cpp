#include "segment_order.h"

#include <cstring>

namespace stablesoftmax {
namespace {

template <class Id> bool rising(const Id *ids, std::int64_t n) {
  constexpr std::int64_t together = 256; // compared without a branch
  for (std::int64_t i = 1; i < n; i += together) {
    const std::int64_t end = n - i < together ? n : i + together;
    bool falls = false;
    for (std::int64_t k = i; k < end; k++) falls |= ids[k] < ids[k - 1];
    if (falls) return false;
  }
  return true;
}

// Every element writes where it ends: the last of a segment is right. Segments without an element end where the one before does.
template <class Id> bool offsets(const Id *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets) {
  std::memset(offsets, 0, static_cast<std::size_t>(count + 1) * sizeof *offsets);
  for (std::int64_t i = 0; i < n; i++) {
    if (static_cast<std::uint64_t>(ids[i]) >= static_cast<std::uint64_t>(count)) return false;
    offsets[ids[i] + 1] = i + 1;
  }
  for (std::int64_t s = 0; s < count; s++) offsets[s + 1] = offsets[s + 1] > offsets[s] ? offsets[s + 1] : offsets[s];
  return true;
}

template <class Id> bool sort(const Id *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets, std::int64_t *order) {
  std::memset(offsets, 0, static_cast<std::size_t>(count + 2) * sizeof *offsets);
  const auto is_id = [count](Id id) { return static_cast<std::uint64_t>(id) < static_cast<std::uint64_t>(count); };
  for (std::int64_t i = 0; i < n; i++) {
    if (!is_id(ids[i])) return false;
    offsets[static_cast<std::int64_t>(ids[i]) + 2]++;
  }
  for (std::int64_t s = 0; s < count; s++) offsets[s + 2] += offsets[s + 1];
  // offsets[s + 1] is where the next place of segment s goes, and in the end where segment s + 1 begins
  for (std::int64_t i = 0; i < n; i++) {
    if (!is_id(ids[i])) return false;
    std::int64_t &next = offsets[static_cast<std::int64_t>(ids[i]) + 1];
    if (next >= n) return false;
    order[next++] = i;
  }
  return true;
}

// body(i, place) for every id, where `place` is that of element i among the buckets.
template <class Body> bool each_place(const std::int64_t *ids, std::int64_t n, const Buckets &buckets, Body body) {
  for (std::int64_t i = 0; i < n; i++) {
    const std::int64_t bucket = ids[i] >> buckets.shift;
    if (static_cast<std::uint64_t>(bucket) >= static_cast<std::uint64_t>(buckets.count)) return false;
    const std::int64_t place = buckets.cursors[bucket]++;
    if (place >= buckets.room) return false;
    body(i, place);
  }
  return true;
}

// body(copy), copy(to, from) moving one element: of a size that the compiler knows where it is a usual one.
template <class Body> bool with_copy(std::size_t bytes, Body body) {
  switch (bytes) {
  case 1: return body([](char *to, const char *from) { std::memcpy(to, from, 1); });
  case 2: return body([](char *to, const char *from) { std::memcpy(to, from, 2); });
  case 4: return body([](char *to, const char *from) { std::memcpy(to, from, 4); });
  case 8: return body([](char *to, const char *from) { std::memcpy(to, from, 8); });
  case 16: return body([](char *to, const char *from) { std::memcpy(to, from, 16); });
  case 32: return body([](char *to, const char *from) { std::memcpy(to, from, 32); });
  default: return body([bytes](char *to, const char *from) { std::memcpy(to, from, bytes); });
  }
}

}  // namespace

bool is_rising(const std::int64_t *ids, std::int64_t n) { return rising(ids, n); }
bool is_rising(const std::uint32_t *ids, std::int64_t n) { return rising(ids, n); }
bool offsets_of_rising(const std::int64_t *ids, std::int64_t n, std::int64_t count, std::int64_t *to) { return offsets(ids, n, count, to); }
bool offsets_of_rising(const std::uint32_t *ids, std::int64_t n, std::int64_t count, std::int64_t *to) { return offsets(ids, n, count, to); }
bool sort_by_segment(const std::int64_t *ids, std::int64_t n, std::int64_t count, std::int64_t *to, std::int64_t *order) {
  return sort(ids, n, count, to, order);
}
bool sort_by_segment(const std::uint32_t *ids, std::int64_t n, std::int64_t count, std::int64_t *to, std::int64_t *order) {
  return sort(ids, n, count, to, order);
}

bool count_buckets(const std::int64_t *ids, std::int64_t n, const Buckets &buckets, std::int64_t *counts) {
  for (std::int64_t i = 0; i < n; i++) {
    const std::int64_t bucket = ids[i] >> buckets.shift;
    if (static_cast<std::uint64_t>(bucket) >= static_cast<std::uint64_t>(buckets.count)) return false;
    counts[bucket]++;
  }
  return true;
}

bool deal(const std::int64_t *ids, std::int64_t n, const Buckets &buckets, const Elements &from, char *to) {
  return with_copy(from.bytes, [&](auto copy) {
    return each_place(ids, n, buckets, [&](std::int64_t i, std::int64_t place) {
      copy(to + place * static_cast<std::ptrdiff_t>(from.bytes), from.data + i * from.stride);
    });
  });
}

bool collect(const std::int64_t *ids, std::int64_t n, const Buckets &buckets, const char *from, const Elements &to) {
  return with_copy(to.bytes, [&](auto copy) {
    return each_place(ids, n, buckets, [&](std::int64_t i, std::int64_t place) {
      copy(to.data + i * to.stride, from + place * static_cast<std::ptrdiff_t>(to.bytes));
    });
  });
}

bool deal_ids(const std::int64_t *ids, std::int64_t n, const Buckets &buckets, std::uint32_t *to) {
  const std::int64_t low = (std::int64_t{1} << buckets.shift) - 1;
  return each_place(ids, n, buckets, [&](std::int64_t i, std::int64_t place) { to[place] = static_cast<std::uint32_t>(ids[i] & low); });
}

}  // namespace stablesoftmax
