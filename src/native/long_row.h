// A long row in pieces, for several threads: maximum, sum, results, each a pass over the pieces. What _long_rows.py does for any row, here
// for plain ones.
#pragma once
#include "kernels.h"
#include "numpy_api.h"

namespace stablesoftmax {

enum class Outcome { done, other_way, failed }; // the other way: a special row; failed: with a Python error

// softmax or log_softmax of `row`, `itemsize` bytes an element, no mask.
Outcome long_row(const Parts &kernels, bool log, const Row &row, npy_intp itemsize, long threads);

// logsumexp of it, as a double.
Outcome long_logsumexp(const Parts &kernels, const Row &row, npy_intp itemsize, long threads, double &result);

}  // namespace stablesoftmax
