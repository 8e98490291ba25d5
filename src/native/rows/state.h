// The pieces of a row's state, for readers that see a row in parts: the window of one element, its integer in a window, and
// the results of a state. The kernels are made of the same functions, so their bits are those of finalise.
#pragma once
#include "log_softmax.h"
#include "logsumexp.h"
#include "strips.h"

namespace {

template <class Kind> inline I128 state_exponent(double x, double temperature) {
  const Context<Kind> context(temperature);
  const auto v = static_cast<typename Kind::T>(x);
  if (!context.is_fast(v) && context.ties_only(v)) return stablesoftmax::no_window;
  return context.exponent(v);
}

// D(t(x), E) for a window at or above that of x.
template <class Kind> inline I128 state_deposit(double x, double temperature, I128 exponent, Layout layout) {
  using T = typename Kind::T;
  const Context<Kind> context(temperature);
  Terms<Kind> terms(context, static_cast<T>(x));
  const I128 own = terms.exponent;
  terms.exponent = exponent;
  if (exponent - own > 2 * static_cast<int>(Layout::wide)) return 0;
  T base, growth;
  terms.one(static_cast<T>(x), base, growth);
  return with_layout<Kind>(layout, [&](auto sum) { return decltype(sum)::of_one(base, growth); });
}

// which: 0 softmax of x from the total of all elements in the window of max; 1 log_softmax of x and 2 logsumexp from the sum
// of the rest in the window of the second largest element.
template <class Kind>
inline double state_finalise(int which, double x, double temperature, double max, I128 sum, I128 exponent, Layout layout) {
  using T = typename Kind::T;
  const Context<Kind> context(temperature);
  const T m = max == 0 ? static_cast<T>(-0.0) : static_cast<T>(max);
  if (which == 0) {
    const Terms<Kind> terms(context, m);
    T base, growth;
    terms.one(static_cast<T>(x), base, growth);
    const Reciprocal<T> r = reciprocal(sum, quantum_exponent<Kind>(layout), T{});
    return static_cast<double>(scaled(splat(base), splat(growth), splat(r.hi), splat(r.lo), down<Kind>())[0]);
  }
  const LogRest log = RestSum<Kind>{OwnTerm<Kind>(context, m), sum, exponent, layout}.log();
  if (which == 1)
    return with_log_softmax<Kind>(m, log, temperature, [x](auto function) { return static_cast<double>(function(splat(static_cast<T>(x)))[0]); });
  bool cancelled;
  return static_cast<double>(max_plus<Kind>(m, log, cancelled));
}

}  // namespace
