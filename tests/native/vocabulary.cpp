// The operations of the vector vocabulary, lane by lane against plain scalar code. Compiled once per level, with its flags:
// build.py sets LEVEL (its name) and LEVEL_HEADER (its simd header). The fused multiply-add that the baseline makes of plain
// operations meets that of the C library, cancelling and tied operands included.
#include "vocabulary.h"

#include LEVEL_HEADER
#include "../../src/native/math/half.h"

namespace {

VocabularyResult outcome;

inline void expect(bool good, const char *what) {
  outcome.cases++;
  if (good) return;
  if (!outcome.failures++) outcome.first = what;
}

std::uint64_t state;
inline std::uint64_t draw() { // splitmix64, as harness.h
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

template <class T> struct PatternOf;
template <> struct PatternOf<float> {
  typedef std::uint32_t type;
};
template <> struct PatternOf<double> {
  typedef std::uint64_t type;
};
template <class T> inline typename PatternOf<T>::type pattern(T v) { return bits<typename PatternOf<T>::type>(v); }

// A random number: often with few bits, so that sums tie and cancel. Floats of any exponent; doubles from 2^-200 upwards,
// because further down the emulation of fma promises nothing.
template <class T> inline T number() {
  constexpr int mantissa = sizeof(T) == 4 ? 23 : 52;
  constexpr std::uint64_t lowest = sizeof(T) == 4 ? 0 : 1023 - 200, exponents = sizeof(T) == 4 ? 255 : 2046 - lowest, near = sizeof(T) == 4 ? 127 : 1023;
  const std::uint64_t sign = draw() & 1, how = draw();
  const std::uint64_t exponent = how & 1 ? lowest + draw() % exponents : near - 3 + draw() % 7;
  std::uint64_t fraction = draw() & ((std::uint64_t{1} << mantissa) - 1);
  if (how & 2) fraction &= ~std::uint64_t{0} << (mantissa - 1 - static_cast<int>(draw() % static_cast<unsigned>(mantissa)));
  return bits<T>(static_cast<typename PatternOf<T>::type>(sign << (mantissa + (sizeof(T) == 4 ? 8 : 11)) | exponent << mantissa | fraction));
}

inline float scalar_fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double scalar_fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

// The next numbers after v, to cancel a product all but a little.
template <class T> inline T beside(T v) {
  const auto step = static_cast<typename PatternOf<T>::type>(draw() % 5 - 2);
  return v - v == 0 && v != 0 ? bits<T>(static_cast<typename PatternOf<T>::type>(pattern(v) + step)) : v;
}

template <class T> void check_fma() {
  T a[lanes<T>], b[lanes<T>], c[lanes<T>];
  for (std::size_t i = 0; i < lanes<T>; i++) {
    a[i] = number<T>(), b[i] = number<T>(), c[i] = number<T>();
    if (draw() & 1) c[i] = -beside(a[i] * b[i]);
    if (c[i] - c[i] != 0) c[i] = 1;
    const std::uint64_t zeros = draw();
    if (zeros % 16 == 0) c[i] = zeros & 16 ? T(0) : static_cast<T>(-0.0); // the sign of a zero is a bit like any other
    if (zeros % 64 == 0) a[i] = zeros & 64 ? T(0) : static_cast<T>(-0.0);
  }
  const Vector<T> r = fma(load(a), load(b), load(c));
  for (std::size_t i = 0; i < lanes<T>; i++)
    expect(pattern<T>(r[i]) == pattern(scalar_fma(a[i], b[i], c[i])), sizeof(T) == 4 ? "fma of floats" : "fma of doubles");
}

template <class T> void check_order_of_two() {
  T a[lanes<T>], b[lanes<T>];
  const T odd_ones[] = {0, static_cast<T>(-0.0), static_cast<T>(__builtin_nan("")), static_cast<T>(__builtin_inf()), static_cast<T>(-__builtin_inf())};
  for (std::size_t i = 0; i < lanes<T>; i++) {
    a[i] = draw() & 1 ? number<T>() : odd_ones[draw() % 5];
    b[i] = draw() & 1 ? number<T>() : odd_ones[draw() % 5];
  }
  const Vector<T> va = load(a), vb = load(b), high = larger(va, vb), low = smaller(va, vb);
  const auto neither = unordered(va, vb);
  for (std::size_t i = 0; i < lanes<T>; i++) {
    expect(pattern<T>(high[i]) == pattern(a[i] > b[i] ? a[i] : b[i]), "larger");
    expect(pattern<T>(low[i]) == pattern(a[i] < b[i] ? a[i] : b[i]), "smaller");
    expect(neither[i] == (a[i] != a[i] || b[i] != b[i] ? -1 : 0), "unordered");
  }
  expect(any(neither) == [&] {
    bool some = false;
    for (std::size_t i = 0; i < lanes<T>; i++) some |= neither[i] != 0;
    return some;
  }(), "any");
}

template <class T> void check_parts() {
  T from[lanes<T>], to[lanes<T>];
  for (std::size_t i = 0; i < lanes<T>; i++) from[i] = number<T>();
  for (std::size_t count = 0; count < lanes<T>; count++) {
    const Vector<T> part = load_part(from, count, T(-7));
    for (std::size_t i = 0; i < lanes<T>; i++) to[i] = T(3);
    store_part(to, count, part);
    for (std::size_t i = 0; i < lanes<T>; i++) {
      expect(part[i] == (i < count ? from[i] : T(-7)), "load_part");
      expect(to[i] == (i < count ? from[i] : T(3)), "store_part");
    }
  }
  const Vector<T> zero = splat(static_cast<T>(-0.0));
  for (std::size_t i = 0; i < lanes<T>; i++) expect(pattern<T>(zero[i]) == pattern(static_cast<T>(-0.0)), "splat of -0");
}

void check_conversions() {
  float narrow_lanes[lanes<float>];
  double low[lanes<double>], high[lanes<double>];
  for (float &v : narrow_lanes) v = number<float>();
  for (std::size_t i = 0; i < lanes<double>; i++) {
    low[i] = static_cast<double>(number<float>()) * (1 + static_cast<double>(draw() % 8192) * 0x1p-36); // near a float, near a tie
    high[i] = number<double>();
  }
  const F v = load(narrow_lanes);
  const D first = widen_low(v), second = widen_high(v);
  const F back = narrow(load(low), load(high));
  for (std::size_t i = 0; i < lanes<double>; i++) {
    expect(pattern<double>(first[i]) == pattern(static_cast<double>(narrow_lanes[i])), "widen_low");
    expect(pattern<double>(second[i]) == pattern(static_cast<double>(narrow_lanes[i + lanes<double>])), "widen_high");
    expect(pattern<float>(back[i]) == pattern(static_cast<float>(low[i])), "narrow of the lower half");
    expect(pattern<float>(back[i + lanes<double>]) == pattern(static_cast<float>(high[i])), "narrow of the upper half");
  }
  std::uint32_t table[8];
  std::int32_t index[lanes<std::int32_t>];
  for (std::uint32_t &entry : table) entry = static_cast<std::uint32_t>(draw());
  for (std::int32_t &i : index) i = static_cast<std::int32_t>(draw());
  const I found = lookup8(table, load(index));
  for (std::size_t i = 0; i < lanes<std::int32_t>; i++)
    expect(static_cast<std::uint32_t>(found[i]) == table[index[i] & 7], "lookup8");
  std::uint64_t wide_table[8];
  std::int64_t wide_index[lanes<std::int64_t>];
  for (std::uint64_t &entry : wide_table) entry = draw() << 32 ^ draw();
  for (std::int64_t &i : wide_index) i = static_cast<std::int64_t>(draw() << 32 ^ draw());
  const Q wide = lookup8(wide_table, load(wide_index));
  for (std::size_t i = 0; i < lanes<std::int64_t>; i++)
    expect(static_cast<std::uint64_t>(wide[i]) == wide_table[wide_index[i] & 7], "lookup8 of doubles");
}

// A vector of halves against one at a time; of a NaN only that it is one, but for the NaN that is written.
void check_halves() {
  std::uint16_t from[lanes<float>], half_bits[lanes<float>], bfloat_bits[lanes<float>];
  float values[lanes<float>];
  for (std::size_t i = 0; i < lanes<float>; i++) {
    from[i] = static_cast<std::uint16_t>(draw());
    values[i] = draw() & 1 ? number<float>() : from_half(static_cast<std::uint16_t>(draw())) * (1 + static_cast<float>(draw() % 8192) * 0x1p-23f);
    if (draw() % 64 == 0) values[i] = draw() & 1 ? __builtin_inff() : __builtin_nanf("");
  }
  const F v = load(values), halves = from_halves(from), bfloats = from_bfloat16s(from);
  to_halves(v, half_bits);
  to_bfloat16s(v, bfloat_bits);
  for (std::size_t i = 0; i < lanes<float>; i++) {
    const float half = from_half(from[i]), bfloat = from_bfloat16(from[i]);
    expect(half != half ? halves[i] != halves[i] : pattern<float>(halves[i]) == pattern(half), "from_halves");
    expect(bfloat != bfloat ? bfloats[i] != bfloats[i] : pattern<float>(bfloats[i]) == pattern(bfloat), "from_bfloat16s");
    if (pattern(values[i]) == 0x7fc00000u) expect(bfloat_bits[i] == 0x7fc0u, "to_bfloat16s of the quiet NaN");
    if (values[i] != values[i]) continue;
    expect(half_bits[i] == to_half(values[i]), "to_halves");
    expect(bfloat_bits[i] == to_bfloat16(values[i]), "to_bfloat16s");
  }
}

}  // namespace

#define JOIN(a, b) a##b
#define NAME(level) JOIN(vocabulary_, level)
extern "C" VocabularyResult NAME(LEVEL)(std::uint64_t rounds);
extern "C" VocabularyResult NAME(LEVEL)(std::uint64_t rounds) {
  outcome = {0, 0, ""};
  state = 42;
  for (std::uint64_t k = 0; k < rounds; k++) {
    for (int i = 0; i < 4; i++) check_fma<float>(), check_fma<double>();
    check_conversions();
    check_halves();
    if (k % 16) continue;
    check_order_of_two<float>(), check_order_of_two<double>();
    check_parts<float>(), check_parts<double>();
  }
  return outcome;
}
