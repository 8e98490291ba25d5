// All 2^32 float32 numbers: the error of the term of each, and of the rows [0, x].
//
//   python tests/native/build.py OUT --program exhaust; OUT/.../exhaust [--slice k/n] [--sparse s] [--threads t] [--rows no]
//
// Prints the largest relative error of a term with |x| <= 1e5 (T = 1) and beyond (every 1024th number), and the largest error
// of softmax, log_softmax and logsumexp in units in the last place, each with the x where it occurs; ends with 1 if a row is off
// by 1 ulp or more. The reference is double precision, which leaves 2^-25 of a float's last place; errors that come near the
// bound and the largest ones are computed again in quad precision. A slice takes the blocks k, k + n, k + 2n, ... of 2^16 numbers;
// all of them take about an hour of one core. --sparse takes only every s-th thousand of the rows with |x| < 2^-30 or > 1e5, whose
// results hardly depend on x, and a quarter of the time; --rows no takes the terms alone, in some ten seconds.
#include LEVEL_HEADER
#include "../../src/native/rows/state.h"

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include "quad.h"

namespace {

using harness::error_in_ulp;
using harness::size_of;

constexpr std::uint32_t block = 1u << 16, chunk = 1u << 10;
constexpr float largest = std::numeric_limits<float>::max();

struct Worst {
  double error = 0;
  float x = 0;

  void see(double e, float at) {
    if (e > error) error = e, x = at;
  }
};

struct Report {
  Worst fast_term, exact_term, softmax, log_softmax, logsumexp;
  std::uint64_t terms = 0, rows = 0, wrong_rules = 0;

  void join(const Report &r) {
    fast_term.see(r.fast_term.error, r.fast_term.x);
    exact_term.see(r.exact_term.error, r.exact_term.x);
    softmax.see(r.softmax.error, r.softmax.x);
    log_softmax.see(r.log_softmax.error, r.log_softmax.x);
    logsumexp.see(r.logsumexp.error, r.logsumexp.x);
    terms += r.terms, rows += r.rows, wrong_rules += r.wrong_rules;
  }
};

Quad quad(U128 v) { return static_cast<Quad>(static_cast<std::uint64_t>(v >> 64)) * ldexpq(1, 64) + static_cast<Quad>(static_cast<std::uint64_t>(v)); }
Quad quad(I128 v) { return v < 0 ? -quad(static_cast<U128>(-v)) : quad(static_cast<U128>(v)); }
const Quad common_factor = ldexpq(quad(wide(FixedCoefficients{}.factor32)), -128), ln2 = logq(2);

// g * e^x * 2^(bias - exponent), what a term stands for.
Quad exact_scaled(float x, I128 exponent) {
  return common_factor * expq(static_cast<Quad>(x) - quad(exponent) * ln2) * ldexpq(1, Float32::bias);
}

// The terms of a chunk of neighbours in the fast domain, all in one window.
void fast_terms(const Context<Float32> &context, const float *x, Report &report) {
  const float top = x[0] < x[chunk - 1] ? x[chunk - 1] : x[0];
  const std::int64_t exponent = Float32::octave(context.scale, top) + 1;
  const Float32::Window window = Float32::window(context.scale, x[0] < x[chunk - 1] ? x[0] : x[chunk - 1], exponent);
  const double ln2_hi = 0x1.62e42fefa3800p-1, ln2_lo = 0x1.ef35793c76730p-45; // exponent*ln2_hi is exact
  const double factor = static_cast<double>(common_factor) * 0x1p104;
  for (std::uint32_t i = 0; i < chunk; i += lanes<float>) {
    F base, growth;
    Float32::term(window, load(x + i), base, growth);
    for (std::size_t k = 0; k < lanes<float>; k++) {
      const double e = static_cast<double>(exponent), r = (static_cast<double>(x[i + k]) - e * ln2_hi) - e * ln2_lo;
      const double exact = factor * std::exp(r), b = static_cast<double>(base[k]), got = b + b * static_cast<double>(growth[k]);
      report.fast_term.see(std::fabs(got - exact) / exact, x[i + k]);
    }
  }
  report.terms += chunk;
}

void exact_term_of(const Context<Float32> &context, float x, Report &report) {
  if (context.ties_only(x)) return;
  const Terms<Float32> terms(context, x);
  float base, growth;
  terms.one(x, base, growth);
  const Quad exact = exact_scaled(x, terms.exponent);
  report.exact_term.see(static_cast<double>(size_of(static_cast<Quad>(base) * (1 + static_cast<Quad>(growth)) - exact) / exact), x);
  report.terms++;
}

// Error in units in the last place of the float at `exact`, which is not 0 unless `got` must be.
inline double ulps(float got, double exact) {
  std::uint64_t p;
  std::memcpy(&p, &exact, sizeof p);
  const int exponent = static_cast<int>(p >> 52 & 2047) - 1023;
  return std::fabs(static_cast<double>(got) - exact) * power_of_two(23 - (exponent < -126 ? -126 : exponent));
}

struct RowOfTwo {
  float x[2], p[2], logs[2], sum;

