// States of rows that are read once: any cut and any tree of merges gives one state, whose totals and results are those of the row
// read whole, and whose bytes are the same at every level.
#include <cstddef>

#include "hash.h"
#include "rows.h"

namespace harness {
namespace {

using stablesoftmax::Parts;
using stablesoftmax::StreamState;
using stablesoftmax::Streams;
using stablesoftmax::Summary;

template <class T> struct States {
  const Streams &streams;
  const Parts &parts;
  double temperature;
  static constexpr std::size_t bytes = sizeof(T) == 4 ? sizeof(StreamState) : offsetof(StreamState, narrow);

  States(const Level &level, double t)
      : streams(sizeof(T) == 4 ? level.streams_f32 : level.streams_f64), parts(sizeof(T) == 4 ? level.parts_f32 : level.parts_f64), temperature(t) {}

  static std::vector<char> of(const StreamState &state) {
    std::vector<char> copy(bytes);
    std::memcpy(copy.data(), &state, bytes);
    return copy;
  }
  static std::vector<char> nothing() {
    StreamState empty{};
    empty.max = empty.second = -std::numeric_limits<double>::infinity();
    return of(empty);
  }
  // With a stride the elements lie apart, and what lies between is NaN.
  void absorb(std::vector<char> &state, const T *x, std::size_t n, std::ptrdiff_t stride = 1) const {
    std::vector<T> apart(n * static_cast<std::size_t>(stride), std::numeric_limits<T>::quiet_NaN());
    for (std::size_t i = 0; i < n; i++) apart[i * static_cast<std::size_t>(stride)] = x[i];
    Row row{};
    row.x = reinterpret_cast<const char *>(apart.data());
    row.x_stride = stride * static_cast<std::ptrdiff_t>(sizeof(T));
    row.n = n;
    row.temperature = temperature;
    streams.absorb(state.data(), bytes, row, 0, 0, 1);
  }
  Wide total(const std::vector<char> &state, bool of_rest) const {
    char words[sizeof(Wide)];
    streams.totals(state.data(), bytes, temperature, of_rest, words, 1);
    Wide total;
    std::memcpy(&total, words, sizeof total);
    return total;
  }
};

template <class T> void one_row(const Level &level, const std::vector<T> &x, double temperature, Random &random, Hash &hash, Outcome &outcome) {
  const States<T> of(level, temperature);
  std::vector<char> whole = of.nothing();
  of.absorb(whole, x.data(), x.size());

  std::vector<T> mixed = x;
  random.shuffle(mixed);
  std::vector<std::vector<char>> states;
  for (std::size_t i = 0; i < mixed.size();) {
    const std::size_t left = mixed.size() - i, n = 1 + random.below(random.chance(3) ? left : 1 + left / 4);
    if (states.empty() || random.chance(2)) states.push_back(of.nothing());
    of.absorb(states.back(), mixed.data() + i, n, 1 + static_cast<std::ptrdiff_t>(random.below(3)));
    i += n;
  }
  while (states.size() > 1) {
    std::swap(states.back(), states[random.below(states.size())]);
    const std::vector<char> one = states.back();
    states.pop_back();
    of.streams.merge(states[random.below(states.size())].data(), one.data(), of.bytes, temperature, 1);
  }
  const char *name = dtype<T>;
  outcome.expect(states[0] == whole, "%s: a row of %zu in parts, T = %g, has another state", name, x.size(), temperature);
  for (std::size_t i = 0; i < of.bytes; i += 4) {
    std::uint32_t word;
    std::memcpy(&word, whole.data() + i, sizeof word);
    hash.add(word);
  }

  std::vector<T> y(x.size());
  const Row row = contiguous(x, y, temperature);
  const Summary summary = of.parts.summarise(row, true);
  const bool special = summary.nan || summary.max - summary.max != 0;
  for (const bool of_rest : {false, true}) {
    const Wide wanted = summary.nan ? 0 : special ? static_cast<Wide>(of.parts.ties(row, summary.max)) : of.parts.sum(row, summary, of_rest);
    outcome.expect(of.total(whole, of_rest) == wanted, "%s: a row of %zu, T = %g, has another %s", name, x.size(), temperature,
                   of_rest ? "total of the rest" : "total");
  }
  double value;
  of.streams.logsumexp(whole.data(), of.bytes, temperature, &value, 1);
  hash.add(value != value ? 0 : pattern(value));
  if (temperature == 1.0) {
    bool cancelled;
    const double wanted = of.parts.logsumexp(summary, special ? 0 : of.parts.sum(row, summary, true), cancelled);
    outcome.expect(pattern(value) == pattern(wanted), "%s: a row of %zu has another logsumexp", name, x.size());
  }
}

}  // namespace

void check_streams(const Level &level, bool quick, Outcome &outcome) {
  Random random(71);
  Hash hash;
  const std::size_t lengths[] = {1, 2, 3, 7, 40, 300, 20'000};
  for (int shape = 0; shape < shapes; shape++)
    for (const std::size_t n : lengths)
      for (int draw = 0; draw < (n < 300 ? 4 : 1); draw++) {
        const double temperature = draw_temperature(random);
        std::vector<float> x = make_row<float>(random, shape, n);
        suit(x, temperature, random);
        one_row(level, x, temperature, random, hash, outcome);
        std::vector<double> wide = make_row<double>(random, shape, n);
        suit(wide, temperature, random);
        one_row(level, wide, temperature, random, hash, outcome);
      }
  hash.meet(golden_streams, outcome);
  if (quick) return;
  for (std::size_t i = 0; i < 2000; i++) { // trees beyond those that are hashed
    Hash unused;
    const double temperature = draw_temperature(random);
    std::vector<float> x = make_row<float>(random, static_cast<int>(random.below(shapes)), 1 + random.below(60));
    suit(x, temperature, random);
    one_row(level, x, temperature, random, unused, outcome);
    std::vector<double> wide = make_row<double>(random, static_cast<int>(random.below(shapes)), 1 + random.below(60));
    suit(wide, temperature, random);
    one_row(level, wide, temperature, random, unused, outcome);
  }
}

}  // namespace harness
