// Every result is one of the two numbers next to the exact one: the bounds of bounds.h against quad precision.
#include <algorithm>

#include "../../src/native/bounds.h"
#include "quad.h"
#include "rows.h"

namespace harness {
namespace {

// The row's exact figures: everything relative to the maximum, which stays out of the sum.
struct Exact {
  Quad max, rest, temperature; // rest: sum of e^((x - max)/T) over all elements but one maximum

  template <class T> Exact(const std::vector<T> &x, double t) : rest(0), temperature(t) {
    const auto top = std::max_element(x.begin(), x.end());
    max = *top;
    for (auto v = x.begin(); v != x.end(); ++v)
      if (v != top) rest += term(*v);
  }
  Quad term(Quad x) const { return expq((x - max) / temperature); }
  Quad value(Function f, Quad x) const {
    if (f == softmax) return term(x) / (1 + rest);
    if (f == log_softmax) return (x - max) / temperature - log1pq(rest);
    return max + log1pq(rest);
  }
};

template <class T> const stablesoftmax::Bound &bound_of(Function f) {
  for (const stablesoftmax::Bound &b : stablesoftmax::bound_table)
    if (!std::strcmp(b.function, name_of[f]) && !std::strcmp(b.dtype, dtype<T>)) return b;
  return stablesoftmax::bound_table[0]; // not reached: test_harness.py would show wrong counts
}

template <class T> void one_row(const Level &level, Function f, const std::vector<T> &x, double t, double &worst, Outcome &outcome) {
  const stablesoftmax::Bound &bound = bound_of<T>(f);
  const Exact exact(x, t);
  if (!(exact.max - exact.max == 0)) return; // nothing above -inf
  const Quad allowance = bound.absolute_exponent ? ldexpq(1, bound.absolute_exponent) : 0;
  const std::vector<T> y = result(level, f, x, t);
  for (std::size_t i = 0; i < y.size(); i++) {
    if (f == log_softmax && x[i] == -std::numeric_limits<T>::infinity()) {
      outcome.expect(y[i] == x[i], "log_softmax %s of -inf is %g", dtype<T>, static_cast<double>(y[i]));
      continue;
    }
    const Quad right = exact.value(f, x[i]);
    double error = error_in_ulp(y[i], right);
    if (allowance != 0 && size_of(y[i] - right) <= allowance) error = 0;
    if (error > worst) worst = error;
    outcome.expect(error < bound.ulp, "%s %s: %a (%.9g), off by %.4f ulp, x = %a, n = %zu, max = %a, temperature = %a", name_of[f], dtype<T>,
                   static_cast<double>(y[i]), static_cast<double>(y[i]), error, static_cast<double>(x[i]), x.size(),
                   static_cast<double>(exact.max), t);
  }
}

template <class T> std::vector<T> exact_zero_row(Random &random) { // e^x adds up to 1 as nearly as T allows
  std::vector<T> x(2);
  const double p = 0.25 + 0.125 * (1 + random.within(1));
  x[0] = static_cast<T>(static_cast<double>(logq(p)));
  x[1] = static_cast<T>(static_cast<double>(log1pq(-expq(x[0]))));
  return x;
}

template <class T> void rows(const Level &level, bool quick, Outcome &outcome) {
  constexpr double more_temperatures[] = {1.0, 0.3, 7e4, 1e-25, 1e25, 1e-3, 1e-310, 1e300, 2.0, 17.0};
  Random random(5 + sizeof(T));
  double worst[3] = {};
  const std::size_t count = quick ? 150 : 1500;
  for (std::size_t k = 0; k < count; k++) {
    const std::size_t n = k % 100 == 99 ? 1000 + random.below(4000) : 1 + random.below(k % 2 ? 6 : 130);
    const double t = k % 3 ? 1.0 : more_temperatures[random.below(10)];
    std::vector<T> x = make_row<T>(random, static_cast<int>(random.below(shapes_of_sums)), n);
    suit(x, t, random);
    for (const Function f : functions) one_row(level, f, x, f == logsumexp ? 1.0 : t, worst[f], outcome);
    one_row(level, logsumexp, exact_zero_row<T>(random), 1.0, worst[logsumexp], outcome);
  }
  // one large term and many equal small ones, each of which is lost when added to it alone
  for (const std::size_t n : {1000, 70000, quick ? 70001 : 1000000})
    for (const double low : {-12.0, -17.0, -20.0}) {
      std::vector<T> x(n, static_cast<T>(low));
      x[n / 2] = 0;
      const Quad rest = static_cast<Quad>(n - 1) * expq(static_cast<T>(low));
      const T p = result(level, softmax, x)[n / 2], s = result(level, logsumexp, x)[0];
      outcome.expect(error_in_ulp(p, 1 / (1 + rest)) < 1, "softmax %s: 0 among %zu of %g", dtype<T>, n, low);
      outcome.expect(error_in_ulp(s, log1pq(rest)) < 1, "logsumexp %s: 0 among %zu of %g", dtype<T>, n, low);
    }
  char words[120];
  std::snprintf(words, sizeof words, "%s%s %.3f %.3f %.3f", outcome.note.empty() ? "largest ulp: " : ", ", dtype<T>, worst[0], worst[1], worst[2]);
  outcome.note += words;
}

}  // namespace

void check_accuracy(const Level &level, bool quick, Outcome &outcome) {
  rows<float>(level, quick, outcome);
  rows<double>(level, quick, outcome);
}

}  // namespace harness
