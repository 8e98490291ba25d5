// logsumexp of complex rows: one hash for every compiler, flag and processor, and the order of a row and its scratch do not matter.
#include <algorithm>

#include "../../src/native/complex/sum.h"
#include "harness.h"

namespace harness {
namespace {

constexpr std::uint64_t golden_complex = 0xccffd5ea84842863u; // a change here is a change of bits: see golden.h

struct ComplexNumbers {
  std::vector<double> parts[4]; // x, y, u, v

  ComplexLog log(void *scratch = nullptr, std::size_t bytes = 0) const {
    ComplexRow row{};
    for (int k = 0; k < 4; k++) row.operands[k] = reinterpret_cast<const char *>(parts[k].data()), row.strides[k] = sizeof(double);
    row.n = parts[0].size();
    row.scratch = scratch;
    row.scratch_bytes = bytes;
    return ComplexSum(row).log();
  }
};

double any_finite(Random &random) { // every exponent alike
  const std::uint64_t pattern = (random.next() & ~(std::uint64_t{2047} << 52)) | static_cast<std::uint64_t>(random.below(2047)) << 52;
  double value;
  std::memcpy(&value, &pattern, sizeof value);
  return value;
}

bool same(const ComplexLog &a, const ComplexLog &b) { return !std::memcmp(&a, &b, sizeof a); }

}  // namespace

void check_complex(Outcome &outcome) {
  Random random(20);
  std::uint64_t hash = 0xcbf29ce484222325u;
  std::vector<Terms> scratch(16);
  for (int i = 0; i < 3000; i++) {
    ComplexNumbers z;
    const std::size_t n = 1 + random.below(8);
    for (std::size_t k = 0; k < n; k++) {
      z.parts[0].push_back(random.within(i % 3 ? 5 : 500));
      z.parts[1].push_back(any_finite(random));
      z.parts[2].push_back(random.within(1));
      z.parts[3].push_back(i % 2 ? 0.0 : random.within(1));
    }
    const ComplexLog log = z.log();
    const double results[] = {log.log, log.angle, log.phase_re, log.phase_im};
    for (double value : results) {
      std::uint64_t pattern;
      std::memcpy(&pattern, &value, sizeof pattern);
      hash = (hash ^ pattern) * 0x100000001b3u;
    }
    outcome.expect(same(z.log(scratch.data(), scratch.size() * sizeof(Terms)), log), "row %d: other bits with scratch", i);
    outcome.expect(same(z.log(scratch.data(), sizeof(Terms)), log), "row %d: other bits with little scratch", i);
    for (auto &part : z.parts) std::reverse(part.begin(), part.end());
    outcome.expect(same(z.log(), log), "row %d: other bits in another order", i);
  }
  outcome.expect(hash == golden_complex, "the hash is 0x%016llxu, not the committed one", static_cast<unsigned long long>(hash));
}

}  // namespace harness
