// The scalar functions below the rows, each against quad precision and its own comment: fixed-point exponential and logarithm,
// octaves, log1p, the two terms, conversions of half precision. Compiled with the lowest level's vocabulary.
#include LEVEL_HEADER
#include "../../src/native/math/exact_term.h"
#include "../../src/native/math/logarithm.h"
#include "../../src/native/math/terms_f32.h"
#include "../../src/native/math/terms_f64.h"
#include "../../src/native/rows/access.h"
#include "../../src/native/rows/context.h"
#include "quad.h"
#include "rows.h"

namespace harness {
namespace {

Quad quad(U128 v) { return static_cast<Quad>(static_cast<std::uint64_t>(v >> 64)) * ldexpq(1, 64) + static_cast<Quad>(static_cast<std::uint64_t>(v)); }
Quad quad(I128 v) { return v < 0 ? -quad(static_cast<U128>(-v)) : quad(static_cast<U128>(v)); }
double exponent_of(Quad relative) { return relative == 0 ? -200 : static_cast<double>(logq(size_of(relative)) / logq(2)); }

// The largest relative error met, in powers of two, against what a comment states.
class Relative {
  Outcome &outcome;
  const char *what;
  double stated;

public:
  Relative(Outcome &o, const char *name, double bound) : outcome(o), what(name), stated(bound) {}
  void expect(Quad got, Quad exact, double at) {
    const double e = exponent_of(exact == 0 ? got : (got - exact) / exact);
    outcome.expect(e < stated, "%s at %a: relative error 2^%.2f, stated 2^%.2f", what, at, e, stated);
  }
};

U128 random_word(Random &random) { return static_cast<U128>(random.next()) << 64 | random.next(); }
double log_uniform(Random &random, int low, int high) {
  const int octave = low + static_cast<int>(random.below(static_cast<std::size_t>(high - low)));
  return static_cast<double>(ldexpq(1 + size_of(random.within(1)), octave));
}

void products(Random &random, Outcome &outcome) {
  const U128 a = random_word(random), b = random_word(random) >> random.below(100);
  std::uint64_t limbs[4] = {}; // schoolbook, 32 bits at a time
  std::uint32_t x[4], y[4], z[8] = {};
  for (int i = 0; i < 4; i++) x[i] = static_cast<std::uint32_t>(a >> 32 * i), y[i] = static_cast<std::uint32_t>(b >> 32 * i);
  for (int i = 0; i < 4; i++) {
    std::uint64_t carry = 0;
    for (int j = 0; j < 4; j++) {
      carry += static_cast<std::uint64_t>(x[i]) * y[j] + z[i + j];
      z[i + j] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    z[i + 4] = static_cast<std::uint32_t>(carry);
  }
  for (int i = 0; i < 4; i++) limbs[i] = static_cast<std::uint64_t>(z[2 * i + 1]) << 32 | z[2 * i];
  const U128 exact = static_cast<U128>(limbs[3]) << 64 | limbs[2], got = multiply_high(a, b);
  outcome.expect(got <= exact && exact - got <= 2, "multiply_high is off by %lld", static_cast<long long>(exact - got));
}

void exponentials(Random &random, Outcome &outcome) {
  const U128 f = random_word(random);
  Relative(outcome, "fixed_exp2", -110).expect(quad(fixed_exp2(f)), expq(ldexpq(quad(f), -128) * logq(2)) * ldexpq(1, 127), static_cast<double>(f));
  // x*log2(e)/T = k + f: e^(x/T) comes back from both parts, at an error that grows with |x/T| in quad precision alone
  const double x = random.within(700), t = random.chance(2) ? 1.0 : log_uniform(random, -3, 4);
  const Octaves o = octaves(x, log2e_over(t));
  const Quad z = static_cast<Quad>(x) / t;
  Relative(outcome, "octaves", -98).expect(ldexpq(quad(fixed_exp2(o.f)), static_cast<int>(o.k) - 127), expq(z), x);
}

void logarithms(Random &random, Outcome &outcome) {
  const double r = log_uniform(random, -60, 39), low = r * random.within(0x1p-54);
  Relative(outcome, "log1p_rest", -50).expect(log1p_rest(r), log1pq(r), r);
  double hi, lo;
  log1p_pair(r, low, hi, lo);
  Relative(outcome, "log1p_pair", -58).expect(static_cast<Quad>(hi) + lo, log1pq(static_cast<Quad>(r) + low), r);
  const U128 m = random_word(random) | U128{1} << 127;
  const std::int64_t a = static_cast<std::int64_t>(random.below(60)) - 3;
  const Quad exact = logq(ldexpq(quad(m), static_cast<int>(a) - 127)) * ldexpq(1, 120);
  outcome.expect(size_of(quad(fixed_log(m, a)) - exact) < ldexpq(1, 18) + size_of(exact) * ldexpq(1, -110), "fixed_log is off by 2^%.1f at a = %lld",
                 exponent_of(quad(fixed_log(m, a)) - exact) - 120, static_cast<long long>(a));
}

// One term by the path that the kernels take, against g * e^(x/T), g the common factor of the table.
template <class Kind> void term(Random &random, double stated, Outcome &outcome) {
  using T = typename Kind::T;
  constexpr FixedCoefficients c{};
  const Quad g = Kind::digits == 24 ? ldexpq(quad(::wide(c.factor32)), -128) : ldexpq(quad(::wide(c.factor64)), -128);
  const double t = random.chance(3) ? log_uniform(random, -300, 300) : 1.0;
  const double reach = random.chance(2) ? 20 : Kind::domain(t) * (random.chance(4) ? 1.5 : 1); // beyond the domain: the exact term
  const T x = static_cast<T>(random.within(reach) * t);
  if (!(x - x == 0) || (x != 0 && (x < 0 ? -x : x) < std::numeric_limits<T>::min())) return;
  const Context<Kind> context(t);
  const Terms<Kind> terms(context, x);
  T base, growth;
  terms.one(x, base, growth);
  // e^z * 2^(bias - exponent): z less its octaves first, whose product with ln 2 keeps 113 bits
  const Quad z = static_cast<Quad>(x) / t, rest = z - static_cast<Quad>(static_cast<long long>(terms.exponent)) * logq(2);
  Relative(outcome, Kind::digits == 24 ? "float32 term" : "float64 term", stated)
      .expect(static_cast<Quad>(base) * (1 + static_cast<Quad>(growth)), g * expq(rest) * ldexpq(1, Kind::bias), static_cast<double>(x));
}

// Towards the nearest, ties to even, by the definition: spacing, rounding in exact doubles, overflow at the end.
void halves(Random &random, Outcome &outcome) {
  const float v = random.chance(2) ? any_finite_number<float>(random) : static_cast<float>(random.within(log_uniform(random, -26, 18)));
  const double size = std::fabs(static_cast<double>(v));
  const int exponent = size < 0x1p-14 ? -14 : std::ilogb(size);
  const double unit = std::ldexp(1.0, exponent - 10), nearest = std::nearbyint(size / unit) * unit;
  const double want = nearest > 65504 ? std::numeric_limits<double>::infinity() : nearest, got = std::fabs(static_cast<double>(from_half(to_half(v))));
  outcome.expect(want == got && (to_half(v) >> 15) == (pattern(v) >> 31), "to_half(%a) is %a", static_cast<double>(v), got);

  const float narrow = from_bfloat16(to_bfloat16(v)), below = bits<float>(bits<std::uint32_t>(v) & 0xffff0000u);
  const double gap = 0x1p-7 * std::ldexp(1.0, size < 0x1p-126 ? -126 : std::ilogb(size)), off = std::fabs(static_cast<double>(v) - static_cast<double>(below));
  const bool up = off > gap / 2 || (off == gap / 2 && (bits<std::uint32_t>(below) >> 16 & 1));
  outcome.expect(bits<std::uint32_t>(narrow) == bits<std::uint32_t>(below) + (up ? 0x10000u : 0u), "to_bfloat16(%a) is %a", static_cast<double>(v),
                 static_cast<double>(narrow));
}

void all_halves(Outcome &outcome) {
  for (std::uint32_t p = 0; p < 65536; p++) {
    const auto v = static_cast<std::uint16_t>(p);
    const bool is_nan = (p & 0x7fff) > 0x7c00, is_bf_nan = (p & 0x7fff) > 0x7f80;
    outcome.expect(to_half(from_half(v)) == (is_nan ? 0x7e00 : v), "half 0x%04x does not come back", p);
    outcome.expect(to_bfloat16(from_bfloat16(v)) == (is_bf_nan ? 0x7fc0 : v), "bfloat16 0x%04x does not come back", p);
  }
}

}  // namespace

void check_math(bool quick, Outcome &outcome) {
  Random random(23);
  all_halves(outcome);
  for (int k = quick ? 5000 : 100000; k; k--) {
    products(random, outcome);
    exponentials(random, outcome);
    logarithms(random, outcome);
    term<Float32>(random, -26.3, outcome);
    term<Float64>(random, -55.3, outcome);
    halves(random, outcome);
  }
}

}  // namespace harness
