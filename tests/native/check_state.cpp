// The state of a row: integer sums merged in any tree, finalised, are the bits of the row kernels.
//
// The window is known beforehand here, as for data that can be read twice; a reader that sees a row once keeps several windows
// (RowState, tested from Python).
#include <algorithm>
#include <limits>

#include "rows.h"

namespace harness {
namespace {

using SumLayout = stablesoftmax::Layout;
constexpr std::size_t narrow_limit = std::size_t{1} << 16; // T = 1

// The three state functions of a level for one dtype, temperature and layout of digits.
template <class T> struct Functions {
  const Level &level;
  double temperature;
  SumLayout layout;

  Wide exponent(T x) const { return (sizeof(T) == 4 ? level.exponent_f32 : level.exponent_f64)(static_cast<double>(x), temperature); }
  // Where only ties count a term is half a window, as in the kernels.
  Wide deposit(T x, T top, Wide window) const {
    if (window == stablesoftmax::no_window || exponent(x) == stablesoftmax::no_window)
      return x == top ? Wide{1} << (static_cast<int>(layout) - 1) : 0;
    return (sizeof(T) == 4 ? level.deposit_f32 : level.deposit_f64)(static_cast<double>(x), temperature, window, layout);
  }
  T finalise(Function f, T x, T max, Wide sum, Wide window) const {
    return static_cast<T>((sizeof(T) == 4 ? level.finalise_f32 : level.finalise_f64)(f, static_cast<double>(x), temperature, static_cast<double>(max),
                                                                                   sum, window == stablesoftmax::no_window ? 0 : window, layout));
  }
};

// max, and the integer sum of all elements but one maximum in the window of `top`.
template <class T> struct State {
  T max = -std::numeric_limits<T>::infinity();
  Wide sum = 0;

  bool operator==(const State &other) const { return max == other.max && sum == other.sum; }
};

template <class T> struct Monoid {
  Functions<T> of;
  T top;
  Wide window;

  State<T> merge(const State<T> &a, const State<T> &b) const {
    const T low = std::min(a.max, b.max);
    const Wide joined = low == -std::numeric_limits<T>::infinity() ? 0 : of.deposit(low, top, window);
    return {std::max(a.max, b.max), a.sum + b.sum + joined};
  }
  // Two states at random, until one is left: every order and every tree.
  State<T> merge_all(std::vector<State<T>> states, Random &random) const {
    while (states.size() > 1) {
      std::swap(states.back(), states[random.below(states.size())]);
      const State<T> one = states.back();
      states.pop_back();
      State<T> &other = states[random.below(states.size())];
      other = random.chance(2) ? merge(one, other) : merge(other, one);
    }
    return states[0];
  }
};

template <class T> void compare(Function f, T got, T want, T x, std::size_t n, double t, Outcome &outcome) {
  outcome.expect(pattern(got) == pattern(want), "%s %s: finalise gives %a, the row %a, x = %a, n = %zu, temperature = %g", name_of[f], dtype<T>,
                 static_cast<double>(got), static_cast<double>(want), static_cast<double>(x), n, t);
}

// Near zero logsumexp reads the data again, which a state cannot: there the row is right and the state only close.
template <class T> bool may_be_near_zero(T logsumexp, T max) { return max < 0 && logsumexp > -1 && logsumexp < 1; }

template <class T> void random_tree(const Level &level, Random &random, Outcome &outcome) {
  const std::size_t n = 2 + random.below(30);
  const double t = draw_temperature(random);
  std::vector<T> x = make_row<T>(random, static_cast<int>(random.below(shapes_of_sums)), n);
  suit(x, t, random);
  if (*std::max_element(x.begin(), x.end()) == -std::numeric_limits<T>::infinity()) x[0] = 1;
  std::vector<T> sorted = x;
  std::sort(sorted.begin(), sorted.end());
  const T max = sorted[n - 1], second = sorted[n - 2];

  const Functions<T> of{level, t, sizeof(T) == 8 ? SumLayout::wide : SumLayout::narrow};
  const bool alone = second == -std::numeric_limits<T>::infinity();
  const auto sum_in = [&](T top) {
    const Monoid<T> monoid{of, top, of.exponent(top)};
    std::vector<State<T>> states;
    for (const T v : x) states.push_back({v, 0});
    for (std::size_t empty = random.below(3); empty; empty--) states.push_back({});
    const State<T> state = monoid.merge_all(states, random), again = monoid.merge_all(states, random);
    outcome.expect(state == again && state.max == max, "%s: two trees differ, n = %zu, temperature = %g", dtype<T>, n, t);
    outcome.expect(monoid.merge(state, {}) == state && monoid.merge({}, state) == state, "%s: the empty state is no identity", dtype<T>);
    return state.sum;
  };

  const Wide window = of.exponent(max), total = sum_in(max) + of.deposit(max, max, window);
  const std::vector<T> p = result(level, softmax, x, t), logs = result(level, log_softmax, x, t);
  const std::size_t i = random.below(n);
  compare(softmax, of.finalise(softmax, x[i], max, total, window), p[i], x[i], n, t, outcome);

  const Wide second_window = alone ? 0 : of.exponent(second);
  const bool apart = alone || (second != max && (window == stablesoftmax::no_window || second_window == stablesoftmax::no_window));
  const Wide rest = apart ? 0 : sum_in(second);
  compare(log_softmax, of.finalise(log_softmax, x[i], max, rest, second_window), logs[i], x[i], n, t, outcome);
  if (t != 1.0) return;
  const T whole = result(level, logsumexp, x)[0];
  if (!may_be_near_zero(whole, max)) compare(logsumexp, of.finalise(logsumexp, max, max, rest, second_window), whole, max, n, t, outcome);
}

// Long rows of few different elements, on both sides of the length beyond which float32 takes one digit of doubles.
template <class T> void long_row(const Level &level, std::size_t n, Outcome &outcome) {
  const Functions<T> of{level, 1.0, sizeof(T) == 8 ? SumLayout::wide : n > narrow_limit ? SumLayout::middle : SumLayout::narrow};
  constexpr T values[] = {T(0.25), T(-0.5), T(-3), T(-16.625), T(-17), T(-20.5), T(0.125)};
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; i++) x[i] = i ? values[1 + i % 6] : values[0];
  const Wide window = of.exponent(values[0]), second_window = of.exponent(T(0.125));
  Wide total = of.deposit(values[0], values[0], window), rest = 0;
  for (std::size_t k = 1; k < 7; k++) {
    const Wide count = static_cast<Wide>(std::count(x.begin(), x.end(), values[k]));
    total += count * of.deposit(values[k], values[0], window);
    rest += count * of.deposit(values[k], T(0.125), second_window);
  }
  const std::vector<T> p = result(level, softmax, x), logs = result(level, log_softmax, x);
  for (std::size_t i = 0; i < 7; i++) {
    compare(softmax, of.finalise(softmax, x[i], values[0], total, window), p[i], x[i], n, 1.0, outcome);
    compare(log_softmax, of.finalise(log_softmax, x[i], values[0], rest, second_window), logs[i], x[i], n, 1.0, outcome);
  }
  compare(logsumexp, of.finalise(logsumexp, values[0], values[0], rest, second_window), result(level, logsumexp, x)[0], values[0], n, 1.0, outcome);
}

}  // namespace

void check_state(const Level &level, bool quick, Outcome &outcome) {
  Random random(17);
  const int trees = quick ? 1000 : 10000;
  for (int k = 0; k < trees; k++) {
    if (k % 2) random_tree<float>(level, random, outcome);
    else random_tree<double>(level, random, outcome);
  }
  for (const std::size_t n : {narrow_limit - 1, narrow_limit, narrow_limit + 1, 3 * narrow_limit}) {
    long_row<float>(level, n, outcome);
    long_row<double>(level, n, outcome);
  }
  outcome.note = std::to_string(trees) + " random trees";
}

}  // namespace harness
