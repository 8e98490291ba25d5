// The short way in for the commonest call, door(x, axis, out): an array in native byte order, C-contiguous, rows along the last
// axis, all other arguments at their defaults. Everything else gets None back and takes the long way through the face and the
// gufunc; both ways end in the same kernels.
#pragma once
#include "kernels.h"
#include "numpy_api.h"

namespace stablesoftmax {

PyObject *softmax_door(const Level &level, PyObject *const *arguments);
PyObject *log_softmax_door(const Level &level, PyObject *const *arguments);
PyObject *logsumexp_door(const Level &level, PyObject *const *arguments);

}  // namespace stablesoftmax
