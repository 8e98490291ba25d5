#include "door.h"

#include <atomic>
#include <cstring>

#include "crew.h"
#include "environment.h"
#include "long_row.h"
#include "scratch.h"

namespace stablesoftmax {
namespace {

// A call of the gufunc costs more than a microsecond by itself; below this many elements that is worth saving.
// Above it NumPy's own way is no slower, and the GIL is worth giving up: the door gives it up from here on.
constexpr npy_intp keep_gil_below = 2048;
// Larger arrays are cut into pieces, for threads and interrupts: _blocks.py has the same numbers.
constexpr npy_intp most_elements = npy_intp{1} << 18, least_elements = npy_intp{1} << 15;
// Longer rows are read in parts; so are those beyond the second number that threads would wait for.
constexpr npy_intp longest_row = npy_intp{1} << 20, longest_unshared_row = npy_intp{1} << 17;
// Results beyond this many bytes are not read again before they have left the caches: writing past them saves a read of what is
// overwritten. _softmax.py has the same number.
constexpr npy_intp far = npy_intp{16} << 20;

// Whether this is the dtype of ml_dtypes, which NumPy knows by its scalar type only. The answer for that type is kept.
bool is_bfloat16(PyArrayObject *array) {
  static PyObject *known;
  if (PyArray_TYPE(array) < NPY_USERDEF || PyArray_ITEMSIZE(array) != 2) return false;
  PyObject *type = reinterpret_cast<PyObject *>(PyArray_DESCR(array)->typeobj);
  if (known) return type == known;
  PyObject *name = PyObject_GetAttrString(type, "__name__");
  const bool found = name && PyUnicode_CompareWithASCIIString(name, "bfloat16") == 0;
  Py_XDECREF(name);
  PyErr_Clear();
  if (found) known = Py_NewRef(type);
  return found;
}
Storage storage_of(PyArrayObject *array) {
  return PyArray_TYPE(array) == NPY_HALF ? Storage::half : PyArray_TYPE(array) < NPY_USERDEF ? Storage::native : Storage::bfloat16;
}

bool is_plain(PyObject *object) {
  if (!PyArray_CheckExact(object)) return false;
  auto *array = reinterpret_cast<PyArrayObject *>(object);
  const int type = PyArray_TYPE(array);
  return (type == NPY_FLOAT || type == NPY_DOUBLE || type == NPY_HALF || is_bfloat16(array)) && PyArray_ISCARRAY_RO(array);
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
  row.x_storage = row.y_storage = storage_of(x);
  return row;
}

typedef bool (*OneRow)(const Row &);

// Calls `one` for an array that is one row, else `rows` for a few or all of its rows at a time. `invalid` as they return it.
struct Call {
  OneRow one;
  Rows rows;
  Row first;
  Steps steps;
  npy_intp count, rows_of_a_piece;
  std::atomic<bool> invalid{false};

  void operator()(npy_intp begin, npy_intp end) {
    const NeutralEnvironment neutral;
    Row row = first;
    row.x += begin * steps.x;
    row.y += begin * steps.y;
    row.scratch = thread_scratch();
    row.scratch_bytes = row.scratch ? scratch_bytes : 0;
    if (count == 1 ? one(row) : rows(row, steps, static_cast<std::size_t>(end - begin))) invalid = true;
  }
  static void piece(void *context, npy_intp number) {
    Call &call = *static_cast<Call *>(context);
    const npy_intp begin = number * call.rows_of_a_piece, end = begin + call.rows_of_a_piece;
    call(begin, end < call.count ? end : call.count);
  }

