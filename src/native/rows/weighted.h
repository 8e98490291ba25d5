// log |sum of w*e^x / divisor| of one row and its sign: weights of any sign and size.
//
// Method    A term t(x)*|w| is a product of integers; signed, in a window under the largest of them, they are added as integers, in
//           any order. What is left is compared with the term of the largest x that counts: x_max + log(sum / t(x_max)).
// Bound     |sum| is off by at most 2^-55.2 of the sum of the |w|*e^x, and by n * 2^-90 of the largest: log is off by that many times
//           the ratio of the two sums, and by its own rounding.
// Elements  of weight 0 do not count, whatever x is; nor does x = -inf with a finite weight.
#pragma once
#include "integer_term.h"
#include "special.h"

namespace {

using stablesoftmax::Weighted;

// w = mantissa * 2^(exponent - 64), the mantissa in [2^63, 2^64).
struct Weight {
  std::uint64_t mantissa;
  int exponent;

  explicit Weight(double w) {
    const std::uint64_t pattern = bits<std::uint64_t>(w);
    exponent = static_cast<int>(pattern >> 52 & 2047) - 1022;
    mantissa = pattern << 11 | std::uint64_t{1} << 63;
    if (exponent == -1022) { // subnormal
      mantissa = pattern << 12;
      const int lead = __builtin_clzll(mantissa);
      mantissa <<= lead;
      exponent -= lead;
    }
  }
};

// log(hi + lo) + exponent*log(2) for a pair hi + lo > 0, as a pair; absolute error below 2^-100, or 2^-74 for exponents beyond 100.
inline LogRest log_of_pair(double hi, double lo, std::int64_t exponent) {
  const std::int64_t lead = static_cast<std::int64_t>(bits<std::uint64_t>(hi) >> 52 & 2047) - 1023;
  U128 m = (static_cast<U128>(bits<std::uint64_t>(hi) << 11 | std::uint64_t{1} << 63) << 64) +
           static_cast<U128>(static_cast<I128>(lo * power_of_two(-lead) * 0x1p100) * (I128{1} << 27));
  std::int64_t a = exponent + lead;
  if (!(m >> 127)) m <<= 1, a--; // lo was negative and hi a power of two
  LogRest log;
  const bool small = a > -100 && a < 100;
  from_fixed(fixed_log(m, small ? a : 0), log.hi, log.lo);
  if (small) return log;
  const double ln2_hi = 0x1.62e42fee00000p-1, ln2_lo = 0x1.a39ef35793c76p-33; // a*ln2_hi is exact
  const double octaves_hi = static_cast<double>(a) * ln2_hi, octaves_lo = static_cast<double>(a) * ln2_lo;
  const double s = octaves_hi + log.hi; // the larger first: the remainder is exact
  return {s, (log.hi - (s - octaves_hi)) + (octaves_lo + log.lo)};
}

class WeightedSum {
  static constexpr int headroom = 36; // bits: as many elements
  const Weighted &row;
  const Context<Float64> context{1.0};
  double max = -__builtin_inf(), infinite = 0.0; // the sum of all terms that are infinite
  I128 top = 0, total = 0;

  inline double x(std::size_t i) const { return *reinterpret_cast<const double *>(row.x + static_cast<std::ptrdiff_t>(i) * row.x_stride); }
  inline double w(std::size_t i) const { return *reinterpret_cast<const double *>(row.w + static_cast<std::ptrdiff_t>(i) * row.w_stride); }
  static inline bool finite(double v) { return v - v == 0; }

  // The largest x that counts, and the terms that are not finite.
  inline void scan() {
    for (std::size_t i = 0; i < row.n; i++) {
      const double xi = x(i), wi = w(i);
      if (wi == 0) continue;
      if (!finite(wi) || xi == infinity<double>() || xi != xi) {
        infinite += xi == -infinity<double>() ? wi * 0.0 : xi != xi ? xi : wi * infinity<double>(); // inf * 0, inf - inf: nan
      } else if (xi > max) {
        max = xi;
      }
    }
  }

  // body(term of x, w) for the elements that count.
  template <class Body> inline void each(Body body) const {
    for (std::size_t i = 0; i < row.n; i += terms_at_once) {
      const std::size_t some = row.n - i < terms_at_once ? row.n - i : terms_at_once;
      double of[terms_at_once];
      Term terms[terms_at_once];
      for (std::size_t k = 0; k < terms_at_once; k++) of[k] = k < some ? x(i + k) : 0.0;
      own_terms(context, of, terms);
      for (std::size_t k = 0; k < some; k++)
        if (w(i + k) != 0 && of[k] > -infinity<double>() && counts_beside(context, of[k], max)) body(terms[k], w(i + k));
    }
  }

  inline void add() {
    bool first = true;
    each([&](const Term &term, double wi) {
      const I128 exponent = term.exponent + Weight(wi).exponent;
      if (first || exponent > top) top = exponent;
      first = false;
    });
    each([&](const Term &term, double wi) {
      const Weight weight(wi);
      const I128 shift = top - term.exponent - weight.exponent + headroom;
      if (shift >= 127) return;
      const U128 t = integer_of(term.base, term.growth) << (127 - term_bits);
      const U128 product = static_cast<U128>(static_cast<std::uint64_t>(t >> 64)) * weight.mantissa +
                           (static_cast<U128>(static_cast<std::uint64_t>(t)) * weight.mantissa >> 64);
      const I128 part = static_cast<I128>(product >> static_cast<int>(shift));
      total += wi < 0 ? -part : part;
    });
  }

public:
  explicit WeightedSum(const Weighted &r) : row(r) {}

  // Returns whether a NaN was made out of none.
  inline bool write() {
    scan();
    double &log = *reinterpret_cast<double *>(row.log), &sign = *reinterpret_cast<double *>(row.sign);
    if (infinite != 0) { // nan as well
      const bool nan = infinite != infinite;
      log = nan ? quiet_nan<double>() : infinity<double>();
      sign = nan ? quiet_nan<double>() : infinite < 0 ? -1.0 : 1.0;
      if (!nan) return false;
      for (std::size_t i = 0; i < row.n; i++)
        if (w(i) != w(i) || (w(i) != 0 && x(i) != x(i))) return false;
      return true;
    }
    if (max > -infinity<double>()) add();
    if (total == 0) {
      log = -infinity<double>();
      sign = 0.0;
      return false;
    }
    sign = total < 0 ? -1.0 : 1.0;
    const I128 size = total < 0 ? -total : total;
    const OwnTerm<Float64> own(context, max);
    // size/(h*divisor) as a pair
    const double s = nearest(size), h = fma_one(own.base, own.growth, own.base), l = fma_one(own.base, own.growth, own.base - h);
    const double d = h * row.divisor, rest = fma_one(h, row.divisor, -d) + l * row.divisor;
    const double q = s / d;
    const double residual = (fma_one(-q, d, s) + (static_cast<double>(size - static_cast<I128>(s)) - q * rest)) / d;
    const I128 exponent = top - own.exponent + headroom - 127 + Float64::bias;
    const LogRest ratio = log_of_pair(q, residual, static_cast<std::int64_t>(exponent));
    const double sum = max + ratio.hi, part = sum - max;
    log = sum + (((max - (sum - part)) + (ratio.hi - part)) + ratio.lo);
    if (!finite(sum)) log = sum;
    return false;
  }
};

inline bool weighted_row(const Weighted &row) { return WeightedSum(row).write(); }

}  // namespace
