// The sparse relatives of softmax as gufuncs. Compiled once, for no level: the bits are the same at every level by construction.
// Only pass 1 of a row (maximum, NaN) and alpha = 1, which is softmax, are the level's.
#include "register.h"

#include <initializer_list>
#include <new>

#include "gufunc.h"
#include "sparse/alpha_gradient.h"

namespace stablesoftmax {
namespace {

// What a loop is told when it is registered.
struct SparseLoop {
  const Level *level;
  Storage storage; // of the rows
};

// Every element that takes part, and 0 for the others.
template <class T> void fill(const Elements<T> &x, std::size_t n, double value, const Results &y) {
  for (std::size_t i = 0; i < n; i++) y.put(i, x.takes_part(i) ? value : 0.0);
}

// True where a NaN was made out of none.
template <class T> bool entmax(const Row &row, double alpha, const Level &level) {
  constexpr bool wide = sizeof(T) == 8;
  if (alpha == 1.0) return (wide ? level.softmax_f64 : level.softmax_f32)(row);
  const Elements<T> x = elements_of<T>(row);
  const Results y{row.y, row.y_stride, row.y_storage, wide};
  const Summary s = (wide ? level.parts_f64 : level.parts_f32).summarise(row, false);
  if (!s.nan && s.max - s.max == 0) {
    entmax_row<T>(x, row.n, s.max, alpha, y);
    return false;
  }
  fill(x, row.n, __builtin_nan(""), y); // NaN, +inf, or nothing above -inf
  return !s.nan && s.present > 0;
}

// (n),()->(n) and, masked, (n),(n),()->(n): x[, where], alpha -> y
template <class T, bool masked> void loop_entmax(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const SparseLoop &loop = *static_cast<const SparseLoop *>(data);
  constexpr int shift = masked, operands = 3 + shift;
  Row row{};
  row.n = static_cast<std::size_t>(sizes[1]);
  row.x_stride = steps[operands];
  if (masked) row.where_stride = steps[operands + 1];
  row.y_stride = steps[operands + 1 + shift];
  row.temperature = 1.0;
  row.x_storage = row.y_storage = loop.storage;
  lend_scratch(row, false);
  guarded([&] {
    bool invalid = false;
    for (npy_intp i = 0; i < sizes[0]; i++) {
      row.x = args[0] + i * steps[0];
      if (masked) row.where = args[1] + i * steps[1];
      row.y = args[2 + shift] + i * steps[2 + shift];
      invalid |= entmax<T>(row, *reinterpret_cast<const double *>(args[1 + shift] + i * steps[1 + shift]), *loop.level);
    }
    return invalid;
  });
}

// A row of y and one of g, both of the storage of the loop; true in `nan` where y has a NaN or an infinity.
template <class T> struct Operands {
  Elements<T> y, g;
  std::size_t n;
  bool nan;

  Operands(const SparseLoop &loop, char **args, const npy_intp *steps, npy_intp i, const Row &row) : n(row.n) {
    y = {args[0] + i * steps[0], steps[4], loop.storage, nullptr, 0};
    g = {args[1] + i * steps[1], steps[5], loop.storage, nullptr, 0};
    Row of_y = row;
    of_y.x = y.at;
    const Summary s = (sizeof(T) == 8 ? loop.level->parts_f64 : loop.level->parts_f32).summarise(of_y, false);
    nan = s.nan || s.max == __builtin_inf();
  }
};

template <class T> Row row_of_y(const SparseLoop &loop, const npy_intp *sizes, const npy_intp *steps) {
  Row row{};
  row.n = static_cast<std::size_t>(sizes[1]);
  row.x_stride = steps[4];
  row.x_storage = loop.storage;
  return row;
}

// (n),(n),()->(n): y, g, alpha -> dx
template <class T> void loop_entmax_vjp(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const SparseLoop &loop = *static_cast<const SparseLoop *>(data);
  const Row row = row_of_y<T>(loop, sizes, steps);
  guarded([&] {
    bool invalid = false;
    for (npy_intp i = 0; i < sizes[0]; i++) {
      const Operands<T> of(loop, args, steps, i, row);
      const Results dx{args[3] + i * steps[3], steps[6], loop.storage, sizeof(T) == 8};
      if (of.nan) fill(of.y, of.n, __builtin_nan(""), dx);
      else invalid |= entmax_vjp_row<T>(of.y, of.g, of.n, *reinterpret_cast<const double *>(args[2] + i * steps[2]), dx);
    }
    return invalid;
  });
}

// (n),(n),()->(): y, g, alpha -> the gradient with respect to alpha, float32 for half precision
template <class T> void loop_entmax_alpha_vjp(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const SparseLoop &loop = *static_cast<const SparseLoop *>(data);
  const Row row = row_of_y<T>(loop, sizes, steps);
  guarded([&] {
    bool any_invalid = false;
    for (npy_intp i = 0; i < sizes[0]; i++) {
      const Operands<T> of(loop, args, steps, i, row);
      bool invalid = false;
      const double alpha = *reinterpret_cast<const double *>(args[2] + i * steps[2]);
      const T result = static_cast<T>(of.nan ? __builtin_nan("") : entmax_alpha_vjp_row<T>(of.y, of.g, of.n, alpha, invalid));
      __builtin_memcpy(args[3] + i * steps[3], &result, sizeof result);
      any_invalid |= invalid;
    }
    return any_invalid;
  });
}

// A gufunc of the module. NumPy keeps pointers to everything it is given: one block per ufunc, never freed.
struct Registration {
  char name[40];
  SparseLoop loops[3];
  void *data[3];
  char types[15];
  PyUFuncGenericFunction functions[3];
};

struct Gufunc {
  const char *name, *doc, *signature, *types; // 'x': the storage of the row, 'r': of a reduction of it, else a type
  PyUFuncGenericFunction narrow, wide;
};

bool add(PyObject *module, const Level &level, const Gufunc &gufunc, bool bfloat16, const char *suffix) {
  auto *r = new (std::nothrow) Registration{};
  if (!r) {
    PyErr_NoMemory();
    return false;
  }
  PyOS_snprintf(r->name, sizeof r->name, "%s%s%s", gufunc.name, bfloat16 ? "_bfloat16" : "", suffix);
  const char rows[] = {NPY_HALF, NPY_FLOAT, NPY_DOUBLE}, reduced[] = {NPY_FLOAT, NPY_FLOAT, NPY_DOUBLE};
  const int count = bfloat16 ? 1 : 3;
  char *type = r->types;
  int operands = 0;
  for (int i = 0; i < count; i++) {
    r->loops[i] = {&level, bfloat16 ? Storage::bfloat16 : i == 0 ? Storage::half : Storage::native};
    r->data[i] = &r->loops[i];
    r->functions[i] = i == 2 ? gufunc.wide : gufunc.narrow;
    operands = 0;
    for (const char *t = gufunc.types; *t; t++, operands++)
      *type++ = *t == 'x' ? (bfloat16 ? char{NPY_UINT16} : rows[i]) : *t == 'r' ? reduced[i] : *t == 'd' ? char{NPY_DOUBLE} : char{NPY_BOOL};
  }
  return add_ufunc(module, r->name, gufunc.name, gufunc.doc, gufunc.signature, r->functions, r->data, r->types, count, operands - 1, 1);
}

}  // namespace

bool register_sparse(PyObject *module, const Level &level) {
  for (const char *name : {"sparsemax", "entmax15", "entmax"})
    for (const bool bfloat16 : {false, true}) {
      const Gufunc plain{name, "(x, alpha): see stablesoftmax.entmax", "(n),()->(n)", "xdx", loop_entmax<float, false>, loop_entmax<double, false>};
      const Gufunc where{name, "(x, where, alpha): see stablesoftmax.entmax", "(n),(n),()->(n)", "x?dx", loop_entmax<float, true>, loop_entmax<double, true>};
      if (!add(module, level, plain, bfloat16, "") || !add(module, level, where, bfloat16, "_where")) return false;
    }
  for (const char *name : {"sparsemax_vjp", "entmax15_vjp", "entmax_vjp"})
    for (const bool bfloat16 : {false, true}) {
      const Gufunc gufunc{name, "(y, g, alpha): see stablesoftmax.entmax_vjp", "(n),(n),()->(n)", "xxdx", loop_entmax_vjp<float>, loop_entmax_vjp<double>};
      if (!add(module, level, gufunc, bfloat16, "")) return false;
    }
  const Gufunc of_alpha{"entmax_alpha_vjp", "(y, g, alpha): see stablesoftmax.entmax_alpha_vjp", "(n),(n),()->()", "xxdr",
                        loop_entmax_alpha_vjp<float>, loop_entmax_alpha_vjp<double>};
  return add(module, level, of_alpha, false, "") && add(module, level, of_alpha, true, "");
}

}  // namespace stablesoftmax
