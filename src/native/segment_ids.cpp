// Segment ids for Python: what segment_order.h does, on NumPy arrays.
#include "register.h"
#include "segment_order.h"

namespace stablesoftmax {
namespace {

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

// segment_offsets(ids, offsets): of rising ids -> whether all of them are in range
PyObject *offsets(PyObject *, PyObject *args) {
  PyObject *ids, *to;
  if (!PyArg_ParseTuple(args, "OO", &ids, &to)) return nullptr;
  if (!is_vector(ids, NPY_INT64) || !is_vector(to, NPY_INT64) || !PyArray_ISWRITEABLE(as_array(to)) || PyArray_DIM(as_array(to), 0) < 1) {
    PyErr_SetString(PyExc_TypeError, "ids and offsets are contiguous vectors of int64");
    return nullptr;
  }
  const npy_intp n = PyArray_DIM(as_array(ids), 0), count = PyArray_DIM(as_array(to), 0) - 1;
  return PyBool_FromLong(without_gil([&] { return offsets_of_rising(int64_data(ids), n, count, int64_data(to)); }));
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

// segment_count(ids, shift, counts, end): adds the elements of each bucket -> whether all ids are below `end`
PyObject *count(PyObject *, PyObject *args) {
  PyObject *ids, *counts;
  int shift;
  Py_ssize_t end;
  if (!PyArg_ParseTuple(args, "OiOn", &ids, &shift, &counts, &end)) return nullptr;
  if (!are_ids(ids) || !are_cursors(counts, shift)) {
    PyErr_SetString(PyExc_TypeError, "ids and counts are contiguous vectors");
    return nullptr;
  }
  const Buckets buckets{PyArray_DIM(as_array(counts), 0), shift, 0, int64_data(counts)};
  return PyBool_FromLong(
    without_gil([&] { return with_ids(ids, [&](auto data, std::int64_t n) { return count_buckets(data, n, end, buckets); }); }));
}

// Whether elements that lie in buckets, and elements anywhere, are of one kind: whole rows of a matrix, one for each id.
bool are_rows(PyObject *together, PyObject *apart, PyObject *ids) {
  if (!PyArray_Check(together) || !PyArray_Check(apart)) return false;
  PyArrayObject *a = as_array(together), *b = as_array(apart);
  return PyArray_NDIM(a) == 2 && PyArray_NDIM(b) == 2 && PyArray_IS_C_CONTIGUOUS(a) && PyArray_DIM(b, 0) == PyArray_DIM(as_array(ids), 0) &&
         PyArray_DIM(a, 1) == PyArray_DIM(b, 1) && PyArray_ITEMSIZE(a) == PyArray_ITEMSIZE(b) &&
         (PyArray_SIZE(b) == 0 || PyArray_DIM(b, 1) < 2 || PyArray_STRIDE(b, 1) == PyArray_ITEMSIZE(b));
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

PyMethodDef methods[] = {
    {"segment_rising", rising, METH_O, "segment_rising(ids): whether no id is below the one before."},
    {"segment_offsets", offsets, METH_VARARGS,
     "segment_offsets(ids, offsets): where the segments of rising ids begin and end; whether these are in range."},
    {"segment_count", count, METH_VARARGS,
     "segment_count(ids, shift, counts, end): adds the elements of each bucket; whether all ids are below `end`."},
    {"segment_deal", deal_rows, METH_VARARGS,
     "segment_deal(ids, shift, cursors, rows, to, low or None): rows into buckets, the low bits of their ids to `low`."},
    {"segment_collect", collect_rows, METH_VARARGS, "segment_collect(ids, shift, cursors, rows, to): and back."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

bool register_segment_ids(PyObject *module) { return PyModule_AddFunctions(module, methods) == 0; }

}  // namespace stablesoftmax
