// Segments for Python: the functions of rows over them (rows/segments.h) on NumPy arrays.
#include <cstdlib>
#include <cstring>

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
const std::int64_t *int64_data(PyObject *vector) { return static_cast<const std::int64_t *>(PyArray_DATA(as_array(vector))); }

// Whether `object` is an aligned matrix, in native byte order, of this type and number of columns; -1: of any.
bool is_matrix(PyObject *object, int type, npy_intp columns) {
  if (!PyArray_Check(object)) return false;
  PyArrayObject *array = as_array(object);
  return PyArray_NDIM(array) == 2 && PyArray_TYPE(array) == type && PyArray_ISBEHAVED_RO(array) &&
         (columns < 0 || PyArray_DIM(array, 1) == columns);
}

// What a function of segments is given in all cases; false with a Python error if that does not fit together.
struct Given {
  int function, policy, bfloat16;
  PyObject *x, *where, *y, *temperatures;
  Segments segments;
  bool (*run)(const Segments &);

  bool reduces() const { return function == 2; }
  npy_intp lines() const { return PyArray_DIM(as_array(x), 0); }
  bool read();
};

bool Given::read() {
  const int type = PyArray_Check(x) ? PyArray_TYPE(as_array(x)) : -1;
  const bool wide = type == NPY_DOUBLE, narrow = type == (bfloat16 ? NPY_UINT16 : NPY_HALF);
  if ((!wide && !narrow && type != NPY_FLOAT) || !is_matrix(x, type, -1)) {
    PyErr_SetString(PyExc_TypeError, "segments are rows of a matrix");
    return false;
  }
  const npy_intp columns = PyArray_DIM(as_array(x), 1);
  const npy_intp count = is_matrix(temperatures, NPY_DOUBLE, columns) ? PyArray_DIM(as_array(temperatures), 0) : -1;
  if (count < 0 || !is_matrix(y, reduces() && narrow ? NPY_FLOAT : type, columns) || PyArray_DIM(as_array(y), 0) != (reduces() ? count : lines()) ||
      !PyArray_ISWRITEABLE(as_array(y)) ||
      (where != Py_None && (!is_matrix(where, NPY_BOOL, columns) || PyArray_DIM(as_array(where), 0) != lines()))) {
    PyErr_SetString(PyExc_TypeError, "results, mask and temperatures of segments do not fit their elements");
    return false;
  }
  segments = Segments{};
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
  first.y_storage = reduces() ? Storage::native : first.x_storage;
  first.policy = static_cast<std::uint8_t>(policy);
  segments.count = static_cast<std::size_t>(count);
  segments.columns = static_cast<std::size_t>(columns);
  segments.temperatures = static_cast<const double *>(PyArray_DATA(as_array(temperatures)));
  segments.temperature_step = PyArray_STRIDE(as_array(temperatures), 0) / static_cast<npy_intp>(sizeof(double));
  segments.temperature_column = PyArray_STRIDE(as_array(temperatures), 1) / static_cast<npy_intp>(sizeof(double));
  const SegmentFunctions &functions = wide ? level->segments_f64 : level->segments_f32;
  run = reduces() ? functions.logsumexp : function ? functions.log_softmax : functions.softmax;
  return true;
}

enum class Outcome { valid, invalid, no_fit, no_memory };

// Work on segments: no GIL, neutral environment, scratch.
template <class Work> PyObject *apart_from_python(Segments &segments, Work work) {
  Outcome outcome;
  Py_BEGIN_ALLOW_THREADS;
  segments.first.scratch = thread_scratch();
  segments.first.scratch_bytes = segments.first.scratch ? scratch_bytes : 0;
  {
    const NeutralEnvironment neutral;
    outcome = work();
  }
  Py_END_ALLOW_THREADS;
  if (outcome == Outcome::no_memory) return PyErr_NoMemory();
  if (outcome != Outcome::no_fit) return PyBool_FromLong(outcome == Outcome::invalid);
  PyErr_SetString(PyExc_ValueError, "segments do not cover their rows");
  return nullptr;
}

// Offsets never fall, and lie in a vector of `end` elements from the first on.
bool are_offsets(const std::int64_t *offsets, npy_intp count, std::int64_t end) {
  for (npy_intp s = 0; s < count; s++)
    if (offsets[s] > offsets[s + 1]) return false;
  return offsets[count] - offsets[0] == end;
}

