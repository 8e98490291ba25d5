// Many rows that Python reads in parts side by side: the functions of `Parts` (kernels.h), a part of every row at a time.
//
// A part of each of c rows is a matrix of c rows. What is known of them are two arrays of c records: `summaries` as struct Summary,
// `totals` as a signed high and an unsigned low half. Both are those of this part only: Python adds them up.
#include <type_traits>

#include "environment.h"
#include "parts.h"
#include "register.h"

namespace stablesoftmax {
namespace {

const Level *level; // set once, when the module is first imported

struct Total {
  std::int64_t high;
  std::uint64_t low;
};
static_assert(sizeof(Summary) == 40 && std::is_trivially_copyable_v<Summary>, "_row_parts.py has the same record");

bool refuse(const char *reason) {
  PyErr_SetString(PyExc_TypeError, reason);
  return false;
}

// A part of each row: the first of them, and the way from one to the next.
struct PartOfRows {
  Row first{};
  npy_intp count = 0;
  std::ptrdiff_t x_step = 0, where_step = 0, y_step = 0;
  const double *temperatures = nullptr;
  bool is_float64 = false;

  bool read(PyObject *object, PyObject *where, bool bfloat16) {
    auto *x = reinterpret_cast<PyArrayObject *>(object);
    if (!PyArray_Check(object) || PyArray_NDIM(x) != 2 || !PyArray_ISBEHAVED_RO(x)) return refuse("x is an aligned matrix in native byte order");
    const int type = PyArray_TYPE(x);
    is_float64 = type == NPY_DOUBLE;
    if (type != (bfloat16 ? NPY_UINT16 : NPY_HALF) && (bfloat16 || (type != NPY_FLOAT && !is_float64)))
      return refuse("x holds float16, float32, float64 or the patterns of bfloat16");
    count = PyArray_DIM(x, 0);
    x_step = PyArray_STRIDE(x, 0);
    first.x = PyArray_BYTES(x);
    first.x_stride = PyArray_STRIDE(x, 1);
    first.n = static_cast<std::size_t>(PyArray_DIM(x, 1));
    first.temperature = 1.0;
    first.x_storage = first.y_storage = type == NPY_HALF ? Storage::half : bfloat16 ? Storage::bfloat16 : Storage::native;
    if (where == Py_None) return true;
    auto *mask = reinterpret_cast<PyArrayObject *>(where);
    if (!PyArray_Check(where) || PyArray_TYPE(mask) != NPY_BOOL || PyArray_NDIM(mask) != 2 || PyArray_DIM(mask, 0) != count ||
        PyArray_DIM(mask, 1) != PyArray_DIM(x, 1))
      return refuse("where is a boolean matrix of the shape of x");
    first.where = PyArray_BYTES(mask);
    first.where_stride = PyArray_STRIDE(mask, 1);
    where_step = PyArray_STRIDE(mask, 0);
    return true;
  }

  bool read_target(PyObject *object, PyObject *x) {
    auto *y = reinterpret_cast<PyArrayObject *>(object);
    if (!PyArray_Check(object) || PyArray_TYPE(y) != PyArray_TYPE(reinterpret_cast<PyArrayObject *>(x)) || PyArray_NDIM(y) != 2 ||
        !PyArray_ISBEHAVED(y) || PyArray_DIM(y, 0) != count || static_cast<std::size_t>(PyArray_DIM(y, 1)) != first.n)
      return refuse("the results go to a writable matrix like x");
    first.y = PyArray_BYTES(y);
    first.y_stride = PyArray_STRIDE(y, 1);
    y_step = PyArray_STRIDE(y, 0);
    return true;
  }

  // The records of as many rows, or null with a Python error.
  template <class Record> Record *records(PyObject *object) const {
    auto *array = reinterpret_cast<PyArrayObject *>(object);
    if (PyArray_Check(object) && PyArray_NDIM(array) == 1 && PyArray_ISCARRAY(array) && PyArray_DIM(array, 0) == count &&
        static_cast<std::size_t>(PyArray_ITEMSIZE(array)) == sizeof(Record))
      return reinterpret_cast<Record *>(PyArray_BYTES(array));
    refuse("one record a row is needed, in a writable vector");
    return nullptr;
  }
  bool read_temperatures(PyObject *object) { return (temperatures = records<double>(object)) != nullptr; }

  // Calls work(part, i) for every row: without the GIL, in a neutral environment.
  template <class Work> void each(Work work) const {
    Py_BEGIN_ALLOW_THREADS;
    {
      const NeutralEnvironment neutral;
      Row part = first;
      for (npy_intp i = 0; i < count; i++, part.x += x_step, part.where += where_step, part.y += y_step) {
        if (temperatures) part.temperature = temperatures[i];
        work(part, i);
      }
    }
    Py_END_ALLOW_THREADS;
  }

