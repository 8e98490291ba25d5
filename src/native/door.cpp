#include "door.h"

#include "environment.h"
#include "scratch.h"

namespace stablesoftmax {
namespace {

// A call of the gufunc costs more than a microsecond by itself; below this many elements that is worth saving.
// Above it NumPy's own way is no slower, and the GIL is worth giving up: the door gives it up from here on.
constexpr npy_intp keep_gil_below = 2048;
// Larger arrays are cut into blocks, for threads and interrupts: _blocks.py has the same number.
constexpr npy_intp most_elements = npy_intp{1} << 18;

bool is_plain(PyObject *object) {
  if (!PyArray_CheckExact(object)) return false;
  auto *array = reinterpret_cast<PyArrayObject *>(object);
  const int type = PyArray_TYPE(array);
  return (type == NPY_FLOAT || type == NPY_DOUBLE) && PyArray_ISCARRAY_RO(array) && PyArray_SIZE(array) <= most_elements;
}
bool is_plain_rows(PyObject *object) { return is_plain(object) && PyArray_NDIM(reinterpret_cast<PyArrayObject *>(object)) > 0; }

// The array of x, a new reference: x itself if plain, or made of a list of floats; null for anything else.
PyArrayObject *plain_array(PyObject *x) {
  if (is_plain_rows(x)) return reinterpret_cast<PyArrayObject *>(Py_NewRef(x));
  if (!PyList_CheckExact(x)) return nullptr;
  PyObject *array = PyArray_FromAny(x, nullptr, 1, 0, 0, nullptr);
  if (!array) {
    // no array: the long way says what is wrong; an interrupt, say, comes through
    if (PyErr_ExceptionMatches(PyExc_ValueError) || PyErr_ExceptionMatches(PyExc_TypeError)) PyErr_Clear();
    return nullptr;
  }
  if (is_plain_rows(array)) return reinterpret_cast<PyArrayObject *>(array);
  Py_DECREF(array);
  return nullptr;
}

// -1 or the last axis as a Python int.
bool is_last(PyObject *axis, int rank) {
  if (!PyLong_CheckExact(axis)) return false;
  const long value = PyLong_AsLong(axis);
  if (value == -1 && PyErr_Occurred()) { // beyond a machine integer
    PyErr_Clear();
    return false;
  }
  return value == -1 || value == rank - 1;
}

// A writable array with the first `rank` axes of x that does not touch x, or for all axes is x itself.
bool fits(PyObject *object, PyArrayObject *x, int rank) {
  if (!is_plain(object)) return false;
  auto *out = reinterpret_cast<PyArrayObject *>(object);
  if (PyArray_TYPE(out) != PyArray_TYPE(x) || PyArray_NDIM(out) != rank || !PyArray_ISWRITEABLE(out)) return false;
  for (int i = 0; i < rank; i++)
    if (PyArray_DIM(out, i) != PyArray_DIM(x, i)) return false;
  const char *a = PyArray_BYTES(x), *b = PyArray_BYTES(out);
  return (a == b && rank == PyArray_NDIM(x)) || a + PyArray_NBYTES(x) <= b || b + PyArray_NBYTES(out) <= a;
}

Row first_row(PyArrayObject *x, npy_intp length) {
  Row row{};
  row.x = PyArray_BYTES(x);
  row.x_stride = row.y_stride = PyArray_ITEMSIZE(x);
  row.n = static_cast<std::size_t>(length);
  row.temperature = 1.0;
  row.scratch = thread_scratch();
  row.scratch_bytes = row.scratch ? scratch_bytes : 0;
  return row;
}

template <class Work> bool run(npy_intp size, Work work) {
  const auto guarded = [&] {
    const NeutralEnvironment neutral;
    return work();
  };
  if (size < keep_gil_below) return guarded();
  bool invalid;
  Py_BEGIN_ALLOW_THREADS;
  invalid = guarded();
  Py_END_ALLOW_THREADS;
  return invalid;
}

typedef bool (*OneRow)(const Row &);

// softmax-like functions.
PyObject *elementwise_of(const char *name, PyArrayObject *x, PyObject *axis, PyObject *out, OneRow one, Rows rows) {
  const int rank = PyArray_NDIM(x);
  if (!is_last(axis, rank) || PyArray_SIZE(x) == 0 || (out != Py_None && !fits(out, x, rank))) Py_RETURN_NONE;
  PyObject *y = out == Py_None ? PyArray_NewLikeArray(x, NPY_CORDER, nullptr, 0) : Py_NewRef(out);
  if (!y) return nullptr;
  const npy_intp size = PyArray_SIZE(x), length = PyArray_DIM(x, rank - 1), step = length * PyArray_ITEMSIZE(x);
  Row row = first_row(x, length);
  row.y = PyArray_BYTES(reinterpret_cast<PyArrayObject *>(y));
  const bool invalid = run(size, [&] {
    return size == length ? one(row) : rows(row, {step, step}, static_cast<std::size_t>(size / length));
  });
  if (invalid && PyUFunc_GiveFloatingpointErrors(name, NPY_FPE_INVALID) < 0) {
    Py_DECREF(y);
    return nullptr;
  }
  return y;
}

PyObject *elementwise(const char *name, PyObject *const *arguments, OneRow one32, OneRow one64, Rows rows32, Rows rows64) {
  PyArrayObject *x = plain_array(arguments[0]);
  if (!x) return PyErr_Occurred() ? nullptr : Py_NewRef(Py_None);
  const bool wide = PyArray_TYPE(x) == NPY_DOUBLE;
  PyObject *y = elementwise_of(name, x, arguments[1], arguments[2], wide ? one64 : one32, wide ? rows64 : rows32);
  Py_DECREF(reinterpret_cast<PyObject *>(x));
  return y;
}

PyObject *logsumexp_of(const Level &level, PyArrayObject *x, PyObject *axis, PyObject *out) {
  const bool wide = PyArray_TYPE(x) == NPY_DOUBLE;
  const int rank = PyArray_NDIM(x), left = axis == Py_None ? 0 : rank - 1;
  if (axis != Py_None && !is_last(axis, rank)) Py_RETURN_NONE;
  if ((left && PyArray_SIZE(x) == 0) || (out != Py_None && !fits(out, x, left))) Py_RETURN_NONE;
  const npy_intp size = PyArray_SIZE(x), length = left ? PyArray_DIM(x, rank - 1) : size;
  Row row = first_row(x, length);
  if (!left) {
    double result = 0; // large enough for either
    row.y = out == Py_None ? reinterpret_cast<char *>(&result) : PyArray_BYTES(reinterpret_cast<PyArrayObject *>(out));
    run(size, [&] { return (wide ? level.logsumexp_f64 : level.logsumexp_f32)(row); });
    return out == Py_None ? PyArray_Scalar(&result, PyArray_DESCR(x), nullptr) : Py_NewRef(out);
  }
  PyObject *y = out == Py_None ? PyArray_SimpleNew(left, PyArray_DIMS(x), PyArray_TYPE(x)) : Py_NewRef(out);
  if (!y) return nullptr;
  row.y = PyArray_BYTES(reinterpret_cast<PyArrayObject *>(y));
  const Steps steps{length * PyArray_ITEMSIZE(x), PyArray_ITEMSIZE(x)};
  const auto rows = wide ? level.logsumexp_rows_f64 : level.logsumexp_rows_f32;
  run(size, [&] { return rows(row, steps, static_cast<std::size_t>(size / length)); });
  return y;
}

}  // namespace

PyObject *softmax_door(const Level &level, PyObject *const *arguments) {
  return elementwise("softmax", arguments, level.softmax_f32, level.softmax_f64, level.softmax_rows_f32, level.softmax_rows_f64);
}

PyObject *log_softmax_door(const Level &level, PyObject *const *arguments) {
  return elementwise("log_softmax", arguments, level.log_softmax_f32, level.log_softmax_f64, level.log_softmax_rows_f32,
                     level.log_softmax_rows_f64);
}

// All of x as one row for axis None, else its rows along the last axis.
PyObject *logsumexp_door(const Level &level, PyObject *const *arguments) {
  PyArrayObject *x = plain_array(arguments[0]);
  if (!x) return PyErr_Occurred() ? nullptr : Py_NewRef(Py_None);
  PyObject *y = logsumexp_of(level, x, arguments[1], arguments[2]);
  Py_DECREF(reinterpret_cast<PyObject *>(x));
  return y;
}

}  // namespace stablesoftmax