// segment_rows(function, x, where, y, temperatures, policy, bfloat16, offsets) -> whether a NaN was made out of none
PyObject *rows(PyObject *, PyObject *args) {
  Given given;
  PyObject *offsets;
  if (!PyArg_ParseTuple(args, "iOOOOipO", &given.function, &given.x, &given.where, &given.y, &given.temperatures, &given.policy,
                        &given.bfloat16, &offsets) ||
      !given.read())
    return nullptr;
  Segments &segments = given.segments;
  if (!is_vector(offsets, NPY_INT64) || PyArray_DIM(as_array(offsets), 0) != static_cast<npy_intp>(segments.count + 1)) {
    PyErr_SetString(PyExc_TypeError, "offsets of segments are a vector of one more than there are");
    return nullptr;
  }
  segments.offsets = int64_data(offsets);
  segments.origin = segments.offsets[0];
  return apart_from_python(segments, [&] {
    if (!are_offsets(segments.offsets, static_cast<npy_intp>(segments.count), given.lines())) return Outcome::no_fit;
    return given.run(segments) ? Outcome::invalid : Outcome::valid;
  });
}

// Memory for the elements of one bucket after the other, sorted.
struct Sorted {
  std::int64_t *offsets, *cursors;
  char *x, *where;
  void *all;

  Sorted(std::size_t count, std::size_t x_bytes, std::size_t mask_bytes)
      : all(std::malloc((2 * count + 1) * sizeof *offsets + x_bytes + mask_bytes)) {
    offsets = static_cast<std::int64_t *>(all);
    cursors = offsets + count + 1;
    x = reinterpret_cast<char *>(cursors + count);
    where = x + x_bytes;
  }
  ~Sorted() { std::free(all); }
  Sorted(const Sorted &) = delete;
  Sorted &operator=(const Sorted &) = delete;
};

// The function of the segments of one bucket, whose elements lie in any order: sorted, computed and put back.
template <class Id>
Outcome sort_and_run(const Given &given, Segments segments, const Id *ids, std::int64_t n, std::size_t element, Sorted &sorted) {
  const auto count = static_cast<std::int64_t>(segments.count);
  std::memset(sorted.offsets, 0, static_cast<std::size_t>(count + 1) * sizeof *sorted.offsets);
  if (!count_buckets(ids, n, count, {count, 0, n, sorted.offsets + 1})) return Outcome::no_fit;
  for (std::int64_t s = 0; s < count; s++) sorted.offsets[s + 1] += sorted.offsets[s];
  const auto from_the_start = [&]() -> Buckets {
    std::memcpy(sorted.cursors, sorted.offsets, static_cast<std::size_t>(count) * sizeof *sorted.cursors);
    return {count, 0, n, sorted.cursors};
  };
  Row &first = segments.first;
  const std::size_t columns = segments.columns;
  const Elements y{first.y, first.y_stride, columns * element};
  const Elements x{const_cast<char *>(first.x), first.x_stride, columns * element};
  if (!deal(ids, n, from_the_start(), x, sorted.x, nullptr)) return Outcome::no_fit;
  if (first.where && !deal(ids, n, from_the_start(), {const_cast<char *>(first.where), first.where_stride, columns}, sorted.where, nullptr))
    return Outcome::no_fit;
  first.x = sorted.x;
  first.x_stride = static_cast<std::ptrdiff_t>(columns * element);
  segments.x_column = static_cast<std::ptrdiff_t>(element);
  if (first.where) first.where = sorted.where, first.where_stride = static_cast<std::ptrdiff_t>(columns), segments.where_column = 1;
  if (!given.reduces()) first.y = sorted.x, first.y_stride = first.x_stride, segments.y_column = segments.x_column;
  segments.offsets = sorted.offsets;
  const bool invalid = given.run(segments);
  if (!given.reduces() && !collect(ids, n, from_the_start(), sorted.x, y)) return Outcome::no_fit;
  return invalid ? Outcome::invalid : Outcome::valid;
}

