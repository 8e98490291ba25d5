// The table of one level, made of the rows. An isa/*.cpp file sets STABLESOFTMAX_LEVEL and includes its simd header first.
#pragma once
#include "../pointwise/differences.h"
#include "../pointwise/two.h"
#include "../rows/cross_entropy.h"
#include "../rows/gradients.h"
#include "../rows/hmm.h"
#include "../rows/logcumsumexp.h"
#include "../rows/gumbel.h"
#include "../rows/parts.h"
#include "../rows/segments.h"
#include "../rows/state.h"
#include "../rows/stream.h"
#include "../rows/viterbi.h"
#include "../rows/weighted.h"

#define STABLESOFTMAX_JOIN(a, b) a##b
#define STABLESOFTMAX_TABLE(name) STABLESOFTMAX_JOIN(stablesoftmax_level_, name)
#define STABLESOFTMAX_TEXT_OF(name) #name
#define STABLESOFTMAX_TEXT(name) STABLESOFTMAX_TEXT_OF(name)

namespace {
template <class Kind> constexpr stablesoftmax::Gradients gradients_of() {
  return {softmax_vjp_row<Kind>, log_softmax_vjp_row<Kind>, logsumexp_vjp_row<Kind>, cross_entropy_row<Kind>, cross_entropy_and_grad_row<Kind>};
}
template <class Kind> constexpr stablesoftmax::Pointwise pointwise_of() {
  return {elementwise<Sigmoid<Kind>>, elementwise<LogSigmoid<Kind>>, elementwise<Softplus<Kind>>, elementwise<Log1mExp<Kind>>,
          elementwise<Logit<Kind>>,   elementwise<LogAddExp<Kind>>,  elementwise<LogSubExp<Kind>>};
}
}  // namespace

// The only symbol that leaves the object; everything else is in the anonymous namespace.
extern "C" {
extern const stablesoftmax::Level STABLESOFTMAX_TABLE(STABLESOFTMAX_LEVEL);
const stablesoftmax::Level STABLESOFTMAX_TABLE(STABLESOFTMAX_LEVEL) = {
    STABLESOFTMAX_TEXT(STABLESOFTMAX_LEVEL),
    static_cast<int>(level_bytes),
    one_row<SoftmaxRows<Float32>>,
    one_row<SoftmaxRows<Float64>>,
    one_row<LogSoftmaxRows<Float32>>,
    one_row<LogSoftmaxRows<Float64>>,
    one_row<LogSumExpRows<Float32>>,
    one_row<LogSumExpRows<Float64>>,
    state_exponent<Float32>,
    state_exponent<Float64>,
    state_deposit<Float32>,
    state_deposit<Float64>,
    state_finalise<Float32>,
    state_finalise<Float64>,
    by_strips<SoftmaxRows<Float32>>,
    by_strips<SoftmaxRows<Float64>>,
    by_strips<LogSoftmaxRows<Float32>>,
    by_strips<LogSoftmaxRows<Float64>>,
    by_strips<LogSumExpRows<Float32>>,
    by_strips<LogSumExpRows<Float64>>,
    parts_of<Float32>(),
    parts_of<Float64>(),
    gradients_of<Float32>(),
    gradients_of<Float64>(),
    dot_row,
    log_softmax_jvp_row,
    pointwise_of<Float32>(),
    pointwise_of<Float64>(),
    {logcumsumexp_row<float>, logcumsumexp_row<double>, weighted_row, logmatmulexp<true>, logmatmulexp<false>, hmm_forward, hmm_backward, viterbi},
    segments_of<Float32>(),
    segments_of<Float64>(),
    gumbel_noise,
    streams_of<Float32>(),
    streams_of<Float64>(),
    {largest_of_part, products_of_part, dot_of_parts},
};
}
