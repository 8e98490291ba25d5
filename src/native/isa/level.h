// The table of one level, made of the rows. An isa/*.cpp file sets STABLESOFTMAX_LEVEL and includes its simd header first.
#pragma once
#include "../rows/gumbel.h"
#include "../rows/parts.h"
#include "../rows/state.h"

#define STABLESOFTMAX_JOIN(a, b) a##b
#define STABLESOFTMAX_TABLE(name) STABLESOFTMAX_JOIN(stablesoftmax_level_, name)
#define STABLESOFTMAX_TEXT_OF(name) #name
#define STABLESOFTMAX_TEXT(name) STABLESOFTMAX_TEXT_OF(name)

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
    gumbel_noise,
};
}
