// A row that is read in parts: what softmax.h, log_softmax.h and logsumexp.h do in one go, a pass at a time.
#pragma once
#include "cross_entropy.h"
#include "log_softmax.h"
#include "logsumexp.h"
#include "softmax.h"

namespace {

using stablesoftmax::Parts;
using stablesoftmax::Summary;

template <class Kind> inline Extremes<typename Kind::T> extremes_of(const Summary &s) {
  using T = typename Kind::T;
  Extremes<T> e;
  e.max = static_cast<T>(s.max);
  e.second = static_cast<T>(s.second);
  e.nan = s.nan;
  e.finite = s.above;
  return e;
}

// Calls body(first, elements, x) for the blocks of a part.
template <class T, class Body> inline void each_block(const Access<T> &access, Body body) {
  T gathered[block_elements];
  const std::size_t n = access.row.n;
  for (std::size_t i = 0; i < n; i += block_elements) {
    const std::size_t m = n - i < block_elements ? n - i : block_elements;
    body(i, m, access.fetch(i, m, gathered));
  }
}

template <class Kind> inline Summary summarise_part(const Row &part, bool with_second) {
  using T = typename Kind::T;
  const Access<T> access(part);
  Extremes<T> e;
  each_block(access, [&](std::size_t, std::size_t m, const T *x) {
    if (with_second) extremes<Kind, true, true>(x, m, e);
    else extremes<Kind, false, true>(x, m, e);
  });
  if (e.max == 0) e.max = static_cast<T>(-0.0); // as in first_pass.h
  std::size_t present = part.n;
  if (part.where) {
    present = 0;
    for (std::size_t i = 0; i < part.n; i++) present += access.takes_part(i);
  }
  return {static_cast<double>(e.max), static_cast<double>(e.second), e.finite, present, e.nan};
}

template <class Kind> inline std::size_t ties_of_part(const Row &part, double value) {
  return count_ties(Access<typename Kind::T>(part), static_cast<typename Kind::T>(value));
}

template <class Kind> inline I128 sum_of_part(const Row &part, const Summary &summary, bool of_rest) {
  using T = typename Kind::T;
  const Access<T> access(part);
  const Extremes<T> e = extremes_of<Kind>(summary);
  const Context<Kind> context(part.temperature);
  if (of_rest && !has_rest(context, e)) return 0;
  const Terms<Kind> terms(context, of_rest ? e.second : e.max);
  return with_layout<Kind>(layout_of<Kind>(e, part.temperature), [&](auto sum) {
    each_block(access, [&](std::size_t, std::size_t m, const T *x) {
      add_terms<Kind, Kept::nowhere>(terms, x, m, sum, Ahead());
    });
    return sum.total();
  });
}

template <class Kind> inline void softmax_of_part(const Row &part, const Summary &summary, I128 total) {
  using T = typename Kind::T;
  const Access<T> access(part);
  const Extremes<T> e = extremes_of<Kind>(summary);
  if (is_special(e))
    return write_special(access, e, fate(e, part.policy), static_cast<std::size_t>(total),
                         [](double count) { return static_cast<T>(1.0 / count); }, T{0});
  const Context<Kind> context(part.temperature);
  const Terms<Kind> terms(context, e.max);
  const Reciprocal<T> r = reciprocal(total, quantum_exponent<Kind>(layout_of<Kind>(e, part.temperature)), T{});
  each_block(access, [&](std::size_t i, std::size_t m, const T *x) { write_remade(access, i, m, terms, x, r); });
  if (access.past_caches()) end_of_stream();
}

template <class Kind> inline LogRest log_of_rest(const Context<Kind> &context, const Extremes<typename Kind::T> &e, I128 total) {
  if (!has_rest(context, e)) return {0.0, 0.0};
  const OwnTerm<Kind> second(context, e.second);
  const Layout layout = layout_of<Kind>(e, context.scale.temperature);
  const I128 extra = with_layout<Kind>(layout, [&](auto sum) { return decltype(sum)::of_one(second.base, second.growth); });
  return RestSum<Kind>{OwnTerm<Kind>(context, e.max), total - extra, second.exponent, layout}.log();
}

template <class Kind> inline void log_softmax_of_part(const Row &part, const Summary &summary, I128 total) {
  using T = typename Kind::T;
  const Access<T> access(part);
  const Extremes<T> e = extremes_of<Kind>(summary);
  if (is_special(e))
    return write_special(access, e, fate(e, part.policy), static_cast<std::size_t>(total),
                         [](double count) { return static_cast<T>(0.0 - log1p_rest(count - 1)); }, -infinity<T>());
  const Context<Kind> context(part.temperature);
  const LogRest log = log_of_rest<Kind>(context, e, total);
  each_block(access, [&](std::size_t i, std::size_t m, const T *x) { write_log_softmax<Kind>(access, i, m, x, e.max, log); });
  if (access.past_caches()) end_of_stream();
}

template <class Kind> inline double logsumexp_of_parts(const Summary &summary, I128 total, bool &cancelled) {
  using T = typename Kind::T;
  const Extremes<T> e = extremes_of<Kind>(summary);
  cancelled = false;
  if (e.nan) return static_cast<double>(quiet_nan<T>());
  if (is_special(e)) return static_cast<double>(e.max);
  const Context<Kind> context(1.0);
  return static_cast<double>(max_plus<Kind>(e.max, log_of_rest<Kind>(context, e, total), cancelled));
}

template <class Kind> inline U128 near_zero_of_part(const Row &part) {
  return sum_near_zero<Kind>(Access<typename Kind::T>(part));
}

template <class Kind> inline double logsumexp_near_zero_of_parts(U128 total) {
  return static_cast<double>(log_near_zero<Kind>(total));
}

template <class Kind> inline double cross_entropy_of_parts(const Summary &summary, I128 total, double logit) {
  using T = typename Kind::T;
  const Extremes<T> e = extremes_of<Kind>(summary);
  if (is_special(e)) return __builtin_nan("");
  return loss_of(static_cast<T>(logit), e.max, log_of_rest<Kind>(Context<Kind>(1.0), e, total));
}

template <class Kind> constexpr Parts parts_of() {
  return {summarise_part<Kind>,      ties_of_part<Kind>,    sum_of_part<Kind>,
          softmax_of_part<Kind>,     log_softmax_of_part<Kind>, near_zero_of_part<Kind>,
          logsumexp_near_zero_of_parts<Kind>, logsumexp_of_parts<Kind>, cross_entropy_of_parts<Kind>};
}

}  // namespace
