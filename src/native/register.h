// The families that module.cpp registers.
#pragma once
#include "kernels.h"
#include "numpy_api.h"

namespace stablesoftmax {

// Makes a ufunc and puts it into the module as `attribute`; `name` is what NumPy's floating-point messages quote. All that is given must live
// as long as the process.
bool add_ufunc(PyObject *module, const char *attribute, const char *name, const char *doc, const char *signature,
               const PyUFuncGenericFunction *loops, void *const *data, const char *types, int count, int inputs, int outputs);

bool register_gradients(PyObject *module, const Level &level);
bool register_log_space(PyObject *module, const Level &level);
bool register_part_rows(PyObject *module, const Level &level);
bool register_pointwise(PyObject *module, const Level &level);
bool register_segment_ids(PyObject *module);
bool register_segments(PyObject *module, const Level &level);
bool register_sampling(PyObject *module, const Level &level);
bool register_softmax(PyObject *module, const Level &level);
bool register_sparse(PyObject *module, const Level &level);

}  // namespace stablesoftmax
