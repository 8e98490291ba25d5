// Every level gives the same bits: one hash over a fixed set of calls, which golden.h holds.
//
// The set crosses widths, shapes of rows, storages, strides, masks, temperatures, policies and scratch; what is combined with
// what is drawn from fixed integers.
#include "../../src/native/scratch.h"
#include "hash.h"
#include "rows.h"

namespace harness {
namespace {

// Towards zero, in integers: any half will do as an input. Subnormals become zeros.
std::uint16_t some_half(float v) {
  const std::uint32_t p = static_cast<std::uint32_t>(pattern(v)), sign = p >> 16 & 0x8000u, size = p & 0x7fffffffu;
  if (size > 0x7f800000u) return 0x7e01;
  if (size >= 0x47800000u) return static_cast<std::uint16_t>(sign | 0x7c00u);
  if (size < 0x38800000u) return static_cast<std::uint16_t>(sign);
  return static_cast<std::uint16_t>(sign | (size - 0x38000000u) >> 13);
}

// An operand in memory: elements of `size` bytes, `stride` elements apart, in either direction.
struct Operand {
  std::vector<char> memory;
  std::ptrdiff_t step;
  char *start;

  Operand(std::size_t n, std::size_t size, std::ptrdiff_t stride)
      : memory((n * static_cast<std::size_t>(stride < 0 ? -stride : stride) + 1) * size), step(stride * static_cast<std::ptrdiff_t>(size)) {
    start = memory.data() + (stride < 0 && n ? static_cast<std::ptrdiff_t>(n - 1) * -step : 0);
  }
  char *at(std::size_t i) { return start + static_cast<std::ptrdiff_t>(i) * step; }
};

// One call of one kernel on one row, everything about its memory drawn at random; hashes what it wrote.
template <class T> void one_call(const Level &level, Function f, std::vector<T> values, Random &random, Hash &hash) {
  constexpr std::ptrdiff_t x_strides[] = {1, 1, 1, 2, -1, -3, 0}, y_strides[] = {1, 1, 2, -1};
  constexpr Storage storages[] = {Storage::native, Storage::native, Storage::half, Storage::bfloat16};
  const std::size_t n = values.size();
  Row row{};
  row.n = n;
  row.temperature = f == logsumexp ? 1.0 : draw_temperature(random);
  suit(values, row.temperature, random);
  row.x_storage = sizeof(T) == 4 ? storages[random.below(4)] : Storage::native;
  row.y_storage = f == logsumexp ? Storage::native : row.x_storage; // as the gufuncs do
  const std::size_t x_size = row.x_storage == Storage::native ? sizeof(T) : 2, y_size = row.y_storage == Storage::native ? sizeof(T) : 2;

  Operand x(n, x_size, x_strides[random.below(7)]), y(f == logsumexp ? 1 : n, y_size, y_strides[random.below(4)]), where(n, 1, 1);
  for (std::size_t i = 0; i < n; i++) {
    const std::uint64_t p = pattern(values[i]);
    const std::uint16_t narrow = row.x_storage == Storage::half ? some_half(static_cast<float>(values[i])) : static_cast<std::uint16_t>(p >> 16);
    if (x_size == 2) std::memcpy(x.at(i), &narrow, 2);
    else std::memcpy(x.at(i), &values[i], x_size);
    *where.at(i) = !random.chance(4);
  }
  row.x = x.start, row.x_stride = x.step;
  row.y = y.start, row.y_stride = y.step;
  if (random.chance(4)) row.where = where.start, row.where_stride = 1;
  row.policy = static_cast<std::uint8_t>(random.below(3));
  if (random.chance(2)) row.policy |= stablesoftmax::posinf_limit;
  std::vector<char> scratch(random.chance(2) ? stablesoftmax::scratch_bytes : 0);
  row.scratch = scratch.empty() ? nullptr : scratch.data();
  row.scratch_bytes = scratch.size();

  hash.add(call(level, f, row, T{}));
  for (std::size_t i = 0; i < (f == logsumexp ? 1 : n); i++) {
    std::uint64_t p = 0;
    std::memcpy(&p, y.at(i), y_size);
    hash.add(p);
  }
}

template <class T> void rows_of_width(const Level &level, std::size_t n, int shape, Hash &hash, Outcome &outcome) {
  for (const Function f : functions) {
    Random random(n * 1000 + static_cast<std::size_t>(shape) * 10 + f * 2 + sizeof(T) / 8);
    one_call(level, f, make_row<T>(random, shape, n), random, hash);
    outcome.cases++;
  }
}

void both_dtypes(const Level &level, std::size_t n, int shape, Hash &hash, Outcome &outcome) {
  rows_of_width<float>(level, n, shape, hash, outcome);
  rows_of_width<double>(level, n, shape, hash, outcome);
}

}  // namespace

void check_bits(const Level &level, bool, Outcome &outcome) {
  Hash hash;
  for (std::size_t n = 0; n <= 130; n++)
    for (int shape = 0; shape < shapes; shape++) both_dtypes(level, n, shape, hash, outcome);
  for (const std::size_t n : {255, 256, 257, 2047, 2048, 2049, 4096})
    for (int shape = 0; shape < shapes; shape++) both_dtypes(level, n, shape, hash, outcome);
  for (const std::size_t n : {16384, 16385, 32768, 65536, 65537, 131073}) both_dtypes(level, n, n % 2 ? ordinary : one_large, hash, outcome);

  hash.meet(golden, outcome);
}

}  // namespace harness
