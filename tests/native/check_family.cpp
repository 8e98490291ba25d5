// The rest of the family, as check_bits.cpp and check_order.cpp are of the first three functions: one hash for every level, and an
// order of the elements that does not matter. Gradients, cross entropy, log-space algebra, functions of elements, segments, noise.
#include "../../src/native/scratch.h"
#include "hash.h"
#include "rows.h"
#include "sparse.h"

namespace harness {
namespace {

using stablesoftmax::Gradients;
using stablesoftmax::Pointwise;

template <class T> const Gradients &gradients(const Level &level) { return sizeof(T) == 4 ? level.gradients_f32 : level.gradients_f64; }

// One row in memory, of its own dtype or, where that is float32 and `narrow` says so, the upper halves of it.
template <class T> struct Memory {
  std::vector<char> bytes;
  Row row{};

  Memory(const std::vector<T> &values, bool narrow, std::ptrdiff_t stride) {
    const std::size_t size = narrow ? 2 : sizeof(T), n = values.size();
    const auto step = stride * static_cast<std::ptrdiff_t>(size);
    bytes.resize(n * static_cast<std::size_t>(stride < 0 ? -stride : stride) * size + size);
    row.x = bytes.data() + (step < 0 && n ? static_cast<std::ptrdiff_t>(n - 1) * -step : 0);
    row.y = const_cast<char *>(row.x);
    row.x_stride = row.y_stride = step;
    row.n = n;
    row.temperature = 1.0;
    row.x_storage = row.y_storage = narrow ? Storage::bfloat16 : Storage::native;
    for (std::size_t i = 0; i < n; i++) {
      const std::uint64_t p = narrow ? pattern(values[i]) >> 16 : pattern(values[i]);
      std::memcpy(row.y + static_cast<std::ptrdiff_t>(i) * step, &p, size);
    }
  }
  std::uint64_t at(std::size_t i) const {
    std::uint64_t p = 0;
    std::memcpy(&p, row.y + static_cast<std::ptrdiff_t>(i) * row.y_stride, row.y_storage == Storage::native ? sizeof(T) : 2);
    return p;
  }
  std::vector<std::uint64_t> results() const {
    std::vector<std::uint64_t> all(row.n);
    for (std::size_t i = 0; i < row.n; i++) all[i] = at(i);
    return all;
  }
};

template <class T> std::vector<T> moved(const std::vector<T> &values, const std::vector<std::size_t> &order) {
  std::vector<T> result(values.size());
  for (std::size_t i = 0; i < values.size(); i++) result[i] = values[order[i]];
  return result;
}

std::vector<std::size_t> some_order(std::size_t n, Random &random) {
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; i++) order[i] = i;
  random.shuffle(order);
  return order;
}

// What one function makes of two rows: results of the elements, then numbers of the row.
enum Pair { softmax_vjp, log_softmax_vjp, log_softmax_jvp, logsumexp_vjp, cross_entropy, cross_entropy_and_grad, dot, logcumsumexp, weighted, pairs };
constexpr const char *name_of_pair[] = {"softmax_vjp", "log_softmax_vjp", "log_softmax_jvp", "logsumexp_vjp", "cross_entropy",
                                        "cross_entropy_and_grad", "dot", "logcumsumexp", "weighted"};

template <class T> struct Answer {
  std::vector<std::uint64_t> elements, numbers;
};

template <class T>
Answer<T> answer(const Level &level, Pair which, const std::vector<T> &x, const std::vector<T> &g, std::int64_t label, bool narrow,
                 std::ptrdiff_t stride) {
  Memory<T> first(x, narrow, stride), second(g, narrow, narrow ? 1 : -stride);
  Answer<T> a;
  double loss = 0;
  const double gain = 1.0 / 3;
  std::vector<char> scratch(stablesoftmax::scratch_bytes);
  first.row.scratch = scratch.data();
  first.row.scratch_bytes = scratch.size();
  switch (which) {
  case softmax_vjp: gradients<T>(level).softmax_vjp(first.row, second.row); break;
  case log_softmax_vjp: gradients<T>(level).log_softmax_vjp(first.row, second.row); break;
  case log_softmax_jvp: level.log_softmax_jvp(first.row, second.row); break;
  case logsumexp_vjp: a.numbers.push_back(gradients<T>(level).logsumexp_vjp(first.row, gain)); break;
  case cross_entropy: a.numbers.push_back(gradients<T>(level).cross_entropy(first.row, label, loss)); break;
  case cross_entropy_and_grad: a.numbers.push_back(gradients<T>(level).cross_entropy_and_grad(first.row, label, gain, loss)); break;
  case dot: loss = level.dot(first.row, second.row); break;
  case logcumsumexp: a.numbers.push_back((sizeof(T) == 4 ? level.log_space.logcumsumexp_f32 : level.log_space.logcumsumexp_f64)(first.row)); break;
  default: {
    double results[2];
    level.log_space.weighted({first.row.x, second.row.x, first.row.x_stride, second.row.x_stride, x.size(), 3.0,
                              reinterpret_cast<char *>(results), reinterpret_cast<char *>(results + 1)});
    a.numbers = {pattern(results[0]), pattern(results[1])};
  }
  }
  a.numbers.push_back(pattern(loss));
  a.elements = first.results();
  return a;
}

template <class T> void one_pair(const Level &level, Pair which, std::size_t n, int shape, Hash &hash, Outcome &outcome) {
  if (sizeof(T) == 4 && (which == log_softmax_jvp || which == dot || which == weighted)) return; // of doubles only
  Random random(n * 100 + static_cast<std::size_t>(shape) * 11 + which);
  std::vector<T> x = make_row<T>(random, shape, n), g = make_row<T>(random, random.chance(3) ? spread : ordinary, n);
  const bool probabilities = which == softmax_vjp, logarithms = which == log_softmax_vjp || which == log_softmax_jvp;
  for (T &v : x) // a result of softmax, or of log_softmax, holds nothing else
    if (probabilities) v = random.chance(9) ? T(0) : static_cast<T>(0.5 + random.within(0.5));
    else if (logarithms && v > 0) v = -v;
  const auto label = static_cast<std::int64_t>(random.below(n + 1)) - 1;
  const bool narrow = sizeof(T) == 4 && random.chance(3);
  const Answer<T> a = answer(level, which, x, g, label, narrow, random.chance(2) ? 1 : -2);
  for (const std::uint64_t p : a.elements) hash.add(p);
  for (const std::uint64_t p : a.numbers) hash.add(p);
  outcome.cases++;
  if (which == logcumsumexp) return; // of a prefix, whose order is its own
  const std::vector<std::size_t> order = some_order(n, random);
  std::int64_t place = label;
  for (std::size_t i = 0; i < n; i++)
    if (label >= 0 && order[i] == static_cast<std::size_t>(label)) place = static_cast<std::int64_t>(i);
  const Answer<T> b = answer(level, which, moved(x, order), moved(g, order), place, narrow, 1);
  outcome.expect(b.numbers == a.numbers && b.elements == moved(a.elements, order), "%s %s: other bits by a permutation, n = %zu, shape %d",
                 name_of_pair[which], dtype<T>, n, shape);
}

template <class T> void one_elementwise(const Level &level, std::size_t n, int shape, Hash &hash, Outcome &outcome) {
  const Pointwise &p = sizeof(T) == 4 ? level.pointwise_f32 : level.pointwise_f64;
  const Pointwise::Function list[] = {p.sigmoid, p.log_sigmoid, p.softplus, p.log1mexp, p.logit, p.logaddexp, p.logsubexp};
  for (int which = 0; which < 7; which++) {
    Random random(n * 10 + static_cast<std::size_t>(shape) * 7 + static_cast<std::size_t>(which));
    std::vector<T> x = make_row<T>(random, shape, n), z = make_row<T>(random, random.chance(2) ? shape : ordinary, n);
    if (which == 4)
      for (T &v : x) v = static_cast<T>(0.5 + random.within(0.5));
    const bool narrow = sizeof(T) == 4 && random.chance(3);
    Memory<T> first(x, narrow, random.chance(2) ? 1 : -2), second(z, narrow, 1);
    hash.add(list[which](first.row, second.row));
    for (const std::uint64_t v : first.results()) hash.add(v);
    outcome.cases++;
  }
}

void one_product(const Level &level, std::size_t m, std::size_t k, std::size_t n, int shape, Hash &hash, Outcome &outcome) {
  Random random(m + k * 10 + n * 1000 + static_cast<std::size_t>(shape));
  const std::vector<double> a = make_row<double>(random, shape, m * k), b = make_row<double>(random, shape, k * n);
  const auto product = [&](void (*function)(const stablesoftmax::Product &), const std::vector<std::size_t> &order) {
    std::vector<double> left(m * k), right(k * n), y(m * n);
    for (std::size_t i = 0; i < m; i++)
      for (std::size_t l = 0; l < k; l++) left[i * k + l] = a[i * k + order[l]] < std::numeric_limits<double>::infinity() ? a[i * k + order[l]] : 1.0;
    for (std::size_t l = 0; l < k; l++)
      for (std::size_t j = 0; j < n; j++) right[l * n + j] = b[order[l] * n + j] < std::numeric_limits<double>::infinity() ? b[order[l] * n + j] : 1.0;
    const auto size = static_cast<std::ptrdiff_t>(sizeof(double)), row_a = static_cast<std::ptrdiff_t>(k) * size, row_b = static_cast<std::ptrdiff_t>(n) * size;
    function({reinterpret_cast<char *>(left.data()), reinterpret_cast<char *>(right.data()), reinterpret_cast<char *>(y.data()), m, k, n, row_a,
              size, row_b, size, row_b, size, nullptr, 0, false, false});
    return y;
  };
  std::vector<std::size_t> as_is(k);
  for (std::size_t l = 0; l < k; l++) as_is[l] = l;
  const std::vector<std::size_t> order = some_order(k, random);
  const std::vector<double> y = product(level.log_space.logmatmulexp, as_is), z = product(level.log_space.logmatmulexp, order);
  for (const double v : y) hash.add(pattern(v));
  outcome.expect(same_bits(y, z), "logmatmulexp: other bits by a permutation of k, %zu x %zu x %zu", m, k, n);
}

void one_chain(const Level &level, std::size_t states, std::size_t times, Hash &hash, Outcome &outcome) {
  constexpr std::size_t padding = 16; // doubles of the widest strip
  Random random(states * 100 + times);
  const std::size_t row = (states + padding - 1) / padding * padding;
  std::vector<double> initial = make_row<double>(random, holes, states), emission = make_row<double>(random, holes, states * times);
  std::vector<double> transition(states * row, -std::numeric_limits<double>::infinity()), values(states * times), scale(times), lo(times), work(4 * states + 1);
  for (std::size_t i = 0; i < states * row; i++)
    if (i % row < states && !random.chance(5)) transition[i] = random.within(8);
  std::vector<std::int64_t> path(times);
  std::vector<std::int32_t> from(times * states);
  double probability;
  stablesoftmax::Chain c{};
  c.states = states;
  c.times = times;
  c.initial = reinterpret_cast<char *>(initial.data());
  c.transition = reinterpret_cast<char *>(transition.data());
  c.emission = reinterpret_cast<char *>(emission.data());
  c.values = reinterpret_cast<char *>(values.data());
  c.scale = reinterpret_cast<char *>(scale.data());
  c.scale_lo = reinterpret_cast<char *>(lo.data());
  c.work = reinterpret_cast<char *>(work.data());
  c.path = reinterpret_cast<char *>(path.data());
  c.from = reinterpret_cast<char *>(from.data());
  c.log_probability = reinterpret_cast<char *>(&probability);
  c.initial_state = c.emission_state = c.values_state = c.scale_time = c.scale_lo_time = c.path_time = 8;
  c.transition_row = static_cast<std::ptrdiff_t>(8 * row);
  c.emission_time = c.values_time = static_cast<std::ptrdiff_t>(8 * states);
  c.from_time = static_cast<std::ptrdiff_t>(4 * states);
  c.from_state = 4;
  const auto add = [&hash](const std::vector<double> &v) {
    for (const double number : v) hash.add(pattern(number));
  };
  level.log_space.hmm_forward(c);
  add(values), add(scale), add(lo);
  level.log_space.hmm_backward(c);
  add(values), add(scale);
  level.log_space.viterbi(c);
  hash.add(pattern(probability));
  for (const std::int64_t s : path) hash.add(static_cast<std::uint64_t>(s));
  outcome.cases += 3;
}

// Segments against rows of their own: the bits of each, whatever shares its strip.
template <class T> void one_set_of_segments(const Level &level, std::size_t count, std::size_t columns, Hash &hash, Outcome &outcome) {
  Random random(count * 10 + columns);
  std::vector<std::int64_t> offsets{0};
  for (std::size_t s = 0; s < count; s++) offsets.push_back(offsets.back() + static_cast<std::int64_t>(random.below(random.chance(9) ? 200 : 12)));
  const auto n = static_cast<std::size_t>(offsets.back());
  const std::vector<T> x = make_row<T>(random, random.chance(2) ? special : ordinary, n * columns);
  const double one = 1.0;
  for (const Function f : functions) {
    std::vector<T> y((f == logsumexp ? count : n) * columns);
    stablesoftmax::Segments all{};
    all.first = contiguous(x, y);
    all.first.x_stride = all.first.y_stride = static_cast<std::ptrdiff_t>(columns * sizeof(T));
    all.offsets = offsets.data();
    all.count = count;
    all.columns = columns;
    all.x_column = all.y_column = sizeof(T);
    all.temperatures = &one;
    const stablesoftmax::SegmentFunctions &table = sizeof(T) == 4 ? level.segments_f32 : level.segments_f64;
    hash.add((f == softmax ? table.softmax : f == log_softmax ? table.log_softmax : table.logsumexp)(all));
    for (const T v : y) hash.add(pattern(v));
    for (std::size_t s = 0; s < count; s++)
      for (std::size_t j = 0; j < columns; j++) {
        std::vector<T> alone, got;
        for (std::int64_t i = offsets[s]; i < offsets[s + 1]; i++) alone.push_back(x[static_cast<std::size_t>(i) * columns + j]);
        if (f == logsumexp) got.push_back(y[s * columns + j]);
        else
          for (std::int64_t i = offsets[s]; i < offsets[s + 1]; i++) got.push_back(y[static_cast<std::size_t>(i) * columns + j]);
        outcome.expect(same_bits(got, result(level, f, alone)), "%s %s: a segment of %zu elements is not the row alone", name_of[f], dtype<T>, alone.size());
      }
  }
}

template <class T> void one_sparse_row(std::size_t n, double alpha, Hash &hash, Outcome &outcome) {
  Random random(n + static_cast<std::size_t>(alpha * 1000));
  const std::vector<T> x = make_row<T>(random, random.chance(3) ? equal : ordinary, n), g = make_row<T>(random, ordinary, n);
  const std::vector<std::uint64_t> results = sparse_results(x, g, alpha);
  for (const std::uint64_t p : results) hash.add(p);
  const std::vector<std::size_t> order = some_order(n, random);
  const std::vector<std::uint64_t> others = sparse_results(moved(x, order), moved(g, order), alpha);
  bool same = results.back() == others.back() && results[2 * n] == others[2 * n];
  for (std::size_t i = 0; i < n; i++) same &= others[i] == results[order[i]] && others[n + i] == results[n + order[i]];
  outcome.expect(same, "entmax %s: other bits by a permutation, n = %zu, alpha = %g", dtype<T>, n, alpha);
}

void noise(const Level &level, Hash &hash, Outcome &outcome) {
  Random random(5);
  std::vector<std::uint64_t> k(4096);
  std::vector<double> results(k.size());
  for (std::uint64_t &v : k) v = random.next() >> random.below(64);
  level.gumbel_noise(k.data(), results.data(), k.size());
  for (const double v : results) hash.add(pattern(v));
  outcome.cases++;
}

}  // namespace