  explicit RowOfTwo(float second) : x{0, second} {
    Row row{};
    row.x = reinterpret_cast<const char *>(x);
    row.x_stride = row.y_stride = sizeof(float);
    row.n = 2;
    row.temperature = 1;
    row.y = reinterpret_cast<char *>(p);
    static const Context<Float32> context(1.0);
    softmax_row<Float32>(row, context);
    row.y = reinterpret_cast<char *>(logs);
    log_softmax_row<Float32>(row, context);
    row.y = reinterpret_cast<char *>(&sum);
    logsumexp_row<Float32>(row, context);
  }
};

// The larger of the two errors of an elementwise result and the error of the sum, with everything in `Real`.
template <class Real, class Error> void errors_of(const RowOfTwo &row, Real t, Real log1p_t, Error error, double (&worst)[3]) {
  const float x = row.x[1];
  const int high = x > 0; // where the maximum is
  const Real size = x > 0 ? x : -x;
  worst[0] = std::fmax(error(row.p[high], 1 / (1 + t)), error(row.p[1 - high], t / (1 + t)));
  worst[1] = std::fmax(error(row.logs[high], -log1p_t), error(row.logs[1 - high], -size - log1p_t));
  worst[2] = error(row.sum, (x > 0 ? size : Real(0)) + log1p_t);
}

void errors_in_quad(const RowOfTwo &row, double (&worst)[3]) {
  const Quad t = expq(-size_of(row.x[1]));
  errors_of<Quad>(row, t, log1pq(t), [](float got, Quad exact) { return error_in_ulp(got, exact); }, worst);
}

void row_of_two(float x, Report &report) {
  const RowOfTwo row(x);
  report.rows++;
  if (!(std::fabs(x) <= largest)) { // a rule, not a sum
    const float p = x < 0 ? 0.0f : std::nanf(""), top = x < 0 ? 1.0f : std::nanf(""), sum = x < 0 ? 0.0f : x > 0 ? x : std::nanf("");
    const float want[3] = {top, p, sum}, got[3] = {row.p[0], row.p[1], row.sum};
    report.wrong_rules += std::memcmp(want, got, sizeof got) != 0;
    return;
  }
  const double t = std::exp(-std::fabs(static_cast<double>(x)));
  double errors[3];
  errors_of<double>(row, t, t < 0x1p-60 ? t : std::log1p(t), ulps, errors);
  if (!(errors[0] < 0.999 && errors[1] < 0.999 && errors[2] < 0.999)) errors_in_quad(row, errors);
  report.softmax.see(errors[0], x);
  report.log_softmax.see(errors[1], x);
  report.logsumexp.see(errors[2], x);
}

void whole_block(std::uint32_t first, unsigned sparse, bool rows, const Context<Float32> &context, Report &report) {
  float x[chunk];
  for (std::uint32_t start = 0; start < block; start += chunk) {
    for (std::uint32_t i = 0; i < chunk; i++) x[i] = bits<float>(first + start + i);
    if (context.is_fast(x[0]) && context.is_fast(x[chunk - 1])) fast_terms(context, x, report);
    else if (std::fabs(x[0]) <= largest) exact_term_of(context, x[0], report);
    const float size = std::fabs(x[0]);
    if (!rows) continue;
    if ((size >= 0x1p-30f && size <= 1e5f) || (first + start) / chunk % sparse == 0)
      for (const float v : x) row_of_two(v, report);
  }
}

void print(const char *what, double error, float x, bool relative) {
  if (relative) std::printf("%-24s 2^%.3f at x = %a (%.9g)\n", what, std::log2(error), static_cast<double>(x), static_cast<double>(x));
  else std::printf("%-24s %.5f ulp at x = %a (%.9g)\n", what, error, static_cast<double>(x), static_cast<double>(x));
}

double in_quad(int which, float x) {
  double errors[3];
  errors_in_quad(RowOfTwo(x), errors);
  return errors[which];
}

}  // namespace

