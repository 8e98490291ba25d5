// The logarithm of a sum of w*e^z, weights w and exponents z complex: its real and imaginary part, and the phase of the sum.
//
// Method    With z = x + iy, w = u + iv, m the largest x that counts, every element gives e^(x-m)*u*cos y and -e^(x-m)*v*sin y to
//           the real part, e^(x-m)*u*sin y and e^(x-m)*v*cos y to the imaginary one. Both parts are sums of integers in windows of
//           their own, 126 bits under their largest term: in any order, and a tiny imaginary part keeps all its digits.
// Bound     A term is off by 2^-98 of itself, and the sum of n terms by n * 2^-126 of the largest, before it is used.
// Elements  of weight 0 do not count, whatever z is; nor does x = -inf with a finite weight, whatever y is.
#pragma once
#include "../sparse/sums.h"
#include "angle.h"

namespace {

struct ComplexRow {
  const char *operands[4]; // x, y, u, v: doubles
  std::ptrdiff_t strides[4];
  std::size_t n;
  void *scratch; // of so many bytes: the terms of rows that fit are made once
  std::size_t scratch_bytes;
};

struct ComplexLog {
  double log, angle, phase_re, phase_im;
};

// One part of the sum.
class PartOfSum {
  bool any = false;
  std::int64_t top = 0;
  WideSum total;

public:
  void look_at(Number term) {
    if (term.size.m && (!any || term.size.exponent > top)) top = term.size.exponent;
    any = any || term.size.m;
  }
  void add(Number term) {
    const std::int64_t down = top - term.size.exponent + 1;
    if (!term.size.m || down >= 128) return;
    const I128 size = static_cast<I128>(term.size.m >> down);
    total.add(term.negative ? -size : size);
  }
  Number value() const {
    int shift;
    const I128 v = total.total(shift);
    return number(v, top - 126 + shift);
  }
};

// What an element gives to the two parts.
struct Terms {
  Number re[2], im[2];
};

class ComplexSum {
  const ComplexRow &row;
  double max = -__builtin_inf(), infinite_re = 0.0, infinite_im = 0.0; // sums of the terms that are not finite
  PartOfSum re, im;

  double at(int operand, std::size_t i) const {
    return *reinterpret_cast<const double *>(row.operands[operand] + static_cast<std::ptrdiff_t>(i) * row.strides[operand]);
  }
  double x(std::size_t i) const { return at(0, i); }
  double y(std::size_t i) const { return at(1, i); }
  double u(std::size_t i) const { return at(2, i); }
  double v(std::size_t i) const { return at(3, i); }
  static bool finite(double value) { return value - value == 0; }
  static double sign(Number value) { return !value.size.m ? 0.0 : value.negative ? -1.0 : 1.0; }
  // An exact 0 is nothing, however often it is taken.
  static double times(double a, double b) { return a == 0 || b == 0 ? 0.0 : a * b; }

  // A term that is not finite: infinities with their signs, as the C standard has them for the exponential.
  void add_infinite(std::size_t i) {
    const double nan = __builtin_nan(""), xi = x(i), yi = y(i), ui = u(i), vi = v(i);
    double er, ei; // of e^z
    if (xi == -__builtin_inf()) { // 0 times an infinite weight
      infinite_re += nan;
      infinite_im += nan;
      return;
    }
    if (!finite(yi)) er = xi == __builtin_inf() ? xi : nan, ei = nan;
    else if (yi == 0) er = finite(xi) ? 1.0 : xi, ei = 0.0;
    else if (xi != xi) er = ei = xi;
    else {
      const SineCosine a = sine_cosine(yi);
      const double size = finite(xi) ? 1.0 : xi;
      er = size * sign(a.cosine);
      ei = size * sign(a.sine);
    }
    infinite_re += times(ui, er) - times(vi, ei);
    infinite_im += times(ui, ei) + times(vi, er);
  }

  bool counts(std::size_t i) const {
    const double xi = x(i);
    return (u(i) != 0 || v(i) != 0) && (xi != -__builtin_inf() || !finite(u(i)) || !finite(v(i)));
  }