void check_family(const Level &level, bool, Outcome &outcome) {
  Hash hash;
  for (const std::size_t n : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 130, 2047, 2048, 2049, 5000})
    for (int shape = 0; shape < shapes; shape++) {
      if (n > 130 && shape % 4) continue;
      for (int which = 0; which < pairs; which++) {
        one_pair<float>(level, static_cast<Pair>(which), n, shape, hash, outcome);
        one_pair<double>(level, static_cast<Pair>(which), n, shape, hash, outcome);
      }
      one_elementwise<float>(level, n, shape, hash, outcome);
      one_elementwise<double>(level, n, shape, hash, outcome);
    }
  for (const int shape : {ordinary, spread, far, tiny, holes, near_zero})
    for (const std::size_t n : {1, 3, 16, 33}) one_product(level, 3, 2 * n, n, shape, hash, outcome);
  for (const std::size_t states : {1, 2, 5, 16, 17}) one_chain(level, states, 12, hash, outcome);
  for (const std::size_t count : {1, 5, 40, 300})
    for (const std::size_t columns : {1, 3}) {
      one_set_of_segments<float>(level, count, columns, hash, outcome);
      one_set_of_segments<double>(level, count, columns, hash, outcome);
    }
  for (const double alpha : {1.25, 1.5, 1.75, 2.0, 3.0})
    for (const std::size_t n : {1, 2, 7, 40, 130, 3000}) {
      one_sparse_row<float>(n, alpha, hash, outcome);
      one_sparse_row<double>(n, alpha, hash, outcome);
    }
  noise(level, hash, outcome);
  hash.meet(golden_family, outcome);
}

}  // namespace harness
