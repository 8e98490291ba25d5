// The families that module.cpp registers.
#pragma once
#include "kernels.h"
#include "numpy_api.h"

namespace stablesoftmax {

bool register_gradients(PyObject *module, const Level &level);
bool register_log_space(PyObject *module, const Level &level);
bool register_pointwise(PyObject *module, const Level &level);
bool register_segment_ids(PyObject *module);
bool register_segments(PyObject *module, const Level &level);
bool register_sampling(PyObject *module, const Level &level);
bool register_softmax(PyObject *module, const Level &level);
bool register_sparse(PyObject *module, const Level &level);

}  // namespace stablesoftmax
