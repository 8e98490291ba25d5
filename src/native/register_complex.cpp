// logsumexp of complex numbers as a gufunc. Compiled once, for no level: the bits are the same at every level by construction.
#include "register.h"

#include "complex/sum.h"
#include "gufunc.h"

namespace stablesoftmax {
namespace {

// (n),(n),(n),(n)->(),(),(),(): z and w as real and imaginary parts -> log |sum|, its angle, its phase as two parts
void loop_complex(char **args, const npy_intp *sizes, const npy_intp *steps, void *) {
  void *scratch = thread_scratch();
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++) {
      ComplexRow row{};
      for (int k = 0; k < 4; k++) {
        row.operands[k] = args[k] + i * steps[k];
        row.strides[k] = steps[8 + k];
      }
      row.n = static_cast<std::size_t>(sizes[1]);
      row.scratch = scratch;
      row.scratch_bytes = scratch ? scratch_bytes : 0;
      const ComplexLog log = ComplexSum(row).log();
      const double results[] = {log.log, log.angle, log.phase_re, log.phase_im};
      for (int k = 0; k < 4; k++) *reinterpret_cast<double *>(args[4 + k] + i * steps[4 + k]) = results[k];
    }
    return false; // the caller says nothing of NaN, as SciPy
  });
}

PyUFuncGenericFunction loops[] = {loop_complex};
void *data[] = {nullptr};
const char types[] = {NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE};

}  // namespace

bool register_complex(PyObject *module) {
  return add_ufunc(module, "log_complex_sum", "logsumexp",
                   "log_complex_sum(x, y, u, v): log |sum of (u + iv)*e^(x + iy)|, the angle of the sum, its phase as two parts",
                   "(n),(n),(n),(n)->(),(),(),()", loops, data, types, 1, 4, 4);
}

}  // namespace stablesoftmax
