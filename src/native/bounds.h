// The bounds as data: read by the tests, by the README's table and, later, by verify. Derivations: docs/design/errors.md.
#pragma once

namespace stablesoftmax {

// |result - exact| <= ulp * ulp(exact) + 2^absolute_exponent * sum|terms| (the second part only where absolute_exponent != 0)
struct Bound {
  const char *function, *dtype, *domain;
  double ulp;
  int absolute_exponent;
  const char *source;   // how `ulp` is known
  double observed;      // largest error met by the tests, in ulp
  const char *worst;    // where it was met
};

constexpr Bound bound_table[] = {
    {"softmax", "float32", "all finite rows", 1.0, 0, "derived", 0.80, "subnormal result, N(0, 30), n = 181"},
    {"softmax", "float64", "all finite rows", 1.0, 0, "derived", 0.54, "N(3000, 0.1), n = 148"},
    {"log_softmax", "float32", "all finite rows", 1.0, 0, "derived", 0.58, "N(0, 100), n = 157"},
    {"log_softmax", "float64", "all finite rows", 1.0, 0, "derived", 0.52, "N(1e12, 100), n = 62"},
    {"logsumexp", "float32", "all finite rows", 1.0, -98, "derived", 0.50, "see docs/design/errors.md"},
    {"logsumexp", "float64", "all finite rows", 1.0, -98, "derived", 0.50, "see docs/design/errors.md"},
};

}  // namespace stablesoftmax
