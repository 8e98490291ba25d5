// Many rows in one call, a row a lane, give the bits of one row at a time: rows, columns, special rows among ordinary ones.
#include "../../src/native/scratch.h"
#include "rows.h"

namespace harness {
namespace {

bool call_rows(const Level &level, const Row &first, const stablesoftmax::Steps &steps, std::size_t count, float) {
  return level.softmax_rows_f32(first, steps, count);
}
bool call_rows(const Level &level, const Row &first, const stablesoftmax::Steps &steps, std::size_t count, double) {
  return level.softmax_rows_f64(first, steps, count);
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

// Rows of T, or of halves when `storage` says so: patterns are drawn then, so any of them may be special.
template <class T, class Element>
void one_call(const Level &level, Random &random, std::size_t count, std::size_t n, Storage storage, Outcome &outcome) {
  const Layout in = draw_layout(random, count, n);
  const bool in_place = random.chance(3);
  const Layout out = in_place ? in : draw_layout(random, count, n);
  const double t = temperatures[random.below(7)];
  std::vector<Element> x(in.total), expected(out.total, Element(3)), y;
  const int shape = static_cast<int>(random.below(shapes));
  for (std::size_t i = 0; i < count; i++) {
    const std::vector<T> row = make_row<T>(random, random.chance(20) ? static_cast<int>(random.below(shapes)) : shape, n);
    for (std::size_t j = 0; j < n; j++) {
      const std::uint64_t p = sizeof(Element) == 2 ? random.next() & (shape % 2 ? 0xcfff : 0xffff) : pattern(row[j]);
      std::memcpy(&x[i * in.step + j * in.stride], &p, sizeof(Element));
    }
  }
  if (in_place) expected = x;
  y = expected;

  const std::vector<Element> input = x;
  std::vector<char> scratch(random.chance(4) ? 0 : stablesoftmax::scratch_bytes);
  Row row{};
  row.n = n;
  row.temperature = t;
  row.policy = static_cast<std::uint8_t>(random.below(3));
  row.x_storage = row.y_storage = storage;
  row.x_stride = static_cast<std::ptrdiff_t>(in.stride * sizeof(Element));
  row.y_stride = static_cast<std::ptrdiff_t>(out.stride * sizeof(Element));
  bool invalid = false;
  for (std::size_t i = 0; i < count; i++) {
    row.x = reinterpret_cast<const char *>(&input[i * in.step]);
    row.y = reinterpret_cast<char *>(&expected[i * out.step]);
    invalid |= call(level, softmax, row, T{});
  }
  row.scratch = scratch.empty() ? nullptr : scratch.data();
  row.scratch_bytes = scratch.size();
  row.x = reinterpret_cast<const char *>(in_place ? y.data() : x.data());
  row.y = reinterpret_cast<char *>(y.data());
  const stablesoftmax::Steps steps{static_cast<std::ptrdiff_t>(in.step * sizeof(Element)), static_cast<std::ptrdiff_t>(out.step * sizeof(Element))};
  const bool also_invalid = call_rows(level, row, steps, count, T{});
  outcome.expect(same_bits(y, expected) && invalid == also_invalid,
                 "%s, %zu bytes: %zu rows of %zu, step %zu, stride %zu, in place %d, scratch %zu, shape %d, temperature %g: other bits than row by row", dtype<T>,
                 sizeof(Element), count, n, in.step, in.stride, in_place, scratch.size(), shape, t);
}

void any_dtype(const Level &level, Random &random, std::size_t count, std::size_t n, Outcome &outcome) {
  one_call<float, float>(level, random, count, n, Storage::native, outcome);
  one_call<double, double>(level, random, count, n, Storage::native, outcome);
  one_call<float, std::uint16_t>(level, random, count, n, random.chance(2) ? Storage::half : Storage::bfloat16, outcome);
}

}  // namespace

void check_strips(const Level &level, bool quick, Outcome &outcome) {
  Random random(29);
  for (std::size_t n = 1; n <= 40; n++)
    for (int k = quick ? 4 : 40; k; k--) any_dtype(level, random, 1 + random.below(70), n, outcome);
  for (const std::size_t n : {100, 255, 256, 257, 1023, 1024, 1025, 1300, 4096, 4097, 8193}) // digits are widened at 256 and 1024 terms
    for (int k = quick ? 2 : 8; k; k--) any_dtype(level, random, 1 + random.below(40), n, outcome);
}

}  // namespace harness
