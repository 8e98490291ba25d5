// Batches of states of rows that are read once (rows/stream.h), for Python: a NumPy array whose elements are the states.
#include <cstddef>

#include "environment.h"
#include "register.h"

namespace stablesoftmax {
namespace {

const Level *level; // set once, when the module is first imported

struct Batch {
  char *states;
  std::size_t bytes, count;
  const Streams *functions;
};

// An array of states, one after the other; false with a Python error if `object` is none.
bool read_states(PyObject *object, bool is_float64, bool writable, Batch &batch) {
  auto *array = reinterpret_cast<PyArrayObject *>(object);
  batch.bytes = is_float64 ? offsetof(StreamState, narrow) : sizeof(StreamState);
  batch.functions = is_float64 ? &level->streams_f64 : &level->streams_f32;
  if (!PyArray_Check(object) || PyArray_NDIM(array) != 1 || static_cast<std::size_t>(PyArray_ITEMSIZE(array)) != batch.bytes ||
      !PyArray_IS_C_CONTIGUOUS(array) || reinterpret_cast<std::uintptr_t>(PyArray_DATA(array)) % alignof(StreamState) != 0 ||
      (writable && !PyArray_ISWRITEABLE(array))) {
    PyErr_SetString(PyExc_TypeError, "states are a contiguous vector of the dtype of stream_dtype");
    return false;
  }
  batch.states = PyArray_BYTES(array);
  batch.count = static_cast<std::size_t>(PyArray_DIM(array, 0));
  return true;
}

// A result for each state, aligned and in native byte order.
bool is_result(PyObject *object, int type, std::size_t words, const Batch &batch) {
  auto *array = reinterpret_cast<PyArrayObject *>(object);
  if (PyArray_Check(object) && PyArray_TYPE(array) == type && PyArray_ISCARRAY(array) &&
      static_cast<std::size_t>(PyArray_SIZE(array)) == words * batch.count)
    return true;
  PyErr_SetString(PyExc_TypeError, "results go to a contiguous array with room for every state");
  return false;
}

template <class Work> PyObject *apart_from_python(Work work) {
  Py_BEGIN_ALLOW_THREADS;
  {
    const NeutralEnvironment neutral;
    work();
  }
  Py_END_ALLOW_THREADS;
  Py_RETURN_NONE;
}

PyObject *absorb(PyObject *, PyObject *args) {
  PyObject *states, *rows, *where;
  int is_float64, bfloat16;
  double temperature;
  Batch batch;
  if (!PyArg_ParseTuple(args, "OpdOOp", &states, &is_float64, &temperature, &rows, &where, &bfloat16) ||
      !read_states(states, is_float64, true, batch))
    return nullptr;
  auto *x = reinterpret_cast<PyArrayObject *>(rows);
  const bool masked = where != Py_None;
  auto *mask = reinterpret_cast<PyArrayObject *>(where);
  const int type = PyArray_Check(rows) ? PyArray_TYPE(x) : NPY_NOTYPE;
  const bool right_type = bfloat16 ? type == NPY_UINT16 : is_float64 ? type == NPY_DOUBLE : type == NPY_FLOAT || type == NPY_HALF;
  if (!right_type || PyArray_NDIM(x) != 2 || !PyArray_ISBEHAVED_RO(x) || static_cast<std::size_t>(PyArray_DIM(x, 0)) != batch.count) {
    PyErr_SetString(PyExc_TypeError, "parts are a matrix of the dtype of the states, aligned, a row a state");
    return nullptr;
  }
  if (masked && (!PyArray_Check(where) || PyArray_TYPE(mask) != NPY_BOOL || PyArray_NDIM(mask) != 2 ||
                 !PyArray_CompareLists(PyArray_DIMS(mask), PyArray_DIMS(x), 2))) {
    PyErr_SetString(PyExc_TypeError, "the mask of parts is a boolean matrix of their shape");
    return nullptr;
  }
  Row part{};
  part.x = PyArray_BYTES(x);
  part.x_stride = PyArray_STRIDE(x, 1);
  part.n = static_cast<std::size_t>(PyArray_DIM(x, 1));
  part.temperature = temperature;
  part.x_storage = type == NPY_HALF ? Storage::half : bfloat16 ? Storage::bfloat16 : Storage::native;
  if (masked) part.where = PyArray_BYTES(mask), part.where_stride = PyArray_STRIDE(mask, 1);
  const npy_intp x_step = PyArray_STRIDE(x, 0), where_step = masked ? PyArray_STRIDE(mask, 0) : 0;
  return apart_from_python([&] { batch.functions->absorb(batch.states, batch.bytes, part, x_step, where_step, batch.count); });
}

PyObject *merge(PyObject *, PyObject *args) {
  PyObject *into, *from;
  int is_float64;
  double temperature;
  Batch to, other;
  if (!PyArg_ParseTuple(args, "OOpd", &into, &from, &is_float64, &temperature) || !read_states(into, is_float64, true, to) ||
      !read_states(from, is_float64, false, other))
    return nullptr;
  if (to.count != other.count) {
    PyErr_SetString(PyExc_TypeError, "states are merged in pairs");
    return nullptr;
  }
  return apart_from_python([&] { to.functions->merge(to.states, other.states, to.bytes, temperature, to.count); });
}

PyObject *totals(PyObject *, PyObject *args) {
  PyObject *states, *results;
  int is_float64, of_rest;
  double temperature;
  Batch batch;
  if (!PyArg_ParseTuple(args, "OpdpO", &states, &is_float64, &temperature, &of_rest, &results) ||
      !read_states(states, is_float64, false, batch) || !is_result(results, NPY_UINT64, 2, batch))
    return nullptr;
  char *to = PyArray_BYTES(reinterpret_cast<PyArrayObject *>(results));
  return apart_from_python([&] { batch.functions->totals(batch.states, batch.bytes, temperature, of_rest, to, batch.count); });
}

PyObject *logsumexp(PyObject *, PyObject *args) {
  PyObject *states, *results;
  int is_float64;
  double temperature;
  Batch batch;
  if (!PyArg_ParseTuple(args, "OpdO", &states, &is_float64, &temperature, &results) ||
      !read_states(states, is_float64, false, batch) || !is_result(results, NPY_DOUBLE, 1, batch))
    return nullptr;
  auto *to = static_cast<double *>(PyArray_DATA(reinterpret_cast<PyArrayObject *>(results)));
  return apart_from_python([&] { batch.functions->logsumexp(batch.states, batch.bytes, temperature, to, batch.count); });
}

PyMethodDef methods[] = {
    {"stream_absorb", absorb, METH_VARARGS, "stream_absorb(states, is_float64, temperature, x, where, bfloat16): takes in a part of every row."},
    {"stream_merge", merge, METH_VARARGS, "stream_merge(into, from, is_float64, temperature): state by state."},
    {"stream_totals", totals, METH_VARARGS,
     "stream_totals(states, is_float64, temperature, of_rest, results): what parts_total gives of the whole rows, two uint64 a state."},
    {"stream_logsumexp", logsumexp, METH_VARARGS, "stream_logsumexp(states, is_float64, temperature, results): as doubles."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

bool register_streams(PyObject *module, const Level &chosen) {
  level = &chosen;
  return PyModule_AddFunctions(module, methods) == 0 &&
         PyModule_AddIntConstant(module, "stream_wide_windows", static_cast<long>(wide_windows)) == 0 &&
         PyModule_AddIntConstant(module, "stream_narrow_windows", static_cast<long>(narrow_windows)) == 0;
}

}  // namespace stablesoftmax
