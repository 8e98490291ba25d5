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
    {"sigmoid", "float16", "all finite operands", 1.0, 0, "all 65,536 tried", 0.501, "any"},
    {"sigmoid", "bfloat16", "all finite operands", 1.0, 0, "all 65,536 tried", 0.501, "any"},
    {"sigmoid", "float32", "all finite operands", 1.0, 0, "derived; all floats tried", 0.81, "-87.6414108"},
    {"sigmoid", "float64", "all finite operands", 1.0, 0, "derived", 0.8, "subnormal result, -740"},
    {"log_sigmoid", "float16", "all finite operands", 1.0, 0, "all 65,536 tried", 0.501, "any"},
    {"log_sigmoid", "bfloat16", "all finite operands", 1.0, 0, "all 65,536 tried", 0.501, "any"},
    {"log_sigmoid", "float32", "all finite operands", 1.0, 0, "derived; all floats tried", 0.67, "19.4520931"},
    {"log_sigmoid", "float64", "all finite operands", 1.0, 0, "derived", 0.8, "-708.4394"},
    {"softplus", "float16", "all finite operands", 1.0, 0, "all 65,536 tried", 0.501, "any"},
    {"softplus", "bfloat16", "all finite operands", 1.0, 0, "all 65,536 tried", 0.501, "any"},
    {"softplus", "float32", "all finite operands", 1.0, 0, "derived; all floats tried", 0.64, "-2.02972507"},
    {"softplus", "float64", "all finite operands", 1.0, 0, "derived", 0.81, "-708.4394"},
    {"log1mexp", "float16", "all finite operands", 1.0, 0, "all 65,536 tried", 0.501, "any"},
    {"log1mexp", "bfloat16", "all finite operands", 1.0, 0, "all 65,536 tried", 0.501, "any"},
    {"log1mexp", "float32", "all finite operands", 1.0, 0, "derived; all floats tried", 0.501, "-0x1.22d57p-65"},
    {"log1mexp", "float64", "all finite operands", 1.0, 0, "derived", 0.9, "near -0.3"},
    {"logit", "float16", "all finite operands", 1.0, 0, "all 65,536 tried", 0.501, "any"},
    {"logit", "bfloat16", "all finite operands", 1.0, 0, "all 65,536 tried", 0.501, "any"},
    {"logit", "float32", "all finite operands", 1.0, 0, "derived; all floats tried", 0.501, "0x1.22d57p-65"},
    {"logit", "float64", "all finite operands", 1.0, 0, "derived", 0.53, "0.5153427461573861"},
    {"logaddexp", "float16", "all finite operands", 1.0, -100, "derived", 0.501, "any"},
    {"logaddexp", "bfloat16", "all finite operands", 1.0, -100, "derived", 0.501, "any"},
    {"logaddexp", "float32", "all finite operands", 1.0, -100, "derived", 0.65, "near 0.7, 0"},
    {"logaddexp", "float64", "all finite operands", 1.0, -100, "derived", 0.64, "-1.95008446447524, -0.05345665154136"},
    {"logsubexp", "float16", "all finite operands", 1.0, -100, "derived", 0.501, "any"},
    {"logsubexp", "bfloat16", "all finite operands", 1.0, -100, "derived", 0.501, "any"},
    {"logsubexp", "float32", "all finite operands", 1.0, -100, "derived", 0.65, "near 0.7, 0"},
    {"logsubexp", "float64", "all finite operands", 1.0, -100, "derived", 0.93, "-6.8e-37, -0.29860538540"},
};

}  // namespace stablesoftmax