  const Parts &kernels() const { return is_float64 ? level->parts_f64 : level->parts_f32; }
};

PyObject *summarise(PyObject *, PyObject *args) {
  PyObject *x, *where, *records;
  int bfloat16, with_second;
  PartOfRows rows;
  if (!PyArg_ParseTuple(args, "OOppO", &x, &where, &bfloat16, &with_second, &records) || !rows.read(x, where, bfloat16)) return nullptr;
  auto *summaries = rows.records<Summary>(records);
  if (!summaries) return nullptr;
  const Parts &kernels = rows.kernels();
  rows.each([&](const Row &part, npy_intp i) { summaries[i] = kernels.summarise(part, with_second); });
  Py_RETURN_NONE;
}

// Whether a row that has no sum is shared among its largest all the same.
bool is_shared(const Summary &s, unsigned char policy) {
  return !s.nan && policy & (s.max > 0 ? posinf_limit : neginf_zero | neginf_uniform);
}
bool is_special(const Summary &s) { return s.nan || s.max - s.max != 0; }

PyObject *sum(PyObject *, PyObject *args) {
  PyObject *x, *where, *temperatures, *records, *sums;
  int bfloat16, of_rest;
  unsigned char policy;
  PartOfRows rows;
  if (!PyArg_ParseTuple(args, "OOpOpbOO", &x, &where, &bfloat16, &temperatures, &of_rest, &policy, &records, &sums) ||
      !rows.read(x, where, bfloat16) || !rows.read_temperatures(temperatures))
    return nullptr;
  const auto *summaries = rows.records<Summary>(records);
  auto *totals = rows.records<Total>(sums);
  if (!summaries || !totals) return nullptr;
  const Parts &kernels = rows.kernels();
  rows.each([&](const Row &part, npy_intp i) {
    const Summary &s = summaries[i];
    const Wide total = !is_special(s)        ? kernels.sum(part, s, of_rest)
                       : is_shared(s, policy) ? static_cast<Wide>(kernels.ties(part, s.max))
                                              : 0;
    totals[i] = {static_cast<std::int64_t>(total >> 64), static_cast<std::uint64_t>(total)};
  });
  Py_RETURN_NONE;
}

PyObject *sum_near_zero(PyObject *, PyObject *args) {
  PyObject *x, *where, *sums;
  int bfloat16;
  PartOfRows rows;
  if (!PyArg_ParseTuple(args, "OOpO", &x, &where, &bfloat16, &sums) || !rows.read(x, where, bfloat16)) return nullptr;
  auto *totals = rows.records<Total>(sums);
  if (!totals) return nullptr;
  const Parts &kernels = rows.kernels();
  rows.each([&](const Row &part, npy_intp i) {
    const auto total = static_cast<Wide>(kernels.sum_near_zero(part));
    totals[i] = {static_cast<std::int64_t>(total >> 64), static_cast<std::uint64_t>(total)};
  });
  Py_RETURN_NONE;
}

PyObject *write(PyObject *, PyObject *args) {
  PyObject *x, *where, *y, *temperatures, *records, *sums;
  int log, bfloat16;
  unsigned char policy;
  PartOfRows rows;
  if (!PyArg_ParseTuple(args, "pOOOpObOO", &log, &x, &where, &y, &bfloat16, &temperatures, &policy, &records, &sums) ||
      !rows.read(x, where, bfloat16) || !rows.read_target(y, x) || !rows.read_temperatures(temperatures))
    return nullptr;
  const auto *summaries = rows.records<Summary>(records);
  const auto *totals = rows.records<Total>(sums);
  if (!summaries || !totals) return nullptr;
  rows.first.policy = policy;
  const Parts &kernels = rows.kernels();
  rows.each([&](const Row &part, npy_intp i) {
    (log ? kernels.log_softmax : kernels.softmax)(part, summaries[i], from_pair(totals[i].high, totals[i].low));
  });
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {
    {"rows_summary", summarise, METH_VARARGS, "rows_summary(x, where, bfloat16, with_second, summaries)"},
    {"rows_sum", sum, METH_VARARGS, "rows_sum(x, where, bfloat16, temperatures, of_rest, policy, summaries, totals)"},
    {"rows_sum_near_zero", sum_near_zero, METH_VARARGS, "rows_sum_near_zero(x, where, bfloat16, totals)"},
    {"rows_write", write, METH_VARARGS, "rows_write(log, x, where, y, bfloat16, temperatures, policy, summaries, totals)"},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

bool register_part_rows(PyObject *module, const Level &chosen) {
  level = &chosen;
  return PyModule_AddFunctions(module, methods) == 0;
}

}  // namespace stablesoftmax
