#include "parts.h"

#include "environment.h"

namespace stablesoftmax {
namespace {

const Level *level; // set once, when the module is first imported

// The vector `object`, aligned and in native byte order, as the x of a part; false with a Python error if it is none.
bool read_part(PyObject *object, PyObject *where, bool bfloat16, Row &part, bool &is_float64) {
  auto *x = reinterpret_cast<PyArrayObject *>(object);
  if (!PyArray_Check(object) || PyArray_NDIM(x) != 1 || !PyArray_ISBEHAVED_RO(x)) {
    PyErr_SetString(PyExc_TypeError, "a part is an aligned vector in native byte order");
    return false;
  }
  const int type = PyArray_TYPE(x);
  is_float64 = type == NPY_DOUBLE;
  if (type != (bfloat16 ? NPY_UINT16 : NPY_HALF) && (bfloat16 || (type != NPY_FLOAT && !is_float64))) {
    PyErr_SetString(PyExc_TypeError, "a part holds float16, float32, float64 or the patterns of bfloat16");
    return false;
  }
  part = Row{};
  part.x = PyArray_BYTES(x);
  part.x_stride = PyArray_STRIDE(x, 0);
  part.n = static_cast<std::size_t>(PyArray_DIM(x, 0));
  part.temperature = 1.0;
  part.x_storage = type == NPY_HALF ? Storage::half : bfloat16 ? Storage::bfloat16 : Storage::native;
  if (where == Py_None) return true;
  auto *mask = reinterpret_cast<PyArrayObject *>(where);
  if (!PyArray_Check(where) || PyArray_TYPE(mask) != NPY_BOOL || PyArray_NDIM(mask) != 1 || PyArray_DIM(mask, 0) != PyArray_DIM(x, 0)) {
    PyErr_SetString(PyExc_TypeError, "the mask of a part is a boolean vector of its length");
    return false;
  }
  part.where = PyArray_BYTES(mask);
  part.where_stride = PyArray_STRIDE(mask, 0);
  return true;
}

// Work on a part: no GIL, neutral environment.
template <class Work> auto apart_from_python(Work work) {
  decltype(work()) result;
  Py_BEGIN_ALLOW_THREADS;
  {
    const NeutralEnvironment neutral;
    result = work();
  }
  Py_END_ALLOW_THREADS;
  return result;
}

const Parts &parts(bool is_float64) { return is_float64 ? level->parts_f64 : level->parts_f32; }

struct Given { // what the functions below have in common
  Row part;
  bool is_float64;
  Summary summary;
};

bool read_summary(PyObject *tuple, Summary &s) {
  Py_ssize_t above, present;
  int nan;
  if (!PyArg_ParseTuple(tuple, "ddnnp", &s.max, &s.second, &above, &present, &nan)) return false;
  s.above = static_cast<std::size_t>(above);
  s.present = static_cast<std::size_t>(present);
  s.nan = nan;
  return true;
}

PyObject *summarise(PyObject *, PyObject *args) {
  PyObject *x, *where;
  int bfloat16, with_second;
  Given g;
  if (!PyArg_ParseTuple(args, "OOpp", &x, &where, &bfloat16, &with_second) || !read_part(x, where, bfloat16, g.part, g.is_float64))
    return nullptr;
  const Summary s = apart_from_python([&] { return parts(g.is_float64).summarise(g.part, with_second); });
  return Py_BuildValue("ddnnO", s.max, s.second, static_cast<Py_ssize_t>(s.above), static_cast<Py_ssize_t>(s.present),
                       s.nan ? Py_True : Py_False);
}

PyObject *ties(PyObject *, PyObject *args) {
  PyObject *x, *where;
  int bfloat16;
  double value;
  Given g;
  if (!PyArg_ParseTuple(args, "OOpd", &x, &where, &bfloat16, &value) || !read_part(x, where, bfloat16, g.part, g.is_float64))
    return nullptr;
  return pair_of(static_cast<Wide>(apart_from_python([&] { return parts(g.is_float64).ties(g.part, value); })));
}

PyObject *sum(PyObject *, PyObject *args) {
  PyObject *x, *where, *summary;
  int bfloat16, of_rest;
  double temperature;
  Given g;
  if (!PyArg_ParseTuple(args, "OOpdOp", &x, &where, &bfloat16, &temperature, &summary, &of_rest) ||
      !read_part(x, where, bfloat16, g.part, g.is_float64) || !read_summary(summary, g.summary))
    return nullptr;
  g.part.temperature = temperature;
  return pair_of(apart_from_python([&] { return parts(g.is_float64).sum(g.part, g.summary, of_rest); }));
}

// Writes the results of a part to the vector y, of the length and dtype of x.
PyObject *write(PyObject *, PyObject *args) {
  PyObject *x, *where, *y, *summary;
  int log, bfloat16;
  double temperature;
  unsigned char policy;
  long long high;
  unsigned long long low;
  Given g;
  if (!PyArg_ParseTuple(args, "pOOOpdbO(LK)", &log, &x, &where, &y, &bfloat16, &temperature, &policy, &summary, &high, &low) ||
      !read_part(x, where, bfloat16, g.part, g.is_float64) || !read_summary(summary, g.summary))
    return nullptr;
  auto *out = reinterpret_cast<PyArrayObject *>(y);
  if (!PyArray_Check(y) || PyArray_TYPE(out) != PyArray_TYPE(reinterpret_cast<PyArrayObject *>(x)) || PyArray_NDIM(out) != 1 ||
      !PyArray_ISBEHAVED(out) || static_cast<std::size_t>(PyArray_DIM(out, 0)) != g.part.n) {
    PyErr_SetString(PyExc_TypeError, "the results of a part go to a writable vector like it");
    return nullptr;
  }
  g.part.temperature = temperature;
  g.part.policy = policy;
  g.part.y = PyArray_BYTES(out);
  g.part.y_stride = PyArray_STRIDE(out, 0);
  g.part.y_storage = g.part.x_storage;
  const Parts &kernels = parts(g.is_float64);
  apart_from_python([&] {
    (log ? kernels.log_softmax : kernels.softmax)(g.part, g.summary, from_pair(high, low));
    return true;
  });
  Py_RETURN_NONE;
}

PyObject *sum_near_zero(PyObject *, PyObject *args) {
  PyObject *x, *where;
  int bfloat16;
  Given g;
  if (!PyArg_ParseTuple(args, "OOp", &x, &where, &bfloat16) || !read_part(x, where, bfloat16, g.part, g.is_float64)) return nullptr;
  return pair_of(static_cast<Wide>(apart_from_python([&] { return parts(g.is_float64).sum_near_zero(g.part); })));
}

PyObject *logsumexp(PyObject *, PyObject *args) {
  PyObject *summary;
  int is_float64;
  long long high;
  unsigned long long low;
  Summary s;
  if (!PyArg_ParseTuple(args, "pO(LK)", &is_float64, &summary, &high, &low) || !read_summary(summary, s)) return nullptr;
  bool cancelled = false;
  double result;
  {
    const NeutralEnvironment neutral;
    result = parts(is_float64).logsumexp(s, from_pair(high, low), cancelled);
  }
  return Py_BuildValue("dO", result, cancelled ? Py_True : Py_False);
}

PyObject *logsumexp_near_zero(PyObject *, PyObject *args) {
  int is_float64;
  long long high;
  unsigned long long low;
  if (!PyArg_ParseTuple(args, "p(LK)", &is_float64, &high, &low)) return nullptr;
  double result;
  {
    const NeutralEnvironment neutral;
    result = parts(is_float64).logsumexp_near_zero(static_cast<unsigned __int128>(from_pair(high, low)));
  }
  return PyFloat_FromDouble(result);
}

PyMethodDef methods[] = {
    {"part_summary", summarise, METH_VARARGS,
     "part_summary(x, where, bfloat16, with_second): (maximum, second largest, number above -inf, number taking part, nan?)"},
    {"part_ties", ties, METH_VARARGS, "part_ties(x, where, bfloat16, value): how many elements equal it."},
    {"part_sum", sum, METH_VARARGS, "part_sum(x, where, bfloat16, temperature, summary, of_rest): the integer sum of the terms of a part."},
    {"part_write", write, METH_VARARGS,
     "part_write(log, x, where, y, bfloat16, temperature, policy, summary, total): softmax or log_softmax of a part."},
    {"part_sum_near_zero", sum_near_zero, METH_VARARGS, "part_sum_near_zero(x, where, bfloat16): the sum of e^x in units of 2^-124."},
    {"parts_logsumexp", logsumexp, METH_VARARGS, "parts_logsumexp(is_float64, summary, total): (result, whether it cancelled)"},
    {"parts_logsumexp_near_zero", logsumexp_near_zero, METH_VARARGS, "parts_logsumexp_near_zero(is_float64, total)"},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

bool register_parts(PyObject *module, const Level &chosen) {
  level = &chosen;
  return PyModule_AddFunctions(module, methods) == 0;
}

}  // namespace stablesoftmax
