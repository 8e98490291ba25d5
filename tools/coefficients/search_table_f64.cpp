// Finds the common factor of the float64 table, as search_table.py does for float32: tries integers M with the first entry M * 2^-53.
//
//   c++ -O3 search_table_f64.cpp -o search && ./search 6000000000        (some minutes; prints every better one that it meets)
//
// There are too many doubles to try them all: each of the seven other entries lies within 2^-57.9 of a double by chance once in some
// twenty, so thousands of millions have to be tried. M runs through a Weyl sequence over [0.958, 1) * 2^53.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

typedef unsigned __int128 U128;

int main(int count, char **arguments) {
  const std::uint64_t tries = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1000000000;
  // 2^(j/8) * 2^62 and 64 bits more
  std::uint64_t whole[8], fraction[8];
  const auto root = [](__float128 a) {
    __float128 x = std::sqrt(static_cast<double>(a));
    for (int i = 0; i < 4; i++) x = (x + a / x) / 2;
    return x;
  };
  const __float128 step = root(root(root(2)));
  __float128 power = 0x1p62;
  for (int j = 0; j < 8; j++, power *= step) {
    whole[j] = static_cast<std::uint64_t>(power);
    fraction[j] = static_cast<std::uint64_t>((power - whole[j]) * static_cast<__float128>(0x1p64));
  }
  const std::uint64_t low = static_cast<std::uint64_t>(0.958 * 0x1p53), span = (std::uint64_t{1} << 53) - 1 - low;
  double best = 1;
  std::uint64_t weyl = 0;
  for (std::uint64_t n = 0; n < tries; n++) {
    weyl += 0x9e3779b97f4a7c15u;
    const std::uint64_t m = low + static_cast<std::uint64_t>((static_cast<U128>(weyl) * span) >> 64);
    double highest = 0, lowest = 0; // relative errors of the rounded entries, in units of 2^-52
    for (int j = 7; j > 0 && highest - lowest < best; j--) {
      const U128 product = static_cast<U128>(m) * whole[j] + ((static_cast<U128>(m) * fraction[j]) >> 64); // M * 2^(j/8) * 2^62
      const int places = 62 + ((product >> 62) >= (std::uint64_t{1} << 53)); // an entry of 1 or more has one place less
      double left = static_cast<double>(product & ((U128{1} << places) - 1)) / std::ldexp(1.0, places);
      if (left > 0.5) left -= 1;
      const double error = -left / (static_cast<double>(product) / std::ldexp(1.0, places + 52));
      highest = error > highest ? error : highest;
      lowest = error < lowest ? error : lowest;
    }
    if (highest - lowest >= best) continue;
    best = highest - lowest;
    std::printf("2^%.3f with M = %llu\n", std::log2(best / 2) - 52, static_cast<unsigned long long>(m));
  }
}
