// Segments for Python: their order from ids, and the functions of rows over them (rows/segments.h) on NumPy arrays.
#include <cstdlib>

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
bool is_vector_of_int64(PyObject *object) { return is_vector(object, NPY_INT64); }
std::int64_t *int64_data(PyObject *vector) { return static_cast<std::int64_t *>(PyArray_DATA(as_array(vector))); }

PyObject *id_out_of_range() {
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
  if (!is_vector_of_int64(ids)) {
    PyErr_SetString(PyExc_TypeError, "ids are a contiguous vector of int64");
    return nullptr;
  }
  return PyBool_FromLong(without_gil([&] { return is_rising(int64_data(ids), PyArray_DIM(as_array(ids), 0)); }));
}

template <class Id> PyObject *order_of(PyObject *ids, npy_intp count) {
  npy_intp n = PyArray_DIM(as_array(ids), 0), room = count + 2;
  const auto *data = static_cast<const Id *>(PyArray_DATA(as_array(ids)));
  PyObject *offsets = PyArray_SimpleNew(1, &room, NPY_INT64), *places = nullptr;
  if (!offsets) return nullptr;
  bool good;
  if (without_gil([&] { return is_rising(data, n); })) {
    good = without_gil([&] { return offsets_of_rising(data, n, count, int64_data(offsets)); });
  } else {
    places = PyArray_SimpleNew(1, &n, NPY_INT64);
    good = places && without_gil([&] { return sort_by_segment(data, n, count, int64_data(offsets), int64_data(places)); });
    if (!places) {
      Py_DECREF(offsets);
      return nullptr;
    }
  }
  PyObject *result = good ? Py_BuildValue("(OO)", offsets, places ? places : Py_None) : id_out_of_range();
  Py_DECREF(offsets);
  Py_XDECREF(places);
  return result;
}

// segment_order(ids, count) -> (offsets, order), order None for rising ids
PyObject *order(PyObject *, PyObject *args) {
  PyObject *ids;
  Py_ssize_t count;
  if (!PyArg_ParseTuple(args, "On", &ids, &count)) return nullptr;
  const bool is_int64 = is_vector_of_int64(ids);
  if ((!is_int64 && !is_vector(ids, NPY_UINT32)) || count < 0) {
    PyErr_SetString(PyExc_TypeError, "ids are a contiguous vector of int64 or uint32");
    return nullptr;
  }
  if (count > PY_SSIZE_T_MAX / 16) return PyErr_NoMemory();
  return is_int64 ? order_of<std::int64_t>(ids, count) : order_of<std::uint32_t>(ids, count);
}

// segment_count(ids, shift, counts): adds the elements of each bucket
// segment_deal(ids, shift, cursors, from or None, to): moves elements, or without any the ids, into buckets
// segment_collect(ids, shift, cursors, from, to): and back
enum class Move { count, deal, collect };
template <Move move> PyObject *move_elements(PyObject *, PyObject *args) {
  PyObject *ids, *cursors, *from = Py_None, *to = Py_None;
  int shift;
  if (!PyArg_ParseTuple(args, move == Move::count ? "OiO" : "OiOOO", &ids, &shift, &cursors, &from, &to)) return nullptr;
  const bool ids_alone = from == Py_None;
  PyObject *const apart = move == Move::deal ? from : to, *const together = move == Move::deal ? to : from;
  bool fits = is_vector_of_int64(ids) && is_vector_of_int64(cursors) && PyArray_ISWRITEABLE(as_array(cursors)) && shift >= 0 && shift < 32;
  if (move != Move::count) {
    fits = fits && PyArray_Check(to) && PyArray_ISWRITEABLE(as_array(to)) && PyArray_Check(together) && PyArray_IS_C_CONTIGUOUS(as_array(together));
    if (ids_alone) fits = fits && move == Move::deal && is_vector(to, NPY_UINT32);
    else
      fits = fits && PyArray_Check(apart) && PyArray_NDIM(as_array(apart)) == 2 && PyArray_NDIM(as_array(together)) == 2 &&
             PyArray_DIM(as_array(apart), 0) == PyArray_DIM(as_array(ids), 0) &&
             PyArray_DIM(as_array(apart), 1) == PyArray_DIM(as_array(together), 1) &&
             PyArray_ITEMSIZE(as_array(apart)) == PyArray_ITEMSIZE(as_array(together)) &&
             (PyArray_DIM(as_array(apart), 1) < 2 || PyArray_STRIDE(as_array(apart), 1) == PyArray_ITEMSIZE(as_array(apart)));
  }
  if (!fits) {
    PyErr_SetString(PyExc_TypeError, "ids, cursors and elements do not fit each other");
    return nullptr;
  }
  const std::int64_t *data = int64_data(ids), n = PyArray_DIM(as_array(ids), 0);
  const std::int64_t room = move == Move::count ? 0 : PyArray_DIM(as_array(together), 0);
  const Buckets buckets{PyArray_DIM(as_array(cursors), 0), shift, room, int64_data(cursors)};
  const bool good = without_gil([&] {
    if (move == Move::count) return count_buckets(data, n, buckets, buckets.cursors);
    if (ids_alone) return deal_ids(data, n, buckets, static_cast<std::uint32_t *>(PyArray_DATA(as_array(to))));
    const auto bytes = static_cast<std::size_t>(PyArray_DIM(as_array(apart), 1) * PyArray_ITEMSIZE(as_array(apart)));
    const Elements elements{PyArray_BYTES(as_array(apart)), PyArray_STRIDE(as_array(apart), 0), bytes};
    char *joined = PyArray_BYTES(as_array(together));
    return move == Move::deal ? deal(data, n, buckets, elements, joined) : collect(data, n, buckets, joined, elements);
  });
  if (!good) return id_out_of_range();
  Py_RETURN_NONE;
}

