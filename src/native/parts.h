// Rows that Python reads in parts: the functions of `Parts` (kernels.h) on NumPy vectors.
#pragma once
#include "kernels.h"
#include "numpy_api.h"

namespace stablesoftmax {

// A 128-bit integer crosses to Python as (high, low): high signed, low unsigned.
inline PyObject *pair_of(Wide v) {
  return Py_BuildValue("LK", static_cast<long long>(v >> 64), static_cast<unsigned long long>(v));
}
inline Wide from_pair(long long high, unsigned long long low) { return static_cast<Wide>(high) * (static_cast<Wide>(1) << 64) + low; }

bool register_parts(PyObject *module, const Level &level);

}  // namespace stablesoftmax
