// The gufuncs of this family: names, signatures, dtype rows. `NAME` takes x as it is, `NAME_bfloat16` takes uint16 patterns
// (bfloat16 is no NumPy dtype of its own), `NAME_where` and `NAME_bfloat16_where` take a mask after x.
#include "register.h"

#include <initializer_list>
#include <new>

#include "gufunc.h"

namespace stablesoftmax {
namespace {

struct Dtype {
  char x, y; // type numbers of NumPy
  Storage x_storage, y_storage;
  bool wide; // float64 kernel
};

constexpr Dtype elementwise[] = {{NPY_HALF, NPY_HALF, Storage::half, Storage::half, false},
                                 {NPY_FLOAT, NPY_FLOAT, Storage::native, Storage::native, false},
                                 {NPY_DOUBLE, NPY_DOUBLE, Storage::native, Storage::native, true}};
constexpr Dtype elementwise_bfloat16[] = {{NPY_UINT16, NPY_UINT16, Storage::bfloat16, Storage::bfloat16, false}};
// reductions of half precision return float32
constexpr Dtype reduction[] = {{NPY_HALF, NPY_FLOAT, Storage::half, Storage::native, false},
                               {NPY_FLOAT, NPY_FLOAT, Storage::native, Storage::native, false},
                               {NPY_DOUBLE, NPY_DOUBLE, Storage::native, Storage::native, true}};
constexpr Dtype reduction_bfloat16[] = {{NPY_UINT16, NPY_FLOAT, Storage::bfloat16, Storage::native, false}};

struct Kernel {
  const char *name, *doc;
  bool (*f32)(const Row &);
  bool (*f64)(const Row &);
  Rows rows_f32, rows_f64;
  bool reduces;
};

// NumPy keeps pointers to everything it is given: one block per ufunc, never freed.
struct Registration {
  char name[40];
  Loop loops[3];
  void *data[3];
  char types[18];
  PyUFuncGenericFunction functions[3];
};

bool add(PyObject *module, const Kernel &kernel, const Dtype *dtypes, int count, bool bfloat16, bool masked) {
  auto *r = new (std::nothrow) Registration{};
  if (!r) {
    PyErr_NoMemory();
    return false;
  }
  PyOS_snprintf(r->name, sizeof r->name, "%s%s%s", kernel.name, bfloat16 ? "_bfloat16" : "", masked ? "_where" : "");
  char *type = r->types;
  for (int i = 0; i < count; i++) {
    r->loops[i] = {dtypes[i].wide ? kernel.f64 : kernel.f32, dtypes[i].wide ? kernel.rows_f64 : kernel.rows_f32, dtypes[i].x_storage,
                   dtypes[i].y_storage};
    r->data[i] = &r->loops[i];
    *type++ = dtypes[i].x;
    if (masked) *type++ = NPY_BOOL;
    if (!kernel.reduces) *type++ = NPY_DOUBLE, *type++ = NPY_DOUBLE, *type++ = NPY_UINT8;
    *type++ = dtypes[i].y;
    r->functions[i] = kernel.reduces ? (masked ? loop_logsumexp<true> : loop_logsumexp<false>)
                                     : (masked ? loop_softmax<true> : loop_softmax<false>);
  }
  const char *signature = kernel.reduces ? (masked ? "(n),(n)->()" : "(n)->()") : (masked ? "(n),(n),(),(),()->(n)" : "(n),(),(),()->(n)");
  const int inputs = (kernel.reduces ? 1 : 4) + masked;
  return add_ufunc(module, r->name, kernel.name, kernel.doc, signature, r->functions, r->data, r->types, count, inputs, 1);
}

}  // namespace

bool register_softmax(PyObject *module, const Level &level) {
  const Kernel kernels[] = {
      {"softmax", "softmax(x[, where], temperature, sink, policy): see stablesoftmax.softmax", level.softmax_f32, level.softmax_f64,
       level.softmax_rows_f32, level.softmax_rows_f64, false},
      {"log_softmax", "log_softmax(x[, where], temperature, sink, policy): see stablesoftmax.log_softmax", level.log_softmax_f32,
       level.log_softmax_f64, level.log_softmax_rows_f32, level.log_softmax_rows_f64, false},
      {"logsumexp", "logsumexp(x[, where]): see stablesoftmax.logsumexp", level.logsumexp_f32, level.logsumexp_f64,
       level.logsumexp_rows_f32, level.logsumexp_rows_f64, true},
  };
  for (const Kernel &kernel : kernels)
    for (const bool masked : {false, true})
      if (!add(module, kernel, kernel.reduces ? reduction : elementwise, 3, false, masked) ||
          !add(module, kernel, kernel.reduces ? reduction_bfloat16 : elementwise_bfloat16, 1, true, masked))
        return false;
  return true;
}

}  // namespace stablesoftmax
