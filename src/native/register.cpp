#include "register.h"

namespace stablesoftmax {

bool add_ufunc(PyObject *module, const char *attribute, const char *name, const char *doc, const char *signature,
               const PyUFuncGenericFunction *loops, void *const *data, const char *types, int count, int inputs, int outputs) {
  PyObject *ufunc = PyUFunc_FromFuncAndDataAndSignature(const_cast<PyUFuncGenericFunction *>(loops), const_cast<void **>(data), types, count,
                                                        inputs, outputs, PyUFunc_None, name, doc, 0, signature);
  if (!ufunc) return false;
  const int status = PyModule_AddObjectRef(module, attribute, ufunc);
  Py_DECREF(ufunc);
  return status == 0;
}

}  // namespace stablesoftmax