  // False with a Python error.
  bool run(npy_intp size) {
    if (size < keep_gil_below) {
      (*this)(0, count);
      return true;
    }
    if (size <= most_elements) {
      Py_BEGIN_ALLOW_THREADS;
      (*this)(0, count);
      Py_END_ALLOW_THREADS;
      return true;
    }
    const long threads = threads_in_force();
    if (!threads) return false;
    npy_intp elements = threads == 1 ? most_elements : size / (8 * threads);
    elements = elements < least_elements ? least_elements : elements < most_elements ? elements : most_elements;
    const npy_intp length = size / count;
    rows_of_a_piece = elements < length ? 1 : elements / length;
    if (rows_of_a_piece >= 64) rows_of_a_piece -= rows_of_a_piece % 64; // whole strips
    return in_pieces((count + rows_of_a_piece - 1) / rows_of_a_piece, threads, piece, this);
  }
};

// Whether rows of this length, all together `size` elements, are done whole.
bool is_short(npy_intp length, npy_intp size) {
  return size <= most_elements || length <= longest_unshared_row || (length <= longest_row && size / length >= 64);
}

// One of the softmax-like functions.
struct Elementwise {
  const char *name;
  bool log;
  OneRow one32, one64;
  Rows rows32, rows64;
};

// Long rows one after the other, each shared among the threads.
Outcome row_by_row(const Level &level, const Elementwise &function, PyArrayObject *x, Row row, npy_intp count, long threads) {
  const npy_intp itemsize = PyArray_ITEMSIZE(x), step = static_cast<npy_intp>(row.n) * itemsize;
  const Parts &kernels = PyArray_TYPE(x) == NPY_DOUBLE ? level.parts_f64 : level.parts_f32;
  Outcome outcome = Outcome::done;
  for (npy_intp i = 0; i < count && outcome == Outcome::done; i++, row.x += step, row.y += step)
    outcome = long_row(kernels, function.log, row, itemsize, threads);
  return outcome;
}

PyObject *elementwise_of(const Level &level, const Elementwise &function, PyArrayObject *x, PyObject *axis, PyObject *out) {
  const int rank = PyArray_NDIM(x);
  if (!is_last(axis, rank) || PyArray_SIZE(x) == 0 || (out != Py_None && !fits(out, x, rank))) Py_RETURN_NONE;
  const npy_intp size = PyArray_SIZE(x), length = PyArray_DIM(x, rank - 1), step = length * PyArray_ITEMSIZE(x);
  const bool wide = PyArray_TYPE(x) == NPY_DOUBLE, is_long = !is_short(length, size);
  const long threads = is_long ? threads_in_force() : 1;
  if (!threads) return nullptr;
  PyObject *y = out == Py_None ? PyArray_NewLikeArray(x, NPY_CORDER, nullptr, 0) : Py_NewRef(out);
  if (!y) return nullptr;
  Call call{wide ? function.one64 : function.one32, wide ? function.rows64 : function.rows32, first_row(x, length), {step, step}, size / length, 0};
  call.first.y = PyArray_BYTES(reinterpret_cast<PyArrayObject *>(y));
  if (size * PyArray_ITEMSIZE(x) > far && call.first.y != call.first.x) call.first.policy = past_caches;
  Outcome outcome = Outcome::done;
  if (is_long && (threads > 1 || length > longest_row)) outcome = row_by_row(level, function, x, call.first, call.count, threads);
  else if (!call.run(size)) outcome = Outcome::failed;
  if (call.invalid && PyUFunc_GiveFloatingpointErrors(function.name, NPY_FPE_INVALID) < 0) outcome = Outcome::failed;
  if (outcome == Outcome::done) return y;
  Py_DECREF(y);
  if (outcome == Outcome::failed) return nullptr;
  Py_RETURN_NONE;
}

PyObject *elementwise(const Level &level, const Elementwise &function, PyObject *const *arguments) {
  PyArrayObject *x = plain_array(arguments[0]);
  if (!x) return PyErr_Occurred() ? nullptr : Py_NewRef(Py_None);
  PyObject *y = elementwise_of(level, function, x, arguments[1], arguments[2]);
  Py_DECREF(reinterpret_cast<PyObject *>(x));
  return y;
}

// Of a row too long for one thread; where there are several the other way takes care.
PyObject *long_logsumexp_of(const Level &level, PyArrayObject *x, npy_intp length, int left, PyObject *out) {
  const bool wide = PyArray_TYPE(x) == NPY_DOUBLE;
  if (length != PyArray_SIZE(x) || out != Py_None) Py_RETURN_NONE;
  const long threads = threads_in_force();
  if (!threads) return nullptr;
  double result = 0;
  switch (long_logsumexp(wide ? level.parts_f64 : level.parts_f32, first_row(x, length), PyArray_ITEMSIZE(x), threads, result)) {
  case Outcome::failed: return nullptr;
  case Outcome::other_way: Py_RETURN_NONE;
  case Outcome::done: break;
  }
  const float narrow = static_cast<float>(result);
  const void *const value = wide ? static_cast<const void *>(&result) : &narrow;
  if (!left) return PyArray_Scalar(const_cast<void *>(value), PyArray_DESCR(x), nullptr);
  PyObject *y = PyArray_SimpleNew(left, PyArray_DIMS(x), PyArray_TYPE(x));
  if (y) std::memcpy(PyArray_BYTES(reinterpret_cast<PyArrayObject *>(y)), value, static_cast<std::size_t>(PyArray_ITEMSIZE(x)));
  return y;
}

PyObject *logsumexp_of(const Level &level, PyArrayObject *x, PyObject *axis, PyObject *out) {
  const bool wide = PyArray_TYPE(x) == NPY_DOUBLE;
  const int rank = PyArray_NDIM(x), left = axis == Py_None ? 0 : rank - 1;
  if (storage_of(x) != Storage::native || (axis != Py_None && !is_last(axis, rank))) Py_RETURN_NONE; // half precision has results of float32
  if ((left && PyArray_SIZE(x) == 0) || (out != Py_None && !fits(out, x, left))) Py_RETURN_NONE;
  const npy_intp size = PyArray_SIZE(x), length = left ? PyArray_DIM(x, rank - 1) : size;
  const npy_intp itemsize = PyArray_ITEMSIZE(x);
  if (!is_short(length, size)) return long_logsumexp_of(level, x, length, left, out);
  Call call{wide ? level.logsumexp_f64 : level.logsumexp_f32, wide ? level.logsumexp_rows_f64 : level.logsumexp_rows_f32,
            first_row(x, length), {length * itemsize, itemsize}, left ? size / length : 1, 0};
  double result = 0; // large enough for either
  PyObject *y = out != Py_None ? Py_NewRef(out) : left ? PyArray_SimpleNew(left, PyArray_DIMS(x), PyArray_TYPE(x)) : nullptr;
  if (!y && left) return nullptr;
  call.first.y = y ? PyArray_BYTES(reinterpret_cast<PyArrayObject *>(y)) : reinterpret_cast<char *>(&result);
  if (!call.run(size)) {
    Py_XDECREF(y);
    return nullptr;
  }
  return y ? y : PyArray_Scalar(&result, PyArray_DESCR(x), nullptr);
}

}  // namespace

PyObject *softmax_door(const Level &level, PyObject *const *arguments) {
  return elementwise(level, {"softmax", false, level.softmax_f32, level.softmax_f64, level.softmax_rows_f32, level.softmax_rows_f64}, arguments);
}

PyObject *log_softmax_door(const Level &level, PyObject *const *arguments) {
  return elementwise(level, {"log_softmax", true, level.log_softmax_f32, level.log_softmax_f64, level.log_softmax_rows_f32, level.log_softmax_rows_f64},
                     arguments);
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
