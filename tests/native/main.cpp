// Runs the checks for every level that this machine has and prints one line for each.
//
//   harness [--quick] [--level NAME] [--only CHECK]
//
// Ends with 0 when all held, 1 when one did not, 2 when the arguments make no sense. A level that this machine lacks is
// reported as not run, never as passed.
#include <chrono>

#include "../../src/native/dispatch.h"
#include "harness.h"

extern "C" const stablesoftmax::Level stablesoftmax_level_simulated512;

namespace {

using namespace harness;

struct Promise {
  const char *name;
  Check *check;
};
const Promise promises[] = {
    {"vocabulary", check_vocabulary},     {"bits", check_bits},   {"order", check_order},   {"strips", check_strips},
    {"accuracy", check_accuracy},         {"special_rows", check_special_rows}, {"state", check_state}, {"environment", check_environment},
    {"family", check_family},             {"streams", check_streams},
    {"threads", check_threads},
};

// What this machine can run; simulated512 is compiled with the flags of avx2 where there is one.
struct Machine {
  std::vector<stablesoftmax::Candidate> levels;

  Machine() {
    std::size_t count;
    const stablesoftmax::Candidate *list = stablesoftmax::candidates(count);
    levels.assign(list, list + count);
    bool supported = true;
    for (const stablesoftmax::Candidate &c : levels)
      if (!std::strcmp(c.level->name, "avx2")) supported = c.supported;
    levels.push_back({&stablesoftmax_level_simulated512, supported});
  }
};

template <class Run> bool report(const char *level, const char *check, Run run) {
  Outcome outcome;
  const auto start = std::chrono::steady_clock::now();
  run(outcome);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const bool good = outcome.failures == 0 && outcome.cases > 0;
  std::printf("%-13s %-13s %10llu cases  %s  %5.2f s  %s\n", level, check, static_cast<unsigned long long>(outcome.cases), good ? "ok    " : "FAILED", seconds,
              outcome.note.c_str());
  if (!good) std::printf("  %llu failed, the first: %s\n", static_cast<unsigned long long>(outcome.failures), outcome.first.c_str());
  std::fflush(stdout);
  return good;
}

int refuse(const char *argument) {
  std::fprintf(stderr, "harness: %s makes no sense; use --quick, --level NAME, --only CHECK with a level of this build and one of math, complex", argument);
  for (const Promise &p : promises) std::fprintf(stderr, ", %s", p.name);
  std::fprintf(stderr, "\n");
  return 2;
}

}  // namespace

int main(int count, char **arguments) {
  bool quick = false, known_level = true, known_check = true;
  const char *level = nullptr, *only = nullptr;
  for (int i = 1; i < count; i++) {
    const bool more = i + 1 < count;
    if (!std::strcmp(arguments[i], "--quick")) quick = true;
    else if (more && !std::strcmp(arguments[i], "--level")) level = arguments[++i], known_level = false;
    else if (more && !std::strcmp(arguments[i], "--only")) only = arguments[++i], known_check = !std::strcmp(only, "math") || !std::strcmp(only, "complex");
    else return refuse(arguments[i]);
  }
  const Machine machine;
  for (const Promise &p : promises) known_check |= only && !std::strcmp(only, p.name);
  for (const stablesoftmax::Candidate &c : machine.levels) known_level |= level && !std::strcmp(level, c.level->name);
  if (!known_level || !known_check) return refuse(known_level ? only : level);

  bool good = true, ran = false;
  if (!only || !std::strcmp(only, "math")) ran = true, good &= report("any", "math", [&](Outcome &outcome) { check_math(quick, outcome); });
  if (!only || !std::strcmp(only, "complex")) ran = true, good &= report("any", "complex", check_complex);
  for (const stablesoftmax::Candidate &c : machine.levels) {
    if (level && std::strcmp(level, c.level->name)) continue;
    if (!c.supported) {
      std::printf("%-13s not run here: this machine lacks it\n", c.level->name);
      continue;
    }
    for (const Promise &p : promises)
      if (!only || !std::strcmp(only, p.name)) ran = true, good &= report(c.level->name, p.name, [&](Outcome &outcome) { p.check(*c.level, quick, outcome); });
  }
  if (!ran) std::printf("nothing was run\n");
  return good && ran ? 0 : 1;
}
