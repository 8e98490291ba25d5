// The families that module.cpp registers.
#pragma once
#include "kernels.h"
#include "numpy_api.h"

namespace stablesoftmax {

bool register_sampling(PyObject *module, const Level &level);
bool register_softmax(PyObject *module, const Level &level);

}  // namespace stablesoftmax
