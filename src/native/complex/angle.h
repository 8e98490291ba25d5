// Sine and cosine of any double, and the angle of a point: to 2^-115, without a library call.
//
// Reduction  y * 2/pi modulo 4 is an integer product of the 53 bits of y with those 320 bits of 2/pi that matter (Payne and Hanek
//            1983): 318 bits of a fraction that no double brings below 2^-64, so that 2^-200 of what is left is known.
// Series     of Taylor on [0, pi/4], in fixed point, by Horner's scheme: z^16/33! < 2^-133 is left out.
// Angle      atan q = y + atan((q cos y - sin y)/(cos y + q sin y)) for any y: from a guess, twice.
#pragma once
#include "number.h"

namespace {

struct SineCosine {
  Number sine, cosine;
};

// 64 bits of 2/pi from the one that stands for 2^-first on; before the first bit there are zeros.
inline std::uint64_t two_over_pi(std::int64_t first) {
  constexpr AngleCoefficients c{};
  constexpr std::int64_t count = sizeof c.two_over_pi / sizeof c.two_over_pi[0];
  const auto limb = [&](std::int64_t i) { return i < 0 || i >= count ? std::uint64_t{0} : c.two_over_pi[i]; };
  const std::int64_t i = (first - 1) >> 6, down = (first - 1) & 63;
  return down ? limb(i) << down | limb(i + 1) >> (64 - down) : limb(i);
}

// |y| = quadrant * pi/2 + r, |r| <= pi/4.
struct Reduced {
  Number r;
  int quadrant;
};

inline Reduced reduced(double y) {
  constexpr AngleCoefficients c{};
  const Digits d = digits_of(y);
  if (__builtin_fabs(y) < 0.785) return {{scaled(y), false}, 0};
  std::uint64_t part[5]; // modulo 2^320, in units of 2^-318
  U128 carry = 0;
  for (int i = 0; i < 5; i++) {
    carry += static_cast<U128>(d.mantissa) * two_over_pi(d.exponent - 1 + 64 * (4 - i));
    part[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  int quadrant = static_cast<int>(part[4] >> 62);
  const bool above = part[4] >> 61 & 1; // the fraction is a half or more: from the next quadrant, backwards
  part[4] &= (std::uint64_t{1} << 62) - 1;
  if (above) {
    quadrant++;
    std::uint64_t borrow = 0;
    for (int i = 0; i < 5; i++) { // 2^318 - fraction
      const U128 size = static_cast<U128>(part[i]) + borrow;
      const U128 from = i < 4 ? (size ? U128{1} << 64 : 0) : U128{1} << 62;
      part[i] = static_cast<std::uint64_t>(from - size);
      borrow = i < 4 && size;
    }
  }
  int top = 4;
  while (top > 1 && !part[top]) top--;
  Scaled f = scaled(static_cast<U128>(part[top]) << 64 | part[top - 1], 64 * (top - 1) - 318);
  if (top > 1) { // the bits that moved in from below
    const int missing = leading_zeros(static_cast<U128>(part[top]) << 64 | 1);
    if (missing) f.m |= part[top - 2] >> (64 - missing);
  }
  return {{product(f, {wide(c.half_pi), 0}), above}, quadrant & 3};
}

// 2^128/(k*(k + 1)), rounded down: what one term of the series is of the one before, but for the square.
struct Quotients {
  U128 of[34] = {};
  constexpr Quotients() {
    for (unsigned k = 1; k < 34; k++) of[k] = ~U128{0} / (k * (k + 1));
  }
};

// Relative errors below 2^-115, those of a sine or cosine near 0 too. y is finite.
inline SineCosine sine_cosine(double y) {
  const Reduced reduction = reduced(y);
  const Scaled r = reduction.r.size, square = product(r, r);
  const U128 z = square.m && square.exponent > -128 ? square.m >> (-1 - square.exponent) : 0; // r^2 * 2^128
  constexpr U128 one = U128{1} << 127;
  U128 s = one, c = one; // sin r / r and cos r, times 2^127
  constexpr Quotients quotients;
  for (unsigned k = 32; k > 0; k -= 2) {
    s = one - multiply_high(multiply_high(z, s), quotients.of[k]);
    c = one - multiply_high(multiply_high(z, c), quotients.of[k - 1]);
  }
  const Number sine{product(r, scaled(s, -127)), reduction.r.negative}, cosine{scaled(c, -127), false};
  SineCosine result{};
  switch (reduction.quadrant) {
    case 0: result = {sine, cosine}; break;
    case 1: result = {cosine, negative(sine)}; break;
    case 2: result = {negative(sine), negative(cosine)}; break;
    default: result = {negative(cosine), sine};
  }
  return y < 0 ? SineCosine{negative(result.sine), result.cosine} : result;
}

// atan q, 0 <= q <= 1, relative error below 2^-110.
inline Number arc_tangent(Scaled q) {
  const Number tangent{q, false};
  if (!q.m || q.exponent < -64) return tangent; // less q^3/3
  const double t = rounded(tangent);
  double y = t / (1.0 + 0.28 * t * t); // off by less than 2^-7.5
  for (int step = 0;; step++) {
    const SineCosine at = sine_cosine(y);
    const Number rest = quotient(difference(product(tangent, at.cosine), at.sine), sum(at.cosine, product(tangent, at.sine)));
    const Number third{scaled(0x1.5555555555555p-2), false}; // of a cube that is below 2^-110 in the end
    const Number angle = sum(number(y), difference(rest, product(product(rest, product(rest, rest)), third)));
    if (step == 1) return angle; // the rest was below 2^-38
    y = rounded(angle);
  }
}

// The angle of the point (re, im), which is not (0, 0), in [-pi, pi]; -pi is never the angle of im = 0.
inline Number angle_of(Number re, Number im) {
  constexpr AngleCoefficients c{};
  const Number half_pi{{wide(c.half_pi), 0}, false}, pi{{wide(c.half_pi), 1}, false};
  const bool steep = !re.size.m || (im.size.m && (im.size.exponent > re.size.exponent ||
                                                  (im.size.exponent == re.size.exponent && im.size.m > re.size.m)));
  const Number first = !im.size.m ? Number{} : arc_tangent(steep ? quotient(re.size, im.size) : quotient(im.size, re.size));
  Number angle = steep ? difference(half_pi, first) : first;
  if (re.size.m && re.negative) angle = difference(pi, angle);
  angle.negative = im.size.m && im.negative;
  return angle;
}

}  // namespace
