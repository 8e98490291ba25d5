// Many rows in one call, a row a lane, give the bits of one row at a time: rows, columns, special rows among ordinary ones.
#include "../../src/native/scratch.h"
#include "rows.h"

namespace harness {
namespace {

stablesoftmax::Rows kernel(const Level &level, Function f, float) {
  const stablesoftmax::Rows list[] = {level.softmax_rows_f32, level.log_softmax_rows_f32, level.logsumexp_rows_f32};
  return list[f];
}
stablesoftmax::Rows kernel(const Level &level, Function f, double) {
  const stablesoftmax::Rows list[] = {level.softmax_rows_f64, level.log_softmax_rows_f64, level.logsumexp_rows_f64};
  return list[f];
}

// Element j of row i at first + i*step + j*stride.
struct Layout {
  std::size_t step, stride, total;
};

Layout draw_layout(Random &random, std::size_t count, std::size_t n) {
  const std::size_t gap = random.below(3);
  switch (random.below(4)) {
  case 0: return {n + gap, 1, count * (n + gap)};                           // rows
  case 1: return {1, count + gap, n * (count + gap)};                       // columns
  case 2: return {2, 2 * count + gap, n * (2 * count + gap) + 1};           // every other column
  default: return {2 * n + gap, 2, count * (2 * n + gap)};                  // every other element
  }
}

// One batch of rows of `In` (halves where `storage` says so, then of any pattern) and its results, `Out`.
template <class T, class In, class Out>
void one_call(const Level &level, Function f, Random &random, std::size_t count, std::size_t n, Storage storage, Outcome &outcome) {
  const Layout in = draw_layout(random, count, n);
  const bool in_place = f != logsumexp && random.chance(3);
  const Layout out = in_place ? in : draw_layout(random, count, f == logsumexp ? 1 : n);
  const int shape = static_cast<int>(random.below(shapes));
  std::vector<In> x(in.total, In(5));
  for (std::size_t i = 0; i < count; i++) {
    const std::vector<T> row = make_row<T>(random, random.chance(20) ? static_cast<int>(random.below(shapes)) : shape, n);
    for (std::size_t j = 0; j < n; j++) {
      const std::uint64_t p = sizeof(In) == 2 ? random.next() & (shape % 2 ? 0xcfff : 0xffff) : pattern(row[j]);
      std::memcpy(&x[i * in.step + j * in.stride], &p, sizeof(In));
    }
  }
  std::vector<Out> expected(out.total, Out(3));
  if (in_place) std::memcpy(expected.data(), x.data(), x.size() * sizeof(In)); // then In and Out are of one size
  std::vector<Out> y = expected;

  std::vector<char> scratch(random.chance(4) ? 0 : stablesoftmax::scratch_bytes);
  Row row{};
  row.n = n;
  row.temperature = f == logsumexp ? 1.0 : draw_temperature(random);
  row.policy = static_cast<std::uint8_t>(random.below(3) | (random.chance(2) ? stablesoftmax::past_caches : 0));
  row.x_storage = storage;
  row.y_storage = f == logsumexp ? Storage::native : storage;
  row.x_stride = static_cast<std::ptrdiff_t>(in.stride * sizeof(In));
  row.y_stride = static_cast<std::ptrdiff_t>(out.stride * sizeof(Out));
  bool invalid = false;
  for (std::size_t i = 0; i < count; i++) {
    row.x = reinterpret_cast<const char *>(&x[i * in.step]);
    row.y = reinterpret_cast<char *>(&expected[i * out.step]);
    invalid |= call(level, f, row, T{});
  }
  row.scratch = scratch.empty() ? nullptr : scratch.data();
  row.scratch_bytes = scratch.size();
  row.x = in_place ? reinterpret_cast<const char *>(y.data()) : reinterpret_cast<const char *>(x.data());
  row.y = reinterpret_cast<char *>(y.data());
  const stablesoftmax::Steps steps{static_cast<std::ptrdiff_t>(in.step * sizeof(In)), static_cast<std::ptrdiff_t>(out.step * sizeof(Out))};
  const bool also_invalid = kernel(level, f, T{})(row, steps, count);
  outcome.expect(same_bits(y, expected) && invalid == also_invalid,
                 "%s %s, %zu bytes: %zu rows of %zu, step %zu, stride %zu, in place %d, scratch %zu, shape %d, temperature %g: other bits than row by row",
                 name_of[f], dtype<T>, sizeof(In), count, n, in.step, in.stride, in_place, scratch.size(), shape, row.temperature);
}

void any_dtype(const Level &level, Random &random, std::size_t count, std::size_t n, Outcome &outcome) {
  for (const Function f : functions) {
    one_call<float, float, float>(level, f, random, count, n, Storage::native, outcome);
    one_call<double, double, double>(level, f, random, count, n, Storage::native, outcome);
    const Storage narrow = random.chance(2) ? Storage::half : Storage::bfloat16;
    if (f == logsumexp) one_call<float, std::uint16_t, float>(level, f, random, count, n, narrow, outcome);
    else one_call<float, std::uint16_t, std::uint16_t>(level, f, random, count, n, narrow, outcome);
  }
}

}  // namespace

void check_strips(const Level &level, bool quick, Outcome &outcome) {
  Random random(29);
  for (std::size_t n = 1; n <= 40; n++)
    for (int k = quick ? 2 : 40; k; k--) any_dtype(level, random, 1 + random.below(70), n, outcome);
  for (const std::size_t n : {100, 255, 256, 257, 1023, 1024, 1025, 1300, 4096, 4097, 8193}) // digits are widened at 256 and 1024 terms
    for (int k = quick ? 1 : 8; k; k--) any_dtype(level, random, 1 + random.below(quick ? 20 : 40), n, outcome);
}

}  // namespace harness
