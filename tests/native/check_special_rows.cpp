// Rows whose result is a rule: the table of the documentation of softmax, bit for bit, NaN canonical.
#include <limits>

#include "harness.h"

namespace harness {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
constexpr double third = 1.0 / 3, log2_ = -0x1.62e42fefa39efp-1; // rounded to T below

using stablesoftmax::neginf_nan;
using stablesoftmax::neginf_uniform;
using stablesoftmax::neginf_zero;
using stablesoftmax::posinf_limit;

struct Special {
  const char *name;
  std::vector<double> x;
  const char *where; // "1" takes part, "0" is masked; null: all do
  unsigned policy;
  std::vector<double> softmax, log_softmax;
  double logsumexp;
  bool invalid; // softmax and log_softmax made a NaN out of none
};

const Special table[] = {
    {"empty", {}, nullptr, neginf_nan, {}, {}, -inf, false},
    {"one element", {5}, nullptr, neginf_nan, {1}, {0}, 5, false},
    {"one zero", {-0.0}, nullptr, neginf_nan, {1}, {0}, 0, false},
    {"a tie", {3, 3}, nullptr, neginf_nan, {0.5, 0.5}, {log2_, log2_}, 3.6931471805599454, false},
    {"both zeros", {0.0, -0.0}, nullptr, neginf_nan, {0.5, 0.5}, {log2_, log2_}, -log2_, false},
    {"some -inf", {-inf, 2, -inf}, nullptr, neginf_nan, {0, 1, 0}, {-inf, 0, -inf}, 2, false},
    {"far apart", {2, -1e30}, nullptr, neginf_nan, {1, 0}, {0, -1e30}, 2, false},
    {"all -inf", {-inf, -inf}, nullptr, neginf_nan, {nan, nan}, {nan, nan}, -inf, true},
    {"all -inf, zero", {-inf, -inf}, nullptr, neginf_zero, {0, 0}, {-inf, -inf}, -inf, false},
    {"all -inf, uniform", {-inf, -inf}, nullptr, neginf_uniform, {0.5, 0.5}, {log2_, log2_}, -inf, false},
    {"all -inf, uniform, one masked", {-inf, 1, -inf}, "101", neginf_uniform, {0.5, 0, 0.5}, {log2_, -inf, log2_}, -inf, false},
    {"all masked", {1, nan, inf}, "000", neginf_nan, {0, 0, 0}, {-inf, -inf, -inf}, -inf, false},
    {"all masked, uniform", {1, nan, inf}, "000", neginf_uniform, {0, 0, 0}, {-inf, -inf, -inf}, -inf, false},
    {"masked nan and inf", {nan, 4, inf}, "010", neginf_nan, {0, 1, 0}, {-inf, 0, -inf}, 4, false},
    {"one +inf", {1, inf, 2}, nullptr, neginf_nan, {nan, nan, nan}, {nan, nan, nan}, inf, true},
    {"one +inf, limit", {1, inf, 2}, nullptr, posinf_limit, {0, 1, 0}, {-inf, 0, -inf}, inf, false},
    {"three +inf, limit", {inf, inf, 0, inf}, nullptr, posinf_limit, {third, third, 0, third}, {-1.0986122886681098, -1.0986122886681098, -inf, -1.0986122886681098}, inf, false},
    {"+inf and nan, limit", {inf, nan}, nullptr, posinf_limit, {nan, nan}, {nan, nan}, nan, false},
    {"nan", {1, nan, 2}, nullptr, neginf_nan, {nan, nan, nan}, {nan, nan, nan}, nan, false},
    {"a negative nan", {1, -nan}, nullptr, neginf_nan, {nan, nan}, {nan, nan}, nan, false},
    {"nan, one masked", {1, nan, 2}, "110", neginf_nan, {nan, nan, 0}, {nan, nan, -inf}, nan, false},
};

template <class T> void compare(const Special &s, Function f, const std::vector<T> &got, const std::vector<double> &expected, Outcome &outcome) {
  for (std::size_t i = 0; i < got.size(); i++) {
    const T want = static_cast<T>(expected[i]);
    outcome.expect(pattern(got[i]) == pattern(want), "%s %s, %s: element %zu is %a, not %a", name_of[f], dtype<T>, s.name, i,
                   static_cast<double>(got[i]), static_cast<double>(want));
  }
}

template <class T> void row_of(const Level &level, const Special &s, Outcome &outcome) {
  const std::vector<T> x(s.x.begin(), s.x.end());
  for (const Function f : functions) {
    std::vector<T> y(f == logsumexp ? 1 : x.size());
    std::vector<char> where;
    for (const char *c = s.where ? s.where : ""; *c; c++) where.push_back(*c == '1');
    Row row = contiguous(x, y);
    row.policy = static_cast<std::uint8_t>(s.policy);
    if (s.where) row.where = where.data(), row.where_stride = 1;
    const bool invalid = call(level, f, row, T{});
    outcome.expect(invalid == (s.invalid && f != logsumexp), "%s %s, %s: invalid is %d", name_of[f], dtype<T>, s.name, invalid);
    compare(s, f, y, f == softmax ? s.softmax : f == log_softmax ? s.log_softmax : std::vector<double>{s.logsumexp}, outcome);
  }
}

template <class T> void largest_numbers(const Level &level, Outcome &outcome) {
  const double m = std::numeric_limits<T>::max();
  row_of<T>(level, {"[M, -M]", {m, -m}, nullptr, neginf_nan, {1, 0}, {0, -inf}, m, false}, outcome);
  row_of<T>(level, {"[M, M]", {m, m}, nullptr, neginf_nan, {0.5, 0.5}, {log2_, log2_}, m, false}, outcome);
  row_of<T>(level, {"[-M]", {-m}, nullptr, neginf_nan, {1}, {0}, -m, false}, outcome);
}

// 70,000 half-precision zeros, where a float16 sum would overflow.
void many_halves(const Level &level, Outcome &outcome) {
  const std::vector<std::uint16_t> x(70000, 0);
  std::vector<std::uint16_t> p(x.size());
  std::vector<float> s(1);
  Row row{};
  row.n = x.size();
  row.x = reinterpret_cast<const char *>(x.data()), row.x_stride = 2;
  row.temperature = 1;
  row.x_storage = row.y_storage = Storage::half;
  row.y = reinterpret_cast<char *>(p.data()), row.y_stride = 2;
  level.softmax_f32(row);
  std::size_t wrong = 0;
  for (const std::uint16_t v : p) wrong += v != 0x00f0; // 240 * 2^-24, the nearest to 1/70000
  outcome.expect(wrong == 0, "softmax of 70000 halves: %zu are not 1/70000 but 0x%04x", wrong, p[0]);
  row.y = reinterpret_cast<char *>(s.data()), row.y_stride = 4, row.y_storage = Storage::native;
  level.logsumexp_f32(row);
  outcome.expect(s[0] >= 0x1.65p3f && s[0] <= 0x1.650002p3f, "logsumexp of 70000 halves is %a", static_cast<double>(s[0]));
}

}  // namespace

void check_special_rows(const Level &level, bool, Outcome &outcome) {
  for (const Special &s : table) {
    row_of<float>(level, s, outcome);
    row_of<double>(level, s, outcome);
  }
  largest_numbers<float>(level, outcome);
  largest_numbers<double>(level, outcome);
  many_halves(level, outcome);
}

}  // namespace harness
