// The bits of a value as another type of the same size.
#pragma once
#include <cstdint>

namespace {

template <class To, class From> inline To bits(From from) {
  static_assert(sizeof(To) == sizeof(From), "bits() keeps the size");
  To to;
  __builtin_memcpy(&to, &from, sizeof to);
  return to;
}

}  // namespace