int main(int count, char **arguments) {
  bool rows = true;
  unsigned k = 0, n = 1, sparse = 1, threads = std::thread::hardware_concurrency();
  for (int i = 1; i < count; i += 2) {
    const char *name = arguments[i], *value = i + 1 < count ? arguments[i + 1] : "";
    const bool good = !std::strcmp(name, "--slice")     ? std::sscanf(value, "%u/%u", &k, &n) == 2 && k < n
                      : !std::strcmp(name, "--sparse")  ? std::sscanf(value, "%u", &sparse) == 1 && sparse > 0
                      : !std::strcmp(name, "--rows")    ? !std::strcmp(value, "no") && !(rows = false)
                      : !std::strcmp(name, "--threads") ? std::sscanf(value, "%u", &threads) == 1 && threads > 0
                                                        : false;
    if (!good) {
      std::fprintf(stderr, "exhaust: %s %s makes no sense; use [--slice k/n] with k < n, [--sparse s], [--threads t], [--rows no]\n", name, value);
      return 2;
    }
  }
  std::atomic<std::uint32_t> next{k};
  std::mutex lock;
  Report report;
  const auto work = [&] {
    const Context<Float32> context(1.0);
    Report own;
    for (std::uint32_t b; (b = next.fetch_add(n)) < (1u << 16);) {
      whole_block(b * block, sparse, rows, context, own);
      if (b / n % (1 + (1u << 16) / n / 64) == 0) std::fprintf(stderr, "\r%3u %%", b >> 8 > 255 ? 100 : (b * 100u) >> 16);
    }
    const std::lock_guard<std::mutex> hold(lock);
    report.join(own);
  };
  std::vector<std::thread> pool;
  for (unsigned t = 0; t < threads; t++) pool.emplace_back(work);
  for (std::thread &t : pool) t.join();

  std::fprintf(stderr, "\r     \r");
  std::printf("%llu terms, %llu rows [0, x]\n", static_cast<unsigned long long>(report.terms), static_cast<unsigned long long>(report.rows));
  print("term, |x| <= 1e5", report.fast_term.error, report.fast_term.x, true);
  print("term beyond", report.exact_term.error, report.exact_term.x, true);
  const double ulp[3] = {in_quad(0, report.softmax.x), in_quad(1, report.log_softmax.x), in_quad(2, report.logsumexp.x)};
  print("softmax", ulp[0], report.softmax.x, false);
  print("log_softmax", ulp[1], report.log_softmax.x, false);
  print("logsumexp", ulp[2], report.logsumexp.x, false);
  if (report.wrong_rules) std::printf("%llu rows with nan or inf break their rule\n", static_cast<unsigned long long>(report.wrong_rules));
  return ulp[0] < 1 && ulp[1] < 1 && ulp[2] < 1 && !report.wrong_rules ? 0 : 1;
}
