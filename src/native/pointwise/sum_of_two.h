// Vectors of rows of two elements, a row a lane, with T = 1. The operations of a row where those leave a trace in the result; for
// float64 logarithms faster ones, whose error bound shows that the result is the same; where it does not, the lane is marked.
#pragma once
#include "elementwise.h"
#include "exact.h"
#include "../math/vector_log.h"
#include "../rows/log_softmax.h"
#include "../rows/logsumexp.h"
#include "../rows/softmax.h"

namespace {

// The masks of both halves of a vector of floats.
inline I joined_masks(Q low, Q high) { return narrow(low ? splat(1.0) : D{}, high ? splat(1.0) : D{}) != 0.0f; }

// The rounding constant of a term at which its low bits are j, the number of its step.
template <class Kind> constexpr typename Kind::T steps_magic = Kind::digits == 24 ? static_cast<typename Kind::T>(0x1.8p23) : static_cast<typename Kind::T>(0x1.8p52);

// What Window is for one: windows from the exponents.
template <class Kind> struct Windows {
  typename Kind::V floor, hi, lo, magic;
};
template <class Kind> using Exponents = Vector<typename Kind::Bits>;

template <class Kind> inline Exponents<Kind> exponents_of(const typename Kind::Scale &scale, typename Kind::V x) {
  using V = typename Kind::V;
  const V magic = splat(steps_magic<Kind>);
  const Exponents<Kind> j = bits<Exponents<Kind>>(fma(x, splat(scale.hi), magic)) - bits<Exponents<Kind>>(magic);
  return (j >> 3) + 1;
}
template <class Kind>
inline Windows<Kind> windows_at(const typename Kind::Scale &scale, typename Kind::V floor, Exponents<Kind> exponents) {
  using V = typename Kind::V;
  const Exponents<Kind> zero = bits<Exponents<Kind>>(splat(steps_magic<Kind>));
  return {floor, splat(scale.hi), splat(scale.lo), bits<V>(zero + (Kind::bias - exponents) * Kind::steps)};
}

// The base of the term of 0 in windows; its growth is 0.
inline F zero_bases(I exponents) {
  constexpr Float32Coefficients c{};
  return bits<F>(splat(static_cast<std::int32_t>(c.table[0])) + ((Float32::bias - exponents) << 23));
}
inline D zero_bases(Q exponents) {
  constexpr Float64Coefficients c{};
  return bits<D>(splat(static_cast<std::int64_t>(c.table[0])) + ((Float64::bias - exponents) << 52));
}

// sigmoid -----------------------------------------------------------------------------------------------------------

// The sum of two terms, as the integer sums of a row round it, and its reciprocal as in reciprocal().
inline Reciprocal<F> reciprocals(F base, F growth, F other) {
  const auto a = NarrowSum::digits_of(base, growth), b = NarrowSum::digits_of(other, F{});
  const F magic1 = splat(NarrowSum::magic1), magic2 = splat(NarrowSum::magic2);
  const F first = (bits<F>(a.first) - magic1) + (bits<F>(b.first) - magic1), second = (bits<F>(a.second) - magic2) + (bits<F>(b.second) - magic2);
  const D scale = splat(power_of_two(Float32::down));
  const D low = scale / (widen_low(first) + widen_low(second)), high = scale / (widen_high(first) + widen_high(second));
  const F hi = narrow(low, high);
  return {hi, narrow(low - widen_low(hi), high - widen_high(hi))};
}
inline Reciprocal<D> reciprocals(D base, D growth, D other) {
  using Sum = WideSum<Float64>;
  const auto a = Sum::digits_of(base, growth), b = Sum::digits_of(other, D{});
  const D magic1 = splat(Sum::magic1), magic2 = splat(Sum::magic2);
  const D first = (bits<D>(a.first) - magic1) + (bits<D>(b.first) - magic1), second = (bits<D>(a.second) - magic2) + (bits<D>(b.second) - magic2);
  const D sum = first + second, lost = (first - sum) + second;
  const D hi = 1.0 / sum, residual = fma(-hi, sum, splat(1.0)) - hi * lost;
  const D scale = splat(power_of_two(Float64::down));
  return {hi * scale, residual * hi * scale};
}

// Beyond these sigmoid rounds to 0 and to 1, and so do the operations of a row.
template <class Kind> constexpr double most_confident = Kind::digits == 24 ? 120 : 700;

template <class Kind> inline typename Kind::V sigmoids(typename Kind::V from) {
  using T = typename Kind::T;
  using V = typename Kind::V;
  const typename Kind::Scale scale = Kind::scale(1.0);
  const V x = smaller(from, splat(static_cast<T>(most_confident<Kind>)));
  const Exponents<Kind> exponents = exponents_of<Kind>(scale, larger(x, V{}));
  const Windows<Kind> w = windows_at<Kind>(scale, splat(static_cast<T>(-Kind::reach)), exponents);
  V base, growth;
  Kind::term(w, x, base, growth);
  const Reciprocal<V> r = reciprocals(base, growth, zero_bases(exponents));
  return scaled(base, growth, r.hi, r.lo, down<Kind>());
}

// log1p(rest) -------------------------------------------------------------------------------------------------------

// Terms in windows of their own, as OwnTerm.
template <class Kind> struct OwnTerms {
  typename Kind::V base, growth;
  Exponents<Kind> exponents;
  explicit OwnTerms(typename Kind::V x) {
    const typename Kind::Scale scale = Kind::scale(1.0);
    exponents = exponents_of<Kind>(scale, x);
    Kind::term(windows_at<Kind>(scale, x, exponents), x, base, growth);
  }
  // Of 0.
  OwnTerms() : growth{} {
    exponents = Exponents<Kind>{} + 1;
    base = zero_bases(exponents);
  }
  OwnTerms(Mask<typename Kind::T> mask, const OwnTerms &yes, const OwnTerms &no)
      : base(mask ? yes.base : no.base), growth(mask ? yes.growth : no.growth), exponents(mask ? yes.exponents : no.exponents) {}
};

// 2^e for integers e that leave a normal number.
inline D powers_of_two(D e) { return bits<D>((bits<Q>(e + splat(0x1.8p52 + 1023))) << 52); }
inline D powers_of_two(Q e) { return bits<D>((e + 1023) << 52); }

// As log_of_ratio<Float32>: of the terms of the smaller and of the larger element.
inline LogRests32 log_ratios(const OwnTerms<Float32> &second, const OwnTerms<Float32> &max) {
  const auto digits = NarrowSum::digits_of(second.base, second.growth);
  const F first = bits<F>(digits.first) - splat(NarrowSum::magic1), rest = bits<F>(digits.second) - splat(NarrowSum::magic2);
  const I shift = second.exponents - max.exponents;
  const auto log = [](D sum, D base, D growth, D exponents) __attribute__((always_inline)) {
    return log1p_rests(sum / fma(base, growth, base) * powers_of_two(exponents));
  };
  return {log(widen_low(first) + widen_low(rest), widen_low(max.base), widen_low(max.growth), widen_low(shift)),
          log(widen_high(first) + widen_high(rest), widen_high(max.base), widen_high(max.growth), widen_high(shift))};
}
// The quotient of two terms as a pair.
struct Ratios {
  D hi, lo;
};
inline Ratios ratios(const OwnTerms<Float64> &a, const OwnTerms<Float64> &b) {
  const D s = fma(a.base, a.growth, a.base), s_lo = fma(a.base, a.growth, a.base - s);
  const D h = fma(b.base, b.growth, b.base), h_lo = fma(b.base, b.growth, b.base - h);
  const D inverse = 1.0 / h, q = s * inverse, residual = fma(-q, h, s) + (s_lo - q * h_lo);
  const D scale = powers_of_two(a.exponents - b.exponents);
  return {q * scale, residual * inverse * scale};
}
// As log_of_ratio<Float64>, but for 2^-91 of the rest, which a row leaves in its sum, and log_pairs_error.
inline LogPairs log_ratios(const OwnTerms<Float64> &second, const OwnTerms<Float64> &max) {
  const Ratios rest = ratios(second, max);
  return log1p_pairs(rest.hi, rest.lo);
}

// max + log, and whether that cancels: max_plus of logsumexp.h.
inline D max_plus_one(D max, D log, Q &cancelled) {
  const D s = max + log, off = smaller(log, splat(1.0));
  cancelled = (max < 0.0) & (log >= splat(Float32::least)) & (magnitude(s) < Float32::cancelled * off);
  const D b = s - max;
  return s + ((max - (s - b)) + (log - b));
}
// Of floats that do not cancel.
inline F max_plus(F max, const LogRests32 &log, I &) {
  Q none;
  return narrow(max_plus_one(widen_low(max), log.low, none), max_plus_one(widen_high(max), log.high, none));
}
// The two ends of where max + log lies, by terms of float64, which are right to 2^-54.4, for floats that cancel: there a row sums
// in fixed point, off by 2^-101, and rounds that.
struct Ends {
  D lower, upper;
};
inline Ends ends_of_sum(D max, D min) {
  const LogPairs log = log_ratios(OwnTerms<Float64>(min), OwnTerms<Float64>(max));
  const D s = max + log.hi, b = s - max, rest = ((max - (s - b)) + (log.hi - b)) + log.lo;
  const D doubt = smaller(log.hi, splat(1.0)) * 0x1p-52 + 0x1p-100;
  return {s + (rest - doubt), s + (rest + doubt)};
}
inline F max_plus_min(F max, F min, I &others) {
  const LogRests32 log = log_ratios(OwnTerms<Float32>(min), OwnTerms<Float32>(max));
  Q low, high;
  const F sum = narrow(max_plus_one(widen_low(max), log.low, low), max_plus_one(widen_high(max), log.high, high));
  const I cancelled = joined_masks(low, high);
  if (!any(cancelled)) return sum;
  const Ends first = ends_of_sum(widen_low(max), widen_low(min)), second = ends_of_sum(widen_high(max), widen_high(min));
  const F lower = narrow(first.lower, second.lower);
  others |= cancelled & (lower != narrow(first.upper, second.upper));
  return cancelled ? lower : sum;
}

// Marks the lanes whose rounding the error of the logarithm might change, and where the row might decide that it cancels.
inline D max_plus(D max, const LogPairs &log, Q &others) {
  const D s = max + log.hi, off = smaller(log.hi, splat(1.0));
  others |= (max < 0.0) & (log.hi >= splat(0.99 * Float64::least)) & (magnitude(s) < (1.01 * Float64::cancelled) * off);
  const D b = s - max, error = (max - (s - b)) + (log.hi - b);
  const D doubt = log.hi * log_pairs_error + magnitude(max) * 0x1p-100;
  const D lower = s + (error + (log.lo - doubt)), upper = s + (error + (log.lo + doubt));
  others |= lower != upper;
  return lower;
}

inline D max_plus_min(D max, D min, Q &others) {
  return max_plus(max, log_ratios(OwnTerms<Float64>(min), OwnTerms<Float64>(max)), others);
}

// Further apart than `apart` nothing of the logarithm counts beside a maximum of `beside`; up to there its arithmetic stays normal.
template <class T> constexpr T apart = static_cast<T>(sizeof(T) == 4 ? 200 : 640);
template <class T> constexpr T beside = static_cast<T>(sizeof(T) == 4 ? 0x1p-100 : 0x1p-800);

template <class V> struct KindOf;
template <> struct KindOf<F> {
  using type = Float32;
};
template <> struct KindOf<D> {
  using type = Float64;
};

template <class V, class M> inline V log_sums(V a, V b, M &others) {
  using Kind = typename KindOf<V>::type;
  using T = typename Kind::T;
  const T limit = static_cast<T>(Kind::domain(1.0)) - apart<T>;
  const V max = larger(a, b), true_min = smaller(a, b), lowest = max - splat(apart<T>), min = larger(true_min, lowest);
  others = unordered(a, b) | ~(magnitude(max) <= splat(limit)) | ((true_min < lowest) & (magnitude(max) < splat(beside<T>)));
  return max_plus_min(max, min, others);
}

// log1p(e^-|x|)
template <class Kind> inline auto log1p_of(typename Kind::V x) {
  using T = typename Kind::T;
  using V = typename Kind::V;
  const OwnTerms<Kind> term(larger(smaller(x, splat(apart<T>)), splat(-apart<T>))), zero;
  const auto positive = x > V{};
  return log_ratios(OwnTerms<Kind>(positive, zero, term), OwnTerms<Kind>(positive, term, zero));
}

inline F softpluses(F x, I &others) {
  others = ~(x < splat(__builtin_inff()));
  return max_plus(larger(x, F{}), log1p_of<Float32>(x), others);
}
inline D softpluses(D x, Q &others) {
  const Q nothing = x < splat(-far_apart);
  others = ~(x < splat(__builtin_inf()));
  const D y = max_plus(larger(x, D{}), log1p_of<Float64>(x), others);
  others = (others | (x < splat(-apart<double>))) & ~nothing;
  return nothing ? D{} : y;
}

// x > 0: -log1p(e^-x); else x - log1p(e^x).
inline F log_sigmoids(F x, I &others) {
  others = unordered(x, x);
  return shifted(x, shift_of(larger(x, F{}), log1p_of<Float32>(x)));
}
inline D log_sigmoids(D x, Q &others) {
  const Q nothing = x > splat(far_apart);
  others = ~(magnitude(x) < splat(__builtin_inf()));
  const LogPairs log = log1p_of<Float64>(x);
  const D y = -max_plus(larger(-x, D{}), log, others); // the maximum is not negative: nothing cancels
  others = (others | (x > splat(apart<double>))) & ~nothing;
  return nothing ? splat(-0.0) : y;
}

}  // namespace
