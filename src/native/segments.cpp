// Segments for Python: ids that are sorted, and the functions of rows over them (rows/segments.h) on NumPy arrays.
#include "environment.h"
#include "kernels.h"
#include "register.h"
#include "scratch.h"
#include "segment_order.h"

namespace stablesoftmax {
namespace {

const Level *level; // set once, when the module is first imported

PyArrayObject *as_array(PyObject *object) { return reinterpret_cast<PyArrayObject *>(object); }

bool is_vector(PyObject *object, int type) {
  return PyArray_Check(object) && PyArray_TYPE(as_array(object)) == type && PyArray_NDIM(as_array(object)) == 1 &&
         PyArray_ISCARRAY_RO(as_array(object));
}
std::int64_t *int64_data(PyObject *vector) { return static_cast<std::int64_t *>(PyArray_DATA(as_array(vector))); }

PyObject *none_if(bool good) {
  if (good) Py_RETURN_NONE;
  PyErr_SetString(PyExc_ValueError, "a segment id is out of range");
  return nullptr;
}

template <class Work> bool without_gil(Work work) {
  bool result;
  Py_BEGIN_ALLOW_THREADS;
  result = work();
  Py_END_ALLOW_THREADS;
  return result;
}

// segment_rising(ids) -> whether no id is below the one before
PyObject *rising(PyObject *, PyObject *ids) {
  if (!is_vector(ids, NPY_INT64)) {
    PyErr_SetString(PyExc_TypeError, "ids are a contiguous vector of int64");
    return nullptr;
  }
  return PyBool_FromLong(without_gil([&] { return is_rising(int64_data(ids), PyArray_DIM(as_array(ids), 0)); }));
}

// segment_offsets(ids, offsets): of rising ids
PyObject *offsets(PyObject *, PyObject *args) {
  PyObject *ids, *to;
  if (!PyArg_ParseTuple(args, "OO", &ids, &to)) return nullptr;
  if (!is_vector(ids, NPY_INT64) || !is_vector(to, NPY_INT64) || !PyArray_ISWRITEABLE(as_array(to)) || PyArray_DIM(as_array(to), 0) < 1) {
    PyErr_SetString(PyExc_TypeError, "ids and offsets are contiguous vectors of int64");
    return nullptr;
  }
  const npy_intp n = PyArray_DIM(as_array(ids), 0), count = PyArray_DIM(as_array(to), 0) - 1;
  return none_if(without_gil([&] { return offsets_of_rising(int64_data(ids), n, count, int64_data(to)); }));
}

// `work` with ids of either type.
template <class Work> bool with_ids(PyObject *ids, Work work) {
  const void *data = PyArray_DATA(as_array(ids));
  const std::int64_t n = PyArray_DIM(as_array(ids), 0);
  if (PyArray_TYPE(as_array(ids)) == NPY_INT64) return work(static_cast<const std::int64_t *>(data), n);
  return work(static_cast<const std::uint32_t *>(data), n);
}
bool are_ids(PyObject *object) { return is_vector(object, NPY_INT64) || is_vector(object, NPY_UINT32); }

bool are_cursors(PyObject *object, int shift) {
  return is_vector(object, NPY_INT64) && PyArray_ISWRITEABLE(as_array(object)) && shift >= 0 && shift < 32;
}

// segment_count(ids, shift, counts): adds the elements of each bucket
PyObject *count(PyObject *, PyObject *args) {
  PyObject *ids, *counts;
  int shift;
  if (!PyArg_ParseTuple(args, "OiO", &ids, &shift, &counts)) return nullptr;
  if (!are_ids(ids) || !are_cursors(counts, shift)) {
    PyErr_SetString(PyExc_TypeError, "ids and counts are contiguous vectors");
    return nullptr;
  }
  const Buckets buckets{PyArray_DIM(as_array(counts), 0), shift, 0, int64_data(counts)};
  return none_if(without_gil([&] { return with_ids(ids, [&](auto data, std::int64_t n) { return count_buckets(data, n, buckets); }); }));
}

// Whether elements that lie in buckets, and elements anywhere, are of one kind: whole rows of a matrix, one for each id.
bool are_rows(PyObject *together, PyObject *apart, PyObject *ids) {
  if (!PyArray_Check(together) || !PyArray_Check(apart)) return false;
  PyArrayObject *a = as_array(together), *b = as_array(apart);
  return PyArray_NDIM(a) == 2 && PyArray_NDIM(b) == 2 && PyArray_IS_C_CONTIGUOUS(a) && PyArray_DIM(b, 0) == PyArray_DIM(as_array(ids), 0) &&
         PyArray_DIM(a, 1) == PyArray_DIM(b, 1) && PyArray_ITEMSIZE(a) == PyArray_ITEMSIZE(b) &&
         (PyArray_DIM(b, 1) < 2 || PyArray_STRIDE(b, 1) == PyArray_ITEMSIZE(b));
}
Elements elements_of(PyObject *object) {
  PyArrayObject *array = as_array(object);
  return {PyArray_BYTES(array), PyArray_STRIDE(array, 0), static_cast<std::size_t>(PyArray_DIM(array, 1) * PyArray_ITEMSIZE(array))};
}

// segment_deal(ids, shift, cursors, rows, to, low or None): moves rows into buckets, and the low bits of their ids to `low`
PyObject *deal_rows(PyObject *, PyObject *args) {
  PyObject *ids, *cursors, *rows, *to, *low;
  int shift;
  if (!PyArg_ParseTuple(args, "OiOOOO", &ids, &shift, &cursors, &rows, &to, &low)) return nullptr;
  if (!are_ids(ids) || !are_cursors(cursors, shift) || !are_rows(to, rows, ids) || !PyArray_ISWRITEABLE(as_array(to)) ||
      (low != Py_None && (!is_vector(low, NPY_UINT32) || PyArray_DIM(as_array(low), 0) != PyArray_DIM(as_array(to), 0)))) {
    PyErr_SetString(PyExc_TypeError, "ids, cursors and rows do not fit each other");
    return nullptr;
  }
  const Buckets buckets{PyArray_DIM(as_array(cursors), 0), shift, PyArray_DIM(as_array(to), 0), int64_data(cursors)};
  auto *low_bits = low == Py_None ? nullptr : static_cast<std::uint32_t *>(PyArray_DATA(as_array(low)));
  return none_if(without_gil([&] {
    return with_ids(ids, [&](auto data, std::int64_t n) {
      return deal(data, n, buckets, elements_of(rows), PyArray_BYTES(as_array(to)), low_bits);
    });
  }));
}

// segment_collect(ids, shift, cursors, rows, to): and back
PyObject *collect_rows(PyObject *, PyObject *args) {
  PyObject *ids, *cursors, *rows, *to;
  int shift;
  if (!PyArg_ParseTuple(args, "OiOOO", &ids, &shift, &cursors, &rows, &to)) return nullptr;
  if (!are_ids(ids) || !are_cursors(cursors, shift) || !are_rows(rows, to, ids) || !PyArray_ISWRITEABLE(as_array(to))) {
    PyErr_SetString(PyExc_TypeError, "ids, cursors and rows do not fit each other");
    return nullptr;
  }
  const Buckets buckets{PyArray_DIM(as_array(cursors), 0), shift, PyArray_DIM(as_array(rows), 0), int64_data(cursors)};
  return none_if(without_gil([&] {
    return with_ids(ids, [&](auto data, std::int64_t n) {
      return collect(data, n, buckets, PyArray_BYTES(as_array(rows)), elements_of(to));
    });
  }));
}

// Whether `object` is an aligned matrix, in native byte order, of this type and number of columns; -1: of any.
bool is_matrix(PyObject *object, int type, npy_intp columns) {
  if (!PyArray_Check(object)) return false;
  PyArrayObject *array = as_array(object);
  return PyArray_NDIM(array) == 2 && PyArray_TYPE(array) == type && PyArray_ISBEHAVED_RO(array) &&
         (columns < 0 || PyArray_DIM(array, 1) == columns);
}

// Whether the segments cover so many rows.
bool do_cover(const Segments &segments, npy_intp rows) {
  for (std::size_t s = 0; s < segments.count; s++)
    if (segments.offsets[s] > segments.offsets[s + 1]) return false;
  return segments.offsets[segments.count] - segments.origin == rows;
}

// segment_rows(function, x, where, y, offsets, temperatures, policy, bfloat16) -> whether a NaN was made out of none
PyObject *rows(PyObject *, PyObject *args) {
  int function, policy, bfloat16;
  PyObject *x, *where, *y, *offsets, *temperatures;
  if (!PyArg_ParseTuple(args, "iOOOOOip", &function, &x, &where, &y, &offsets, &temperatures, &policy, &bfloat16)) return nullptr;
  const int type = PyArray_Check(x) ? PyArray_TYPE(as_array(x)) : -1;
  const bool wide = type == NPY_DOUBLE, narrow = type == (bfloat16 ? NPY_UINT16 : NPY_HALF), reduces = function == 2;
  if ((!wide && !narrow && type != NPY_FLOAT) || !is_matrix(x, type, -1) || !is_vector(offsets, NPY_INT64) || PyArray_DIM(as_array(offsets), 0) < 1) {
    PyErr_SetString(PyExc_TypeError, "segments are a matrix and their offsets");
    return nullptr;
  }
  const npy_intp lines = PyArray_DIM(as_array(x), 0), columns = PyArray_DIM(as_array(x), 1), count = PyArray_DIM(as_array(offsets), 0) - 1;
  if (!is_matrix(y, reduces && narrow ? NPY_FLOAT : type, columns) || PyArray_DIM(as_array(y), 0) != (reduces ? count : lines) ||
      !PyArray_ISWRITEABLE(as_array(y)) || (where != Py_None && (!is_matrix(where, NPY_BOOL, columns) || PyArray_DIM(as_array(where), 0) != lines)) ||
      !is_matrix(temperatures, NPY_DOUBLE, columns) || PyArray_DIM(as_array(temperatures), 0) != count) {
    PyErr_SetString(PyExc_TypeError, "results, mask and temperatures of segments do not fit their elements");
    return nullptr;
  }
  Segments segments{};
  Row &first = segments.first;
  first.x = PyArray_BYTES(as_array(x));
  first.x_stride = PyArray_STRIDE(as_array(x), 0);
  segments.x_column = PyArray_STRIDE(as_array(x), 1);
  first.y = PyArray_BYTES(as_array(y));
  first.y_stride = PyArray_STRIDE(as_array(y), 0);
  segments.y_column = PyArray_STRIDE(as_array(y), 1);
  if (where != Py_None) {
    first.where = PyArray_BYTES(as_array(where));
    first.where_stride = PyArray_STRIDE(as_array(where), 0);
    segments.where_column = PyArray_STRIDE(as_array(where), 1);
  }
  first.x_storage = narrow ? (bfloat16 ? Storage::bfloat16 : Storage::half) : Storage::native;
  first.y_storage = reduces ? Storage::native : first.x_storage;
  first.policy = static_cast<std::uint8_t>(policy);
  segments.offsets = int64_data(offsets);
  segments.origin = segments.offsets[0];
  segments.count = static_cast<std::size_t>(count);
  segments.columns = static_cast<std::size_t>(columns);
  segments.temperatures = static_cast<const double *>(PyArray_DATA(as_array(temperatures)));
  segments.temperature_step = PyArray_STRIDE(as_array(temperatures), 0) / static_cast<npy_intp>(sizeof(double));
  segments.temperature_column = PyArray_STRIDE(as_array(temperatures), 1) / static_cast<npy_intp>(sizeof(double));

  const SegmentFunctions &functions = wide ? level->segments_f64 : level->segments_f32;
  const auto run = reduces ? functions.logsumexp : function ? functions.log_softmax : functions.softmax;
  bool covered, invalid = false;
  Py_BEGIN_ALLOW_THREADS;
  covered = do_cover(segments, lines);
  if (covered && count && columns) {
    first.scratch = thread_scratch();
    first.scratch_bytes = first.scratch ? scratch_bytes : 0;
    const NeutralEnvironment neutral;
    invalid = run(segments);
  }
  Py_END_ALLOW_THREADS;
  if (!covered) {
    PyErr_SetString(PyExc_ValueError, "segments do not cover their rows");
    return nullptr;
  }
  return PyBool_FromLong(invalid);
}

PyMethodDef methods[] = {
    {"segment_rising", rising, METH_O, "segment_rising(ids): whether no id is below the one before."},
    {"segment_offsets", offsets, METH_VARARGS, "segment_offsets(ids, offsets): where the segments of rising ids begin and end."},
    {"segment_count", count, METH_VARARGS, "segment_count(ids, shift, counts): adds the elements of each bucket."},
    {"segment_deal", deal_rows, METH_VARARGS,
     "segment_deal(ids, shift, cursors, rows, to, low or None): rows into buckets, the low bits of their ids to `low`."},
    {"segment_collect", collect_rows, METH_VARARGS, "segment_collect(ids, shift, cursors, rows, to): and back."},
    {"segment_rows", rows, METH_VARARGS,
     "segment_rows(function, x, where, y, offsets, temperatures, policy, bfloat16): softmax (0), log_softmax (1) or logsumexp (2) "
     "of each segment; whether a NaN was made out of none."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

bool register_segments(PyObject *module, const Level &chosen) {
  level = &chosen;
  return PyModule_AddFunctions(module, methods) == 0;
}

}  // namespace stablesoftmax
