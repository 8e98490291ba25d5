// Kernels in several threads at once, on inputs that they share: the bits of one thread, and, where this is built with -fsanitize=thread,
// no data race. What a thread keeps for itself is its scratch.
#include <thread>

#include "../../src/native/scratch.h"
#include "rows.h"

namespace harness {
namespace {

constexpr int threads = 4;

// All results of one pass over the rows.
template <class T> std::vector<std::vector<T>> results(const Level &level, const std::vector<std::vector<T>> &rows) {
  std::vector<std::vector<T>> all;
  for (const Function f : functions)
    for (const std::vector<T> &x : rows) {
      all.emplace_back(f == logsumexp ? 1 : x.size());
      Row row = contiguous(x, all.back(), 1.0);
      row.scratch = stablesoftmax::thread_scratch();
      row.scratch_bytes = row.scratch ? stablesoftmax::scratch_bytes : 0;
      call(level, f, row, T{});
    }
  return all;
}

template <class T> void together(const Level &level, Random &random, bool quick, Outcome &outcome) {
  std::vector<std::vector<T>> rows;
  for (int shape = 0; shape < shapes; shape++)
    for (const std::size_t n : {3, 130, 3000, 20'000})
      if (n < 3000 || !quick || shape == ordinary || shape == near_zero) rows.push_back(make_row<T>(random, shape, n));
  const std::vector<std::vector<T>> alone = results(level, rows);
  std::vector<std::vector<T>> found[threads];
  std::vector<std::thread> crew;
  for (auto &mine : found) crew.emplace_back([&] { mine = results(level, rows); });
  for (std::thread &thread : crew) thread.join();
  for (const auto &mine : found)
    for (std::size_t i = 0; i < alone.size(); i++)
      outcome.expect(same_bits(mine[i], alone[i]), "%s: result %zu differs beside %d other threads", dtype<T>, i, threads - 1);
}

}  // namespace

void check_threads(const Level &level, bool quick, Outcome &outcome) {
  Random random(83);
  together<float>(level, random, quick, outcome);
  together<double>(level, random, quick, outcome);
}

}  // namespace harness
