// The oracle: 113-bit floating point from the platform, which shares nothing with the functions under test.
#pragma once
#include <cmath>
#include <limits>

#if defined(__x86_64__)
typedef __float128 Quad;
extern "C" { // libquadmath; declared here because clang does not find gcc's quadmath.h
Quad expq(Quad);
Quad logq(Quad);
Quad log1pq(Quad);
Quad frexpq(Quad, int *);
Quad ldexpq(Quad, int);
}
#else
typedef long double Quad;
static_assert(std::numeric_limits<long double>::digits == 113, "the oracle needs binary128: x86-64 with libquadmath, or aarch64 Linux");
inline Quad expq(Quad v) { return expl(v); }
inline Quad logq(Quad v) { return logl(v); }
inline Quad log1pq(Quad v) { return log1pl(v); }
inline Quad frexpq(Quad v, int *exponent) { return frexpl(v, exponent); }
inline Quad ldexpq(Quad v, int exponent) { return ldexpl(v, exponent); }
#endif

namespace harness {

inline Quad size_of(Quad v) { return v < 0 ? -v : v; }

// The unit in the last place of a T at v: the spacing of numbers of v's magnitude, never below the smallest subnormal.
template <class T> inline Quad ulp_at(Quad v) {
  int exponent = 0;
  if (v != 0) frexpq(v, &exponent);
  const int lowest = std::numeric_limits<T>::min_exponent;
  return ldexpq(1, (v == 0 || exponent < lowest ? lowest : exponent) - std::numeric_limits<T>::digits);
}

// |got - exact| in units in the last place of exact; an infinity is right from the largest number upwards.
template <class T> inline double error_in_ulp(T got, Quad exact) {
  if (got != got) return std::numeric_limits<double>::infinity();
  const Quad largest = std::numeric_limits<T>::max();
  if (got - got != 0) return size_of(exact) > largest && (got > 0) == (exact > 0) ? 0 : std::numeric_limits<double>::infinity();
  return static_cast<double>(size_of(static_cast<Quad>(got) - exact) / ulp_at<T>(exact));
}

}  // namespace harness