  // To 100 bits, so that products with weights of few bits are exact: equal elements whose weights cancel leave nothing.
  static Number shortened(Number v) {
    v.size.m &= ~((U128{1} << 28) - 1);
    return v;
  }

  // body(terms) for the elements that count.
  template <class Body> void each(Body body) const {
    for (std::size_t i = 0; i < row.n; i++) {
      if (!counts(i)) continue;
      const Pair down = difference(max, x(i)); // exactly
      if (!(down.hi < 0x1p60)) continue;       // nothing beside e^max, whatever the weights
      const Multiplier by = log2e_over(1.0);
      const Octaves a = octaves(-down.hi, by), b = octaves(-down.lo, by);
      const U128 f = a.f + b.f;
      const Number term{{fixed_exp2(f), static_cast<std::int64_t>(a.k + b.k) + (f < a.f)}, false};
      const SineCosine of = sine_cosine(y(i));
      const Number cosine = shortened(product(term, of.cosine)), sine = shortened(product(term, of.sine)), ui = number(u(i)), vi = number(v(i));
      Terms terms{{product(cosine, ui), {}}, {product(sine, ui), {}}};
      if (vi.size.m) terms.re[1] = negative(product(sine, vi)), terms.im[1] = product(cosine, vi);
      body(terms);
    }
  }

  ComplexLog infinite() const {
    const double nan = __builtin_nan("");
    const bool far_re = infinite_re - infinite_re != 0, far_im = infinite_im - infinite_im != 0;
    if (infinite_re != infinite_re || infinite_im != infinite_im) {
      const double inf = __builtin_inf();
      const bool one = (far_re && infinite_re == infinite_re) || (far_im && infinite_im == infinite_im);
      return {one ? inf : nan, nan, nan, nan};
    }
    const Number one_re = number(!far_re ? 0.0 : infinite_re < 0 ? -1.0 : 1.0), one_im = number(!far_im ? 0.0 : infinite_im < 0 ? -1.0 : 1.0);
    return of_point(one_re, one_im, __builtin_inf());
  }

  static ComplexLog of_point(Number a, Number b, double max) {
    if (!a.size.m && !b.size.m) return {-__builtin_inf(), 0.0, 0.0, 0.0};
    const Number squares = sum({product(a.size, a.size), false}, {product(b.size, b.size), false});
    const Scaled size = root(squares.size);
    const double log = max - max == 0 ? rounded(sum(number(max), times_power_of_two(logarithm(squares.size), -1))) : max;
    const auto part = [&](Number v) { return v.size.m ? rounded({quotient(v.size, size), v.negative}) : 0.0; };
    return {log, rounded(angle_of(a, b)), part(a), part(b)};
  }

public:
  explicit ComplexSum(const ComplexRow &r) : row(r) {}

  ComplexLog log() {
    bool all_finite = true;
    for (std::size_t i = 0; i < row.n; i++) {
      if (!counts(i)) continue;
      const double xi = x(i);
      if (finite(xi) && finite(y(i)) && finite(u(i)) && finite(v(i))) max = xi > max ? xi : max;
      else add_infinite(i), all_finite = false;
    }
    if (!all_finite) return infinite();
    Terms *const kept = static_cast<Terms *>(row.scratch);
    const std::size_t room = kept ? row.scratch_bytes / sizeof(Terms) : 0;
    std::size_t count = 0;
    each([&](const Terms &terms) {
      for (int k = 0; k < 2; k++) re.look_at(terms.re[k]), im.look_at(terms.im[k]);
      if (count < room) kept[count] = terms;
      count++;
    });
    const auto add = [&](const Terms &terms) {
      for (int k = 0; k < 2; k++) re.add(terms.re[k]), im.add(terms.im[k]);
    };
    if (count > room) each(add);
    else
      for (std::size_t i = 0; i < count; i++) add(kept[i]);
    return of_point(re.value(), im.value(), max);
  }
};

}  // namespace
