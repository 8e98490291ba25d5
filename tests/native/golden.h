// The committed hashes of check_bits.cpp, check_family.cpp and check_streams.cpp: one number of each for every level, compiler, optimization and processor.
//
// A changed bit of any result changes it. Then raise STABLESOFTMAX_BITS_VERSION, add a line (newest last) and say why; a
// changed set of rows alone adds a line under the same version. A hash that differs between two builds is a bug, not a line.
#pragma once
#include <cstdint>

namespace harness {

struct Golden {
  int bits_version;
  std::uint64_t hash;
  const char *reason;
};

constexpr Golden golden[] = {
    {1, 0x13e685c9433ad380u, "the first kernels"},
    {2, 0x82afe042a27a0357u, "a term is base*(1 + growth); float64 in steps of 1/8 octave; one digit of 52 bits for rows beyond 2^16"},
    {3, 0x82afe042a27a0357u, "float64 results below the smallest normal number are rounded once (none among these rows)"},
};
// Of the rest of the family.
constexpr Golden golden_family[] = {
    {3, 0xfb72aa5c27a0a0f0u, "gradients, losses, log-space algebra, elementwise functions, segments, noise, sparse relatives"},
};
// Of states of rows that are read once.
constexpr Golden golden_streams[] = {
    {3, 0xf647272fc380e6bbu, "sums in every window that may still count"},
};

}  // namespace harness
