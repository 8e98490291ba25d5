// Neutral inside, untouched outside: the bits under every rounding mode and with flush-to-zero on, and the state afterwards.
#include "../../src/native/environment.h"

#include <cfenv>

#include "rows.h"

namespace harness {
namespace {

using stablesoftmax::read_environment;
using stablesoftmax::write_environment;

#if defined(__x86_64__)
constexpr std::uint64_t flush = 0x8040; // FTZ and DAZ
#else
constexpr std::uint64_t flush = std::uint64_t{1} << (32 + 24); // FZ
#endif

template <class T> void row_of(const Level &level, const std::vector<T> &x, int mode, bool flushing, Outcome &outcome) {
  for (const Function f : functions) {
    const std::vector<T> expected = result(level, f, x);
    std::vector<T> y(expected.size());
    const Row row = contiguous(x, y);
    const std::uint64_t before = read_environment();
    std::fesetround(mode);
    if (flushing) write_environment(read_environment() | flush);
    const std::uint64_t set = read_environment();
    {
      const stablesoftmax::NeutralEnvironment neutral;
      call(level, f, row, T{});
    }
    const std::uint64_t after = read_environment();
    std::fesetround(FE_TONEAREST); // of the x87 unit too, which the quad oracle asks
    write_environment(before);
    outcome.expect(same_bits(y, expected), "%s %s: other bits in rounding mode %d, flushing %d", name_of[f], dtype<T>, mode, flushing);
    outcome.expect(set == after, "%s %s: left the environment at %llx, found it at %llx", name_of[f], dtype<T>,
                   static_cast<unsigned long long>(after), static_cast<unsigned long long>(set));
  }
}

}  // namespace

void check_environment(const Level &level, bool, Outcome &outcome) {
  Random random(3);
  for (const int mode : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO})
    for (const bool flushing : {false, true})
      for (const int shape : {ordinary, spread, tiny, any_finite, near_zero})
        for (int k = 0; k < 10; k++) {
          const std::size_t n = 1 + random.below(40);
          row_of(level, make_row<float>(random, shape, n), mode, flushing, outcome);
          row_of(level, make_row<double>(random, shape, n), mode, flushing, outcome);
        }
}

}  // namespace harness
