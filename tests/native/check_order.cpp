// A result depends on the multiset of its row: not on order, padding with -inf, strides, masks, scratch or place of the output.
#include <numeric>

#include "../../src/native/scratch.h"
#include "rows.h"

namespace harness {
namespace {

template <class T> class Bits {
  const Level &level;
  Function f;
  const std::vector<T> &x;
  double temperature;
  std::vector<T> expected;
  Outcome &outcome;

  void compare(const std::vector<T> &got, const char *what) {
    outcome.expect(same_bits(got, expected), "%s %s: other bits by %s, n = %zu, temperature = %g", name_of[f], dtype<T>, what, x.size(), temperature);
  }
  std::vector<T> output() const { return std::vector<T>(expected.size()); }

public:
  Bits(const Level &l, Function function, const std::vector<T> &row, double t, Outcome &o)
      : level(l), f(function), x(row), temperature(t), expected(result(l, function, row, t)), outcome(o) {}

  // In another order; the elements of the result follow.
  void permuted(Random &random) {
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    random.shuffle(order);
    std::vector<T> shuffled(x.size());
    for (std::size_t i = 0; i < x.size(); i++) shuffled[i] = x[order[i]];
    std::vector<T> y = result(level, f, shuffled, temperature), back = y;
    if (f != logsumexp)
      for (std::size_t i = 0; i < x.size(); i++) back[order[i]] = y[i];
    compare(back, "a permutation");
  }

  // With -inf in between, or anything at all masked: what is left must not notice.
  void padded(Random &random, bool masked) {
    const std::size_t extra = 1 + random.below(random.chance(8) ? 4000 : 40), total = x.size() + extra;
    std::vector<char> where(total, 1);
    std::vector<T> wide(total), y(f == logsumexp ? 1 : total), kept;
    for (std::size_t i = x.size(); i < total; i++) where[i] = 0;
    random.shuffle(where);
    for (std::size_t i = 0, k = 0; i < total; i++)
      wide[i] = where[i] ? x[k++] : masked ? any_finite_number<T>(random) : -std::numeric_limits<T>::infinity();
    Row row = contiguous(wide, y, temperature);
    if (masked) row.where = where.data(), row.where_stride = 1;
    call(level, f, row, T{});
    if (f != logsumexp) {
      for (std::size_t i = 0; i < total; i++)
        if (where[i]) kept.push_back(y[i]);
      y.swap(kept);
    }
    compare(y, masked ? "masked elements" : "padding");
  }

  void with_scratch(std::size_t bytes) {
    std::vector<char> scratch(bytes);
    std::vector<T> y = output();
    Row row = contiguous(x, y, temperature);
    row.scratch = scratch.data();
    row.scratch_bytes = bytes;
    call(level, f, row, T{});
    compare(y, "scratch");
  }

  void strided(std::ptrdiff_t x_stride, std::ptrdiff_t y_stride) {
    const std::size_t n = x.size(), wide = n * 3 + 1;
    std::vector<T> spaced(wide, T(7)), out(wide, T(9)), y = output();
    const std::ptrdiff_t x_first = x_stride < 0 ? -x_stride * static_cast<std::ptrdiff_t>(n - 1) : 0;
    const std::ptrdiff_t y_first = y_stride < 0 ? -y_stride * static_cast<std::ptrdiff_t>(n - 1) : 0;
    for (std::size_t i = 0; i < n; i++) spaced[static_cast<std::size_t>(x_first + static_cast<std::ptrdiff_t>(i) * x_stride)] = x[i];
    Row row = contiguous(spaced, out, temperature);
    row.n = n;
    row.x += x_first * static_cast<std::ptrdiff_t>(sizeof(T)), row.x_stride *= x_stride;
    row.y += y_first * static_cast<std::ptrdiff_t>(sizeof(T)), row.y_stride *= y_stride;
    call(level, f, row, T{});
    for (std::size_t i = 0; i < y.size(); i++) y[i] = out[static_cast<std::size_t>(y_first + static_cast<std::ptrdiff_t>(i) * y_stride)];
    compare(y, "strides");
    std::size_t touched = 0;
    for (const T v : out) touched += v != T(9) || v != v;
    outcome.expect(touched <= y.size(), "%s %s: wrote between the elements of the result, n = %zu", name_of[f], dtype<T>, n);
  }

  void in_place() {
    std::vector<T> both = x;
    call(level, f, contiguous(both, both, temperature), T{});
    both.resize(expected.size());
    compare(both, "writing over the input");
  }
};

template <class T> void rows(const Level &level, std::size_t count, Outcome &outcome) {
  Random random(11 + sizeof(T));
  for (std::size_t k = 0; k < count; k++) {
    const std::size_t n = k % 50 == 49 ? 2000 + random.below(8000) : 1 + random.below(150);
    const std::vector<T> x = make_row<T>(random, static_cast<int>(random.below(shapes_of_sums)), n);
    for (const Function f : functions) {
      Bits<T> bits(level, f, x, f == logsumexp ? 1.0 : draw_temperature(random), outcome);
      bits.permuted(random);
      bits.padded(random, false);
      bits.padded(random, true);
      bits.with_scratch(n > 2048 ? stablesoftmax::scratch_bytes : 64);
      bits.strided(2, 1);
      bits.strided(-1, 3);
      bits.strided(1, -2);
      bits.in_place();
    }
  }
}

}  // namespace

void check_order(const Level &level, bool quick, Outcome &outcome) {
  rows<float>(level, quick ? 200 : 1000, outcome);
  rows<double>(level, quick ? 200 : 1000, outcome);
}

}  // namespace harness
