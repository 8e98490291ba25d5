"""Whether a result is right, and how far off it is.

The reference is the shifted formula in float64. With |x - max| < 256 its relative error stays below 2^-40: 2^-45 from rounding
that difference, in a term and in the sum; 2^-41 at worst from adding up at most 4096 rows over the first axis, far less from the
pairwise sum over the last one. An ulp of float32 is at least 2^-24 of the number, so the reference places a result to 2^-16 ulp,
of float16 and bfloat16 closer still, and more digits would change nothing that is printed. (A logsumexp is the exception: near 0
it has fewer digits than its terms.) Errors of float64 results would need a longer reference; here they are only held to their
tolerance.
"""

import math

import ml_dtypes
import numpy as np

from .cases import Case

# Of the largest exact result. For float32 this is about a thousand ulp: a plain sum of some hundred thousand terms in the dtype
# of the logits stays below it, one of ten million does not.
TOLERANCE = {"float64": 1e-11, "float32": 1e-4, "float16": 5e-3, "bfloat16": 3e-2}
PIECE = 1 << 20  # elements compared at a time


def exact(case: Case, logits: np.ndarray) -> np.ndarray:
    x = logits.astype(np.float64)
    largest = x.max(case.axis, keepdims=True)
    x -= largest
    terms = np.exp(x, out=x if case.function == "softmax" else None)
    total = terms.sum(case.axis, keepdims=True)
    if case.function == "softmax":
        terms /= total
        return terms
    if case.function == "log_softmax":
        x -= np.log(total)
        return x
    return np.squeeze(largest + np.log(total), case.axis)


def compare(case: Case, result: np.ndarray, expected: np.ndarray) -> tuple[bool, float | None]:
    """Whether `result` is within its tolerance, and its largest error in ulp (None for float64)."""
    got, expected = result.reshape(-1), expected.reshape(-1)
    if got.shape != expected.shape:
        return False, None
    furthest = ulps = largest = 0.0
    for begin in range(0, expected.size, PIECE):
        piece = slice(begin, begin + PIECE)
        error = np.abs(got[piece].astype(np.float64) - expected[piece])
        error[np.isnan(error)] = math.inf
        furthest = max(furthest, float(error.max()))
        largest = max(largest, float(np.abs(expected[piece]).max()))
        ulps = max(ulps, float((error / ulp(expected[piece], got.dtype)).max()))
    return furthest <= TOLERANCE[case.dtype] * largest, None if got.dtype == np.float64 else ulps


def ulp(numbers: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The distance of neighbours of `dtype` around each of `numbers`; among subnormal numbers that of the smallest one from 0."""
    info = ml_dtypes.finfo(dtype)
    exponent = np.frexp(numbers)[1] - 1
    return np.ldexp(1.0, np.maximum(exponent, info.minexp) - info.nmant)