// Whether `object` is an aligned matrix, in native byte order, of this type and number of columns; -1: of any.
bool is_matrix(PyObject *object, int type, npy_intp columns) {
  if (!PyArray_Check(object)) return false;
  PyArrayObject *array = as_array(object);
  return PyArray_NDIM(array) == 2 && PyArray_TYPE(array) == type && PyArray_ISBEHAVED_RO(array) &&
         (columns < 0 || PyArray_DIM(array, 1) == columns);
}

// Every place lies in an array of so many rows.
bool are_within(const Segments &segments, npy_intp places, npy_intp rows, std::size_t &longest) {
  longest = 0;
  for (std::size_t s = 0; s < segments.count; s++) {
    if (segments.offsets[s] > segments.offsets[s + 1]) return false;
    const auto length = static_cast<std::size_t>(segments.offsets[s + 1] - segments.offsets[s]);
    longest = length > longest ? length : longest;
  }
  if (segments.offsets[segments.count] - segments.origin != places || (!segments.order && places != rows)) return false;
  for (npy_intp i = 0; segments.order && i < places; i++)
    if (segments.order[i] < 0 || segments.order[i] >= rows) return false;
  return true;
}

// segment_rows(function, x, where, y, offsets, order, temperatures, policy, bfloat16) -> whether a NaN was made out of none
PyObject *rows(PyObject *, PyObject *args) {
  int function, policy, bfloat16;
  PyObject *x, *where, *y, *offsets, *order, *temperatures;
  if (!PyArg_ParseTuple(args, "iOOOOOOip", &function, &x, &where, &y, &offsets, &order, &temperatures, &policy, &bfloat16)) return nullptr;
  const int type = PyArray_Check(x) ? PyArray_TYPE(as_array(x)) : -1;
  const bool wide = type == NPY_DOUBLE, narrow = type == (bfloat16 ? NPY_UINT16 : NPY_HALF), reduces = function == 2;
  if ((!wide && !narrow && type != NPY_FLOAT) || !is_matrix(x, type, -1) || !is_vector_of_int64(offsets) || PyArray_DIM(as_array(offsets), 0) < 1 ||
      (order != Py_None && !is_vector_of_int64(order))) {
    PyErr_SetString(PyExc_TypeError, "segments are a matrix, their offsets and perhaps their order");
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
  segments.order = order == Py_None ? nullptr : int64_data(order);
  segments.origin = segments.offsets[0];
  segments.count = static_cast<std::size_t>(count);
  segments.columns = static_cast<std::size_t>(columns);
  segments.temperatures = static_cast<const double *>(PyArray_DATA(as_array(temperatures)));
  segments.temperature_step = PyArray_STRIDE(as_array(temperatures), 0) / static_cast<npy_intp>(sizeof(double));
  segments.temperature_column = PyArray_STRIDE(as_array(temperatures), 1) / static_cast<npy_intp>(sizeof(double));

  const SegmentFunctions &functions = wide ? level->segments_f64 : level->segments_f32;
  const auto run = reduces ? functions.logsumexp : function ? functions.log_softmax : functions.softmax;
  bool fits, memory = true, invalid = false;
  Py_BEGIN_ALLOW_THREADS;
  std::size_t longest;
  fits = are_within(segments, order == Py_None ? lines : PyArray_DIM(as_array(order), 0), lines, longest);
  if (fits && count && columns) {
    if (segments.order) {
      segments.lent = std::malloc(segment_bytes(longest, segments.columns, static_cast<std::size_t>(PyArray_ITEMSIZE(as_array(x)))) + 1);
      memory = segments.lent;
    }
    first.scratch = thread_scratch();
    first.scratch_bytes = first.scratch ? scratch_bytes : 0;
    if (memory) {
      const NeutralEnvironment neutral;
      invalid = run(segments);
    }
    std::free(segments.lent);
  }
  Py_END_ALLOW_THREADS;
  if (!fits) {
    PyErr_SetString(PyExc_ValueError, "a segment lies outside its array");
    return nullptr;
  }
  if (!memory) return PyErr_NoMemory();
  return PyBool_FromLong(invalid);
}

PyMethodDef methods[] = {
    {"segment_rising", rising, METH_O, "segment_rising(ids): whether no id is below the one before."},
    {"segment_order", order, METH_VARARGS, "segment_order(ids, count): (count + 2 offsets, the last without a meaning; the order or None)"},
    {"segment_count", move_elements<Move::count>, METH_VARARGS, "segment_count(ids, shift, counts): adds the elements of each bucket."},
    {"segment_deal", move_elements<Move::deal>, METH_VARARGS,
     "segment_deal(ids, shift, cursors, from or None, to): elements, or the ids less the first of their bucket, into buckets."},
    {"segment_collect", move_elements<Move::collect>, METH_VARARGS, "segment_collect(ids, shift, cursors, from, to): and back."},
    {"segment_rows", rows, METH_VARARGS,
     "segment_rows(function, x, where, y, offsets, order, temperatures, policy, bfloat16): softmax (0), log_softmax (1) or logsumexp (2) "
     "of each segment; whether a NaN was made out of none."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

bool register_segments(PyObject *module, const Level &chosen) {
  level = &chosen;
  return PyModule_AddFunctions(module, methods) == 0;
}

}  // namespace stablesoftmax
