// The bounds as data: read by the tests, the documentation and, later, verify. Derivations: docs/design/errors.md.
#pragma once

namespace stablesoftmax {

// |result - exact| < ulp * ulp(exact), plus 2^absolute_exponent where that is not 0. `dtype` is that of the input.
struct Bound {
  const char *function, *dtype, *domain;
  double ulp;
  int absolute_exponent;
  const char *source; // how `ulp` is known: derived on paper, or from a term that was exhausted
  double observed;    // largest error met, in ulp
  const char *worst;  // where
};

constexpr Bound bound_table[] = {
    {"softmax", "float16", "all finite rows", 1.0, 0, "derived", 0.501, "U(-17, 0), n = 1000"},
    {"softmax", "bfloat16", "all finite rows", 1.0, 0, "derived", 0.501, "N(0, 1), n = 1000"},
    {"softmax", "float32", "all finite rows", 1.0, 0, "derived; exhausted term for T = 1", 0.82, "subnormal result, [0, 87.384697]"},
    {"softmax", "float64", "all finite rows", 1.0, 0, "derived", 0.78, "subnormal result, U(-740, 0), n = 50257"},
    {"log_softmax", "float16", "all finite rows", 1.0, 0, "derived", 0.501, "N(0, 10), n = 10"},
    {"log_softmax", "bfloat16", "all finite rows", 1.0, 0, "derived", 0.501, "N(0, 50), n = 10"},
    {"log_softmax", "float32", "all finite rows", 1.0, 0, "derived; exhausted term for T = 1", 0.67, "[0, 19.4520931]"},
    {"log_softmax", "float64", "all finite rows", 1.0, 0, "derived", 0.98, "subnormal temperature, x of its size"},
    {"logsumexp", "float16", "all finite rows, result float32", 1.0, -100, "derived; exhausted term", 0.64, "[0, -2.0297], as float32"},
    {"logsumexp", "bfloat16", "all finite rows, result float32", 1.0, -100, "derived; exhausted term", 0.64, "[0, -2.0297], as float32"},
    {"logsumexp", "float32", "all finite rows", 1.0, -100, "derived; exhausted term", 0.64, "[0, -2.02972507]"},
    {"logsumexp", "float64", "all finite rows", 1.0, -100, "derived", 0.55, "0 and 15 times -84"},
    {"sparsemax", "float16", "all finite rows, n <= 2^20", 1.0, -100, "derived, docs/design/sparse.md", 0.5, "rounded once"},
    {"sparsemax", "bfloat16", "all finite rows, n <= 2^20", 1.0, -100, "derived, docs/design/sparse.md", 0.5, "rounded once"},
    {"sparsemax", "float32", "all finite rows, n <= 2^20", 1.0, -100, "derived, docs/design/sparse.md", 0.5, "rounded once"},
    {"sparsemax", "float64", "all finite rows, n <= 2^20", 1.0, -100, "derived, docs/design/sparse.md", 0.5, "rounded once"},
    {"entmax15", "float16", "all finite rows, n <= 2^20", 1.0, -100, "derived, docs/design/sparse.md", 0.5, "rounded once"},
    {"entmax15", "bfloat16", "all finite rows, n <= 2^20", 1.0, -100, "derived, docs/design/sparse.md", 0.5, "rounded once"},
    {"entmax15", "float32", "all finite rows, n <= 2^20", 1.0, -100, "derived, docs/design/sparse.md", 0.5, "rounded once"},
    {"entmax15", "float64", "all finite rows, n <= 2^20", 1.0, -100, "derived, docs/design/sparse.md", 0.5, "rounded once"},
};

}  // namespace stablesoftmax
