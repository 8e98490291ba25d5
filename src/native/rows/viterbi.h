// The most probable path of a hidden Markov model. Scores are pairs: sums of thousands of logarithms that lose nothing that matters,
// so that paths of equal probability tie, and the one of lowest index wins.
#pragma once
#include "hmm.h"

namespace {

// hi + lo = (a_hi + a_lo) + b to 2^-100 or so, hi the nearest double; infinities as they are.
ALWAYS_INLINE Pair plus(D a_hi, D a_lo, D b) {
  D s, lo;
  exact_sum(a_hi, b, s, lo);
  lo = lo + a_lo;
  const D hi = s + lo;
  const Q finite = (s - s) == D{};
  return {where(finite, hi, s), where(finite, lo - (hi - s))};
}
inline bool beats(double a_hi, double a_lo, double b_hi, double b_lo) { return a_hi > b_hi || (a_hi == b_hi && a_lo > b_lo); }

// Scores of a time lie in `work`: `states` of hi, as many of lo, and the same again for the time before.
class Viterbi {
  const Chain &c;
  double *now, *before;
  bool nan = false;

  inline double *lo(double *scores) const { return scores + c.states; }
  inline double emission(std::size_t t, std::size_t s) const {
    return at(c.emission, static_cast<std::ptrdiff_t>(t) * c.emission_time + static_cast<std::ptrdiff_t>(s) * c.emission_state);
  }
  inline std::int32_t &from(std::size_t t, std::size_t s) const {
    return *reinterpret_cast<std::int32_t *>(c.from + static_cast<std::ptrdiff_t>(t) * c.from_time +
                                             static_cast<std::ptrdiff_t>(s) * c.from_state);
  }
  inline void set(std::size_t t, std::size_t s, double hi, double low) {
    const Pair score = plus(splat(hi), splat(low), splat(emission(t, s)));
    now[s] = score.hi[0];
    lo(now)[s] = score.lo[0];
    nan |= now[s] != now[s];
  }

  // A vector of states j from all states i before.
  inline void step(std::size_t t, std::size_t j) {
    D hi = splat(-infinity<double>()), low{}, best{};
    Q unordered_any{};
    for (std::size_t i = 0; i < c.states; i++) {
      const double *row = reinterpret_cast<const double *>(c.transition + static_cast<std::ptrdiff_t>(i) * c.transition_row);
      const Pair s = plus(splat(before[i]), splat(lo(before)[i]), load(row + j));
      unordered_any |= s.hi != s.hi;
      const Q better = (s.hi > hi) | ((s.hi == hi) & (s.lo > low));
      hi = where(better, s.hi, hi);
      low = where(better, s.lo, low);
      best = where(better, splat(static_cast<double>(i)), best);
    }
    for (std::size_t k = 0; k < lanes<double> && j + k < c.states; k++) {
      nan |= unordered_any[k] != 0;
      from(t, j + k) = static_cast<std::int32_t>(best[k]);
      set(t, j + k, hi[k], low[k]);
    }
  }

public:
  explicit Viterbi(const Chain &chain)
      : c(chain), now(reinterpret_cast<double *>(c.work)), before(now + 2 * c.states) {}

  inline void run() {
    for (std::size_t t = 0; t < c.times; t++) {
      double *last = now;
      now = before;
      before = last;
      if (t == 0)
        for (std::size_t s = 0; s < c.states; s++) set(0, s, at(c.initial, static_cast<std::ptrdiff_t>(s) * c.initial_state), 0.0);
      else
        for (std::size_t j = 0; j < c.states; j += lanes<double>) step(t, j);
    }
    std::size_t best = 0;
    for (std::size_t s = 1; s < c.states; s++)
      if (beats(now[s], lo(now)[s], now[best], lo(now)[best])) best = s;
    at(c.log_probability, 0) = nan ? quiet_nan<double>() : now[best];
    for (std::size_t t = c.times; t-- > 0;) {
      *reinterpret_cast<std::int64_t *>(c.path + static_cast<std::ptrdiff_t>(t) * c.path_time) = static_cast<std::int64_t>(best);
      if (t) best = static_cast<std::size_t>(from(t, best));
    }
  }
};

inline void viterbi(const Chain &c) { Viterbi(c).run(); }

}  // namespace
