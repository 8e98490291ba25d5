// Cross entropy of one row with the class `label`, (max - x[label]) + log1p(rest), and its gradient gain * (softmax(x) - one_hot(label)).
//
// Nothing is subtracted that is nearly equal. With rho = rest/t(max), the sum of all other terms over that of the maximum:
//   the maximum has the probability 1/(1 + rho), and another element e^(x - max)/(1 + rho);
//   the label, where it is the one maximum, has the gradient -gain * rho/(1 + rho), however small rho is;
//   elsewhere its probability p is at most 1/2, and -gain * (1 - p) loses nothing.
#pragma once
#include "gain.h"
#include "log_softmax.h"

namespace {

// A label that takes no part: loss and gradient 0.
constexpr std::int64_t ignored = -1;

// (max - x)/T + log1p(rest) as a double.
inline double loss_of(float x, float max, const LogRest &log) { return (static_cast<double>(max) - static_cast<double>(x)) + log.hi; }
inline double loss_of(double x, double max, const LogRest &log) {
  return -log_softmax_vector(splat(x), splat(max), log_rests(log, 0.0), 1.0, false)[0];
}

template <class T> inline T logit_of(const Access<T> &access, std::int64_t label) {
  const auto i = static_cast<std::size_t>(label);
  return access.takes_part(i) ? access.element(i) : -infinity<T>();
}

// True where a NaN was made out of none, here and below.
template <class Kind> inline bool cross_entropy_row(const Row &row, std::int64_t label, double &loss) {
  using T = typename Kind::T;
  loss = 0;
  if (label == ignored) return false;
  T once[block_elements];
  Access<T> access(row);
  access.hold(once);
  const Extremes<T> e = row_extremes<Kind, true>(access);
  if (is_special(e)) {
    loss = __builtin_nan("");
    return !e.nan;
  }
  const Context<Kind> context(1.0);
  loss = loss_of(logit_of(access, label), e.max, sum_of_rest<Kind>(access, context, e, Ahead(access, false)).log());
  return false;
}

// 1/(1 + rho) over the term of the maximum: what turns a term into a probability, as a pair.
template <class Kind> inline Ratio over_sum(const Ratio &rho, const OwnTerm<Kind> &max) {
  const auto [h, l] = term_pair(max.base, max.growth);
  const double product = h * rho.hi, s = h + product, back = s - h;
  const double lost = (h - (s - back)) + (product - back) + (l + fma_one(h, rho.hi, -product) + h * rho.lo + l * rho.hi);
  const double hi = 1 / s;
  return {hi, (fma_one(-hi, s, 1.0) - hi * lost) * hi};
}

inline Reciprocal<float> scaled_down(const Ratio &r, float) {
  const double all = r.hi * 0x1p121;
  const float hi = static_cast<float>(all);
  return {hi, static_cast<float>(all - hi)};
}
inline Reciprocal<double> scaled_down(const Ratio &r, double) { return {r.hi * 0x1p200, r.lo * 0x1p200}; }

// gain * (p - 1) where p = term * r, at most 1/2, `octaves` above what the two say.
template <class Kind> inline double of_label(double gain, const OwnTerm<Kind> &term, const Ratio &r, I128 octaves) {
  const double scale = octaves < -1000 ? 0.0 : power_of_two(static_cast<std::int64_t>(octaves));
  const double base = static_cast<double>(term.base) * scale, p = base * r.hi;
  const double more = fma_one(base, r.hi, -p) + base * fma_one(term.growth, r.hi, r.lo);
  const double s = p - 1, back = s + 1;
  return fma_one(gain, s, gain * ((p - back) + more)); // back - 1 is s, exactly
}

// The probability of the one maximum, t(max) * r.
template <class Kind> inline Ratio share_of(const OwnTerm<Kind> &max, const Ratio &r) {
  const auto [h, l] = term_pair(max.base, max.growth);
  const double hi = h * r.hi;
  return {hi, fma_one(h, r.hi, -hi) + (h * r.lo + l * r.hi)};
}

inline double times(double gain, const Ratio &pair) { return fma_one(gain, pair.hi, gain * pair.lo); }

template <class Kind> class CrossEntropy {
  using T = typename Kind::T;
  const Access<T> &access;
  const Context<Kind> &context;
  const Extremes<T> &e;
  const double gain;

  // Terms in the window of the second largest, the maximum standing there as one of those: written as they are made, or kept.
  inline void write(const RestSum<Kind> &rest, const Terms<Kind> &terms, const Ratio &r, const T *bases, const T *growths) const {
    const Gain<Kind> g(gain, rest.exponent - rest.max.exponent);
    const Reciprocal<T> of = g.of(scaled_down(r, T{}));
    const std::size_t n = access.row.n;
    if (bases) return write_block(access, 0, n, FromStored<Kind, Twice<typename Kind::V>>(bases, growths, of, g.last()));
    T gathered[block_elements];
    const auto cap = splat(terms.top);
    terms.with_path([&](auto term) __attribute__((always_inline)) {
      const auto capped = [term, cap](const auto &x, auto &base, auto &growth) __attribute__((always_inline)) {
        term(smaller(x, cap), base, growth);
      };
      for (std::size_t i = 0; i < n; i += block_elements) {
        const std::size_t m = n - i < block_elements ? n - i : block_elements;
        write_block(access, i, m, FromRemade<Kind, decltype(capped), Twice<typename Kind::V>>(access.fetch(i, m, gathered), capped, of, g.last()));
      }
    });
  }

  // Where the one maximum lies.
  inline std::size_t place_of_max() const {
    T gathered[block_elements];
    const std::size_t n = access.row.n;
    for (std::size_t i = 0; i < n; i += block_elements) {
      const std::size_t m = n - i < block_elements ? n - i : block_elements;
      const T *x = access.fetch(i, m, gathered);
      std::size_t k = 0;
      while (k + lanes<T> <= m && !any(load(x + k) == splat(e.max))) k += lanes<T>;
      for (; k < m; k++)
        if (x[k] == e.max) return i + k;
    }
    return 0;
  }

  inline void write_label(std::int64_t label, T x, const Ratio &rho, const Ratio &r, const OwnTerm<Kind> &max, bool is_one_max) const {
    const auto place = static_cast<std::size_t>(label);
    double value;
    if (is_one_max) { // 1 - p = rho/(1 + rho) = rho * p
      const Ratio p = share_of(max, r);
      const double hi = rho.hi * p.hi;
      value = times(-gain, {hi, fma_one(rho.hi, p.hi, -hi) + (rho.hi * p.lo + rho.lo * p.hi)});
    } else if (x == -infinity<T>() || (x != e.max && (context.ties_only(e.max) || context.ties_only(x)))) {
      value = -gain;
    } else {
      const OwnTerm<Kind> own(context, x);
      value = of_label<Kind>(gain, own, r, own.exponent - max.exponent);
    }
    access.put(place, static_cast<T>(value));
  }

public:
  CrossEntropy(const Access<T> &a, const Context<Kind> &c, const Extremes<T> &extremes, double g) : access(a), context(c), e(extremes), gain(g) {}

  inline double loss_and_gradient(std::int64_t label) const {
    const std::size_t n = access.row.n;
    const T x = logit_of(access, label); // before anything is written: the gradient may go where the logits are
    const bool one_max = e.second < e.max;
    const std::size_t max_place = one_max ? place_of_max() : 0;
    const Layout layout = layout_of<Kind>(e, 1.0);
    RestSum<Kind> rest{OwnTerm<Kind>(context, e.max), 0, 0, layout};
    Ratio rho{0.0, 0.0}, r;
    if (has_rest(context, e)) {
      const OwnTerm<Kind> second(context, e.second);
      const Terms<Kind> terms(context, e.second);
      rest.exponent = second.exponent;
      with_layout<Kind>(layout, [&](auto sum) {
        using Sum = decltype(sum);
        alignas(level_bytes) T bases[block_elements], growths[block_elements];
        const bool kept = n <= block_elements;
        if (kept) {
          add_terms<Kind, Kept::in_buffers, Sum, true>(terms, access.fetch(0, n, nullptr), n, sum, Ahead(access, true), bases, growths);
        } else {
          T gathered[block_elements];
          for (std::size_t i = 0; i < n; i += block_elements) {
            const std::size_t m = n - i < block_elements ? n - i : block_elements;
            add_terms<Kind, Kept::nowhere>(terms, access.fetch(i, m, gathered), m, sum, Ahead());
          }
        }
        rest.total = sum.total() - Sum::of_one(second.base, second.growth);
        rho = rest.ratio();
        r = over_sum(rho, rest.max);
        this->write(rest, terms, r, kept ? bases : nullptr, growths);
      });
    } else {
      r = over_sum(rho, rest.max);
      for (std::size_t i = 0; i < n; i++) access.put(i, 0);
    }
    if (one_max) access.put(max_place, static_cast<T>(times(gain, share_of(rest.max, r))));
    write_label(label, x, rho, r, rest.max, one_max && max_place == static_cast<std::size_t>(label));
    return loss_of(x, e.max, rest.log());
  }
};

// The gradient is that of gain * loss; `loss` comes without it.
template <class Kind> inline bool cross_entropy_and_grad_row(const Row &row, std::int64_t label, double gain, double &loss) {
  using T = typename Kind::T;
  T once[block_elements];
  Access<T> access(row);
  access.hold(once);
  loss = 0;
  const auto all = [&](T value) {
    for (std::size_t i = 0; i < row.n; i++) access.put(i, value);
  };
  if (label == ignored) {
    all(0);
    return false;
  }
  if (!is_finite(gain)) {
    all(quiet_nan<T>());
    return gain == gain;
  }
  const Extremes<T> e = row_extremes<Kind, true>(access);
  if (is_special(e)) {
    loss = __builtin_nan("");
    all(quiet_nan<T>());
    return !e.nan;
  }
  const Context<Kind> context(1.0);
  loss = CrossEntropy<Kind>(access, context, e, gain).loss_and_gradient(label);
  return false;
}

}  // namespace
