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
    // log-space algebra: docs/design/log_space.md
    {"logcumsumexp", "float16", "all finite rows", 1.0, -100, "derived", 0.5, "N(50, 0.1), n = 29"},
    {"logcumsumexp", "bfloat16", "all finite rows", 1.0, -100, "derived", 0.5, "N(-3, 0.1), n = 10"},
    {"logcumsumexp", "float32", "all finite rows", 1.0, -100, "derived", 0.5, "N(0, 0.1), n = 23"},
    {"logcumsumexp", "float64", "all finite rows", 1.0, -100, "derived", 0.58, "a distribution, n = 43"},
    {"logmatmulexp", "float16", "all finite matrices, faithful, result float32", 1.0, -98, "derived", 0.5, "N(0, 1000), k = 18"},
    {"logmatmulexp", "bfloat16", "all finite matrices, faithful, result float32", 1.0, -98, "derived", 0.5, "N(0, 10), k = 27"},
    {"logmatmulexp", "float32", "all finite matrices, faithful", 1.0, -98, "derived", 0.5, "N(0, 100), k = 18"},
    {"logmatmulexp", "float64", "all finite matrices, faithful", 1.0, -98, "derived", 0.57, "sums near 1, k = 30"},
    {"logsumexp(weights)", "float16", "weights of one sign, result float32", 1.0, -55, "derived", 0.5, "N(0, 1), n = 130"},
    {"logsumexp(weights)", "bfloat16", "weights of one sign, result float32", 1.0, -55, "derived", 0.5, "N(0, 1), n = 130"},
    {"logsumexp(weights)", "float32", "weights of one sign", 1.0, -55, "derived", 0.5, "N(0, 1), n = 130"},
    {"logsumexp(weights)", "float64", "weights of one sign", 1.0, -55, "derived", 0.5, "N(0, 1), n = 130"},
    {"logmeanexp", "float16", "n up to 2^23, result float32", 1.0, -46, "derived", 0.5, "N(700, 1e-8), n = 2"},
    {"logmeanexp", "bfloat16", "n up to 2^23, result float32", 1.0, -46, "derived", 0.5, "N(700, 1e-8), n = 2"},
    {"logmeanexp", "float32", "n up to 2^23", 1.0, -46, "derived", 0.5, "N(700, 1e-8), n = 2"},
    {"logmeanexp", "float64", "n up to 2^23", 1.0, -46, "derived", 0.5, "N(700, 1e-8), n = 2"},
    {"logvarexp", "float16", "all finite rows, result float32", 1.0, -46, "derived", 0.5, "N(0, 1), n = 130"},
    {"logvarexp", "bfloat16", "all finite rows, result float32", 1.0, -46, "derived", 0.5, "N(0, 1), n = 130"},
    {"logvarexp", "float32", "all finite rows", 1.0, -46, "derived", 0.5, "N(0, 1), n = 130"},
    {"logvarexp", "float64", "all finite rows", 1.0, -46, "derived", 0.55, "N(0, 1), n = 130"},
    {"effective_sample_size", "float16", "all finite rows, result float32", 1.0, 0, "derived", 0.5, "N(0, 0.001), n = 2"},
    {"effective_sample_size", "bfloat16", "all finite rows, result float32", 1.0, 0, "derived", 0.5, "N(0, 0.001), n = 2"},
    {"effective_sample_size", "float32", "all finite rows", 1.0, 0, "derived", 0.5, "N(0, 0.001), n = 2"},
    {"effective_sample_size", "float64", "all finite rows", 9.0, 0, "derived", 1.84, "N(0, 0.001), n = 2"},
    {"entropy_from_logits", "float16", "all finite rows, result float32", 1.0, 0, "derived", 0.5, "N(0, 10), n = 3"},
    {"entropy_from_logits", "bfloat16", "all finite rows, result float32", 1.0, 0, "derived", 0.5, "N(0, 10), n = 3"},
    {"entropy_from_logits", "float32", "all finite rows", 1.0, 0, "derived", 0.5, "N(0, 10), n = 3"},
    {"entropy_from_logits", "float64", "all finite rows", 9.0, 0, "derived", 1.54, "N(0, 10), n = 3"},
    {"kl_divergence_from_logits", "float16", "beside 2^-50 * sum |p - q|*m, result float32", 1.0, 0, "derived", 0.5, "N(0, 1), N(0, 10) apart, n = 130"},
    {"kl_divergence_from_logits", "bfloat16", "beside 2^-50 * sum |p - q|*m, result float32", 1.0, 0, "derived", 0.5, "N(0, 1), N(0, 10) apart, n = 130"},
    {"kl_divergence_from_logits", "float32", "beside 2^-50 * sum |p - q|*m", 1.0, 0, "derived", 0.5, "N(0, 1), N(0, 10) apart, n = 130"},
    {"kl_divergence_from_logits", "float64", "beside 2^-50 * sum |p - q|*m", 65.0, 0, "derived", 0.5, "N(0, 1), N(0, 10) apart, n = 130"},
    {"hmm_forward", "float64", "for T = M = 1, grows with T*M", 1.0, -49, "derived", 0.5, "N(-503, 1), T = 1000"},
    {"hmm_forward_backward", "float64", "for T = M = 1, grows with T*M", 1.0, -47, "derived", 0.5, "N(-503, 1), T = 1000"},
    {"viterbi", "float64", "log_probability of the path", 1.0, 0, "derived", 0.5, "N(-3, 1), T = 30"},
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
