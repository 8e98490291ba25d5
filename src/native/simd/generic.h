// Operations that a level without an instruction for them shares: exact, slower, the same bits.
// Included by a level header after `level_bytes` is known.
#pragma once
#include <cstddef>
#include <cstdint>

namespace {

typedef float GenericF __attribute__((vector_size(level_bytes)));
typedef double GenericD __attribute__((vector_size(level_bytes)));
typedef std::int32_t GenericI __attribute__((vector_size(level_bytes)));
typedef std::int64_t GenericQ __attribute__((vector_size(level_bytes)));
typedef std::int32_t GenericHalfI __attribute__((vector_size(level_bytes / 2)));
typedef float GenericHalfF __attribute__((vector_size(level_bytes / 2)));

inline GenericI generic_lookup8(const std::uint32_t *table, GenericI index) {
  std::int32_t lane[level_bytes / 4];
  __builtin_memcpy(lane, &index, sizeof index);
  for (std::size_t i = 0; i < level_bytes / 4; i++) lane[i] = static_cast<std::int32_t>(table[lane[i] & 7]);
  GenericI entry;
  __builtin_memcpy(&entry, lane, sizeof entry);
  return entry;
}

inline GenericQ generic_lookup8(const std::uint64_t *table, GenericQ index) {
  std::int64_t lane[level_bytes / 8];
  __builtin_memcpy(lane, &index, sizeof index);
  for (std::size_t i = 0; i < level_bytes / 8; i++) lane[i] = static_cast<std::int64_t>(table[lane[i] & 7]);
  GenericQ entry;
  __builtin_memcpy(&entry, lane, sizeof entry);
  return entry;
}

inline GenericD generic_widen(GenericF v, int half) {
  GenericHalfF part;
  __builtin_memcpy(&part, reinterpret_cast<const char *>(&v) + half * (level_bytes / 2), sizeof part);
  return __builtin_convertvector(part, GenericD);
}

inline GenericD generic_widen(GenericI v, int half) {
  GenericHalfI part;
  __builtin_memcpy(&part, reinterpret_cast<const char *>(&v) + half * (level_bytes / 2), sizeof part);
  return __builtin_convertvector(part, GenericD);
}

inline GenericF generic_narrow(GenericD low, GenericD high) {
  const GenericHalfF part[2] = {__builtin_convertvector(low, GenericHalfF), __builtin_convertvector(high, GenericHalfF)};
  GenericF v;
  __builtin_memcpy(&v, part, sizeof v);
  return v;
}

}  // namespace
