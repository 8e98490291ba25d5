#include "segment_order.h"

#include <cstring>

namespace stablesoftmax {
namespace {

bool is_below(std::int64_t i, std::int64_t end) { return static_cast<std::uint64_t>(i) < static_cast<std::uint64_t>(end); }

// body(i, place) for every id, where `place` is that of element i among the buckets.
template <class Id, class Body> bool each_place(const Id *ids, std::int64_t n, const Buckets &buckets, Body body) {
  for (std::int64_t i = 0; i < n; i++) {
    const std::int64_t bucket = static_cast<std::int64_t>(ids[i]) >> buckets.shift;
    if (!is_below(bucket, buckets.count)) return false;
    const std::int64_t place = buckets.cursors[bucket]++;
    if (!is_below(place, buckets.room)) return false;
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

bool is_rising(const std::int64_t *ids, std::int64_t n) {
  constexpr std::int64_t together = 256; // compared without a branch
  for (std::int64_t i = 1; i < n; i += together) {
    const std::int64_t end = n - i < together ? n : i + together;
    bool falls = false;
    for (std::int64_t k = i; k < end; k++) falls |= ids[k] < ids[k - 1];
    if (falls) return false;
  }
  return true;
}

// Every element writes where it ends, and the last of a segment is right; segments without an element end where the one before does.
bool offsets_of_rising(const std::int64_t *ids, std::int64_t n, std::int64_t count, std::int64_t *offsets) {
  std::memset(offsets, 0, static_cast<std::size_t>(count + 1) * sizeof *offsets);
  for (std::int64_t i = 0; i < n; i++) {
    const std::int64_t id = ids[i];
    if (!is_below(id, count)) return false;
    offsets[id + 1] = i + 1;
  }
  for (std::int64_t s = 0; s < count; s++) offsets[s + 1] = offsets[s + 1] > offsets[s] ? offsets[s + 1] : offsets[s];
  return true;
}

template <class Id> bool count_buckets(const Id *ids, std::int64_t n, std::int64_t end, const Buckets &buckets) {
  if (end > 0 && (end - 1) >> buckets.shift >= buckets.count) return false;
  for (std::int64_t i = 0; i < n; i++) {
    const auto id = static_cast<std::int64_t>(ids[i]);
    if (!is_below(id, end)) return false;
    buckets.cursors[id >> buckets.shift]++;
  }
  return true;
}

template <class Id> bool deal(const Id *ids, std::int64_t n, const Buckets &buckets, const Elements &from, char *to, std::uint32_t *low) {
  const auto mask = static_cast<std::uint32_t>((std::int64_t{1} << buckets.shift) - 1);
  return with_copy(from.bytes, [&](auto copy) {
    const auto move = [&](std::int64_t i, std::int64_t place) {
      copy(to + place * static_cast<std::ptrdiff_t>(from.bytes), from.data + i * from.stride);
    };
    if (!low) return each_place(ids, n, buckets, move);
    return each_place(ids, n, buckets, [&](std::int64_t i, std::int64_t place) {
      move(i, place);
      low[place] = static_cast<std::uint32_t>(ids[i]) & mask;
    });
  });
}

template <class Id> bool collect(const Id *ids, std::int64_t n, const Buckets &buckets, const char *from, const Elements &to) {
  return with_copy(to.bytes, [&](auto copy) {
    return each_place(ids, n, buckets, [&](std::int64_t i, std::int64_t place) {
      copy(to.data + i * to.stride, from + place * static_cast<std::ptrdiff_t>(to.bytes));
    });
  });
}

template bool count_buckets(const std::int64_t *, std::int64_t, std::int64_t, const Buckets &);
template bool count_buckets(const std::uint32_t *, std::int64_t, std::int64_t, const Buckets &);
template bool deal(const std::int64_t *, std::int64_t, const Buckets &, const Elements &, char *, std::uint32_t *);
template bool deal(const std::uint32_t *, std::int64_t, const Buckets &, const Elements &, char *, std::uint32_t *);
template bool collect(const std::int64_t *, std::int64_t, const Buckets &, const char *, const Elements &);
template bool collect(const std::uint32_t *, std::int64_t, const Buckets &, const char *, const Elements &);

}  // namespace stablesoftmax
