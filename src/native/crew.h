// Work cut into pieces for several threads, without the GIL: what a call on a large plain array needs from Python is one thing a thread,
// and that costs less than a piece.
#pragma once
#include "numpy_api.h"

namespace stablesoftmax {

// Calls work(context, piece) for the pieces 0 to count - 1, here and in up to threads - 1 threads of the pool that _threads.py keeps.
// False, with a Python error, where a signal handler raised one: pieces that had begun are finished, no other begins.
bool in_pieces(npy_intp count, long threads, void (*work)(void *context, npy_intp piece), void *context);

// What get_num_threads() says; 0 with a Python error.
long threads_in_force();

// use_threads(get_num_threads, lend): the two functions of _threads.py.
PyObject *use_threads(PyObject *module, PyObject *args);

}  // namespace stablesoftmax
