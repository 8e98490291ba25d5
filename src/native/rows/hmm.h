// Hidden Markov models in log space: forward, backward and Viterbi over one sequence.
//
// forward    values[t] + scale[t] = log P(observations to t, state at t); the largest of values[t] is 0, scale is a running sum, a pair
// backward   values[t] = log P(observations after t | state at t) less a number a time, scale[t] the one subtracted at t alone
// A step is a row of logmatmulexp, then a sum and a difference, each rounded once: the numbers that are rounded are those of one step,
// not those of the whole sequence.
#pragma once
#include "logmatmulexp.h"

namespace {

using stablesoftmax::Chain;

inline double &at(char *p, std::ptrdiff_t offset) { return *reinterpret_cast<double *>(p + offset); }
inline double at(const char *p, std::ptrdiff_t offset) { return *reinterpret_cast<const double *>(p + offset); }

class Sequence {
  const Chain &c;
  const Context<Float64> context{1.0};

  inline std::ptrdiff_t state(std::size_t s, std::ptrdiff_t step) const { return static_cast<std::ptrdiff_t>(s) * step; }
  inline char *values(std::size_t t) const { return c.values + static_cast<std::ptrdiff_t>(t) * c.values_time; }
  inline double emission(std::size_t t, std::size_t s) const {
    return at(c.emission, static_cast<std::ptrdiff_t>(t) * c.emission_time + state(s, c.emission_state));
  }

  // to = log(exp(from) @ exp(transition))
  inline void multiply(const char *from, std::ptrdiff_t from_state, char *to) const {
    const Product p{from, c.transition, to, 1, c.states, c.states, 0, from_state, c.transition_row, sizeof(double), 0, c.values_state,
                    nullptr, 0, true, true};
    for (std::size_t j = 0; j < p.n; j += ProductStrip::width) ProductStrip(p, context, j).row<false>(0);
  }

  // Subtracts the largest value of a time and returns it; 0 where that is no number.
  inline double rescale(char *v) const {
    double largest = -infinity<double>();
    for (std::size_t s = 0; s < c.states; s++) {
      const double x = at(v, state(s, c.values_state));
      if (!(x <= largest)) largest = x; // a NaN stays
      if (x != x) break;
    }
    if (largest - largest != 0) return 0.0;
    for (std::size_t s = 0; s < c.states; s++) at(v, state(s, c.values_state)) -= largest;
    return largest;
  }

public:
  explicit Sequence(const Chain &chain) : c(chain) {}

  inline void forward() const {
    double scale = 0.0, scale_lo = 0.0;
    for (std::size_t t = 0; t < c.times; t++) {
      char *v = values(t);
      if (t) multiply(values(t - 1), c.values_state, v);
      for (std::size_t s = 0; s < c.states; s++) {
        double &x = at(v, state(s, c.values_state));
        x = (t ? x : at(c.initial, state(s, c.initial_state))) + emission(t, s);
      }
      const double sum = scale, part = rescale(v);
      double lo;
      exact_sum(sum, part, scale, lo);
      scale_lo += lo;
      at(c.scale, static_cast<std::ptrdiff_t>(t) * c.scale_time) = scale;
      at(c.scale_lo, static_cast<std::ptrdiff_t>(t) * c.scale_lo_time) = scale_lo;
    }
  }

  inline void backward() const {
    for (std::size_t t = c.times; t-- > 0;) {
      char *v = values(t);
      double scale = 0.0;
      if (t + 1 == c.times) {
        for (std::size_t s = 0; s < c.states; s++) at(v, state(s, c.values_state)) = 0.0;
      } else {
        for (std::size_t s = 0; s < c.states; s++)
          at(c.work, state(s, sizeof(double))) = emission(t + 1, s) + at(values(t + 1), state(s, c.values_state));
        multiply(c.work, sizeof(double), v);
        scale = rescale(v);
      }
      at(c.scale, static_cast<std::ptrdiff_t>(t) * c.scale_time) = scale;
    }
  }
};

inline void hmm_forward(const Chain &c) { Sequence(c).forward(); }
inline void hmm_backward(const Chain &c) { Sequence(c).backward(); }

}  // namespace