// The buckets one after the other, each of 2^shift segments but the last.
template <class Id>
Outcome each_bucket(const Given &given, const Id *ids, const std::int64_t *starts, npy_intp buckets, int shift, std::size_t element) {
  const Segments &all = given.segments;
  if (!are_offsets(starts, buckets, given.lines())) return Outcome::no_fit;
  const auto in_bucket = static_cast<std::size_t>(std::int64_t{1} << shift);
  std::int64_t largest = 0;
  for (npy_intp b = 0; b < buckets; b++) largest = starts[b + 1] - starts[b] > largest ? starts[b + 1] - starts[b] : largest;
  const std::size_t cells = static_cast<std::size_t>(largest) * all.columns;
  Sorted sorted(in_bucket < all.count ? in_bucket : all.count, cells * element, all.first.where ? cells : 0);
  if (!sorted.all) return Outcome::no_memory;
  bool invalid = false;
  std::size_t done = 0; // segments
  for (npy_intp b = 0; b < buckets; b++) {
    const auto begin = static_cast<std::ptrdiff_t>(starts[b] - starts[0]), segment = static_cast<std::ptrdiff_t>(done);
    Segments some = all;
    some.count = all.count - done < in_bucket ? all.count - done : in_bucket;
    some.first.x += begin * all.first.x_stride;
    some.first.y += (given.reduces() ? segment : begin) * all.first.y_stride;
    if (all.first.where) some.first.where += begin * all.first.where_stride;
    some.temperatures += segment * all.temperature_step;
    const Outcome outcome = sort_and_run(given, some, ids + begin, starts[b + 1] - starts[b], element, sorted);
    if (outcome == Outcome::no_fit) return outcome;
    invalid |= outcome == Outcome::invalid;
    done += some.count;
  }
  if (done != all.count) return Outcome::no_fit;
  return invalid ? Outcome::invalid : Outcome::valid;
}

bool has_whole_rows(PyObject *matrix) {
  return PyArray_SIZE(as_array(matrix)) == 0 || PyArray_DIM(as_array(matrix), 1) < 2 || PyArray_STRIDE(as_array(matrix), 1) == PyArray_ITEMSIZE(as_array(matrix));
}

// segment_buckets(function, x, where, y, temperatures, policy, bfloat16, ids, starts, shift) -> whether a NaN was made out of none
PyObject *buckets(PyObject *, PyObject *args) {
  Given given;
  PyObject *ids, *starts;
  int shift;
  if (!PyArg_ParseTuple(args, "iOOOOipOOi", &given.function, &given.x, &given.where, &given.y, &given.temperatures, &given.policy,
                        &given.bfloat16, &ids, &starts, &shift) ||
      !given.read())
    return nullptr;
  const bool is_int64 = is_vector(ids, NPY_INT64);
  if ((!is_int64 && !is_vector(ids, NPY_UINT32)) || PyArray_DIM(as_array(ids), 0) != given.lines() || !is_vector(starts, NPY_INT64) ||
      PyArray_DIM(as_array(starts), 0) < 1 || shift < 0 || shift > 62 || !has_whole_rows(given.x) ||
      (given.where != Py_None && !has_whole_rows(given.where)) || (!given.reduces() && !has_whole_rows(given.y))) {
    PyErr_SetString(PyExc_TypeError, "buckets are whole rows of matrices, and the id of each row");
    return nullptr;
  }
  const npy_intp number = PyArray_DIM(as_array(starts), 0) - 1;
  const auto element = static_cast<std::size_t>(PyArray_ITEMSIZE(as_array(given.x)));
  const void *data = PyArray_DATA(as_array(ids));
  return apart_from_python(given.segments, [&] {
    if (is_int64) return each_bucket(given, static_cast<const std::int64_t *>(data), int64_data(starts), number, shift, element);
    return each_bucket(given, static_cast<const std::uint32_t *>(data), int64_data(starts), number, shift, element);
  });
}

PyMethodDef methods[] = {
    {"segment_rows", rows, METH_VARARGS,
     "segment_rows(function, x, where, y, temperatures, policy, bfloat16, offsets): softmax (0), log_softmax (1) or logsumexp (2) "
     "of each segment; whether a NaN was made out of none."},
    {"segment_buckets", buckets, METH_VARARGS,
     "segment_buckets(function, x, where, y, temperatures, policy, bfloat16, ids, starts, shift): the same for buckets of 2^shift "
     "segments, whose elements lie in any order."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

bool register_segments(PyObject *module, const Level &chosen) {
  level = &chosen;
  return PyModule_AddFunctions(module, methods) == 0 && register_segment_ids(module);
}

}  // namespace stablesoftmax
