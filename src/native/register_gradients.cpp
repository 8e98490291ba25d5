// The gufuncs of losses and gradients: names, signatures, dtype rows. As in register_softmax.cpp `NAME_bfloat16` takes uint16 patterns
// and `NAME_where` a mask after x.
#include "register.h"

#include <initializer_list>
#include <new>

#include "gufunc.h"

namespace stablesoftmax {
namespace {

// Operands of a call, one row after the other.
class Operands {
  char *at[5];
  const npy_intp *steps;

public:
  Operands(char **args, const npy_intp *s, int count) : steps(s) {
    for (int i = 0; i < count; i++) at[i] = args[i];
    for (int i = count; i < 5; i++) at[i] = nullptr;
  }
  char *operator[](int i) const { return at[i]; }
  void next(int count) {
    for (int i = 0; i < count; i++) at[i] += steps[i];
  }
};

struct GradientLoop {
  const Gradients *kernels;
  const Level *level;
  Storage storage; // of x and of results like it
};

Row row_of(char *x, npy_intp stride, npy_intp n, Storage storage) {
  Row row{};
  row.x = x;
  row.x_stride = stride;
  row.n = static_cast<std::size_t>(n);
  row.temperature = 1.0;
  row.x_storage = row.y_storage = storage;
  return row;
}

// (n),(n)->(n)
template <class Kernel> void pairwise(char **args, const npy_intp *sizes, const npy_intp *steps, const GradientLoop &loop, Kernel kernel) {
  Operands at(args, steps, 3);
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++, at.next(3)) {
      Row y = row_of(at[0], steps[3], sizes[1], loop.storage), g = row_of(at[1], steps[4], sizes[1], loop.storage);
      y.y = at[2];
      y.y_stride = steps[5];
      if (i + 1 < sizes[0]) {
        y.next = at[0] + steps[0];
        g.next = at[1] + steps[1];
      }
      kernel(y, g);
    }
    return false;
  });
}
void loop_softmax_vjp(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const GradientLoop *>(data);
  pairwise(args, sizes, steps, loop, loop.kernels->softmax_vjp);
}
void loop_log_softmax_vjp(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const GradientLoop *>(data);
  pairwise(args, sizes, steps, loop, loop.kernels->log_softmax_vjp);
}
void loop_log_softmax_jvp(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const GradientLoop *>(data);
  pairwise(args, sizes, steps, loop, loop.level->log_softmax_jvp);
}

// (n),(n)->()
template <class Function> void number_of_pair(char **args, const npy_intp *sizes, const npy_intp *steps, const GradientLoop &loop, Function function) {
  Operands at(args, steps, 3);
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++, at.next(3))
      *reinterpret_cast<double *>(at[2]) =
          function(row_of(at[0], steps[3], sizes[1], loop.storage), row_of(at[1], steps[4], sizes[1], loop.storage));
    return false;
  });
}
void loop_dot(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const GradientLoop *>(data);
  number_of_pair(args, sizes, steps, loop, loop.level->dot);
}
void loop_part_largest_product(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const GradientLoop *>(data);
  number_of_pair(args, sizes, steps, loop, loop.level->products.largest);
}

// (n),(n),() largest of all ->(2)
void loop_part_products(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const GradientLoop *>(data);
  Operands at(args, steps, 4);
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++, at.next(4))
      put_wide(at[3], steps[6],
               loop.level->products.total(row_of(at[0], steps[4], sizes[1], loop.storage), row_of(at[1], steps[5], sizes[1], loop.storage),
                                          *reinterpret_cast<const double *>(at[2])));
    return false;
  });
}

// (2),() largest of all ->()
void loop_dot_of(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const GradientLoop *>(data);
  Operands at(args, steps, 3);
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++, at.next(3))
      *reinterpret_cast<double *>(at[2]) = loop.level->products.sum(get_wide(at[0], steps[3]), *reinterpret_cast<const double *>(at[1]));
    return false;
  });
}

// The x, and where there is one the mask, of a row.
template <bool masked> Row masked_row(const Operands &at, const npy_intp *sizes, const npy_intp *core, Storage storage) {
  Row row = row_of(at[0], core[0], sizes[1], storage);
  if (masked) row.where = at[1], row.where_stride = core[1];
  return row;
}

// (n)[,(n)],()->(n): x, gain
template <bool masked> void loop_logsumexp_vjp(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const GradientLoop *>(data);
  constexpr int operands = 3 + masked;
  Operands at(args, steps, operands);
  guarded([&] {
    bool invalid = false;
    for (npy_intp i = 0; i < sizes[0]; i++, at.next(operands)) {
      Row row = masked_row<masked>(at, sizes, steps + operands, loop.storage);
      row.policy = neginf_zero;
      row.y = at[2 + masked];
      row.y_stride = steps[operands + 1 + masked];
      invalid |= loop.kernels->logsumexp_vjp(row, *reinterpret_cast<const double *>(at[1 + masked]));
    }
    return invalid;
  });
}

// (n)[,(n)],()->(): x, label
template <bool masked> void loop_cross_entropy(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const GradientLoop *>(data);
  constexpr int operands = 3 + masked;
  Operands at(args, steps, operands);
  guarded([&] {
    bool invalid = false;
    for (npy_intp i = 0; i < sizes[0]; i++, at.next(operands)) {
      Row row = masked_row<masked>(at, sizes, steps + operands, loop.storage);
      row.next = i + 1 < sizes[0] ? row.x + steps[0] : nullptr;
      invalid |= loop.kernels->cross_entropy(row, *reinterpret_cast<const std::int64_t *>(at[1 + masked]),
                                             *reinterpret_cast<double *>(at[2 + masked]));
    }
    return invalid;
  });
}

// (n)[,(n)],(),()->(),(n): x, label, gain
template <bool masked> void loop_cross_entropy_and_grad(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const GradientLoop *>(data);
  constexpr int operands = 5 + masked;
  char *mask = masked ? args[1] : nullptr;
  char *others[5] = {args[0], args[1 + masked], args[2 + masked], args[3 + masked], args[4 + masked]};
  npy_intp outer[5] = {steps[0], steps[1 + masked], steps[2 + masked], steps[3 + masked], steps[4 + masked]};
  Operands at(others, outer, 5);
  guarded([&] {
    bool invalid = false;
    for (npy_intp i = 0; i < sizes[0]; i++, at.next(5)) {
      Row row = row_of(at[0], steps[operands], sizes[1], loop.storage);
      if (masked) row.where = mask + i * steps[1], row.where_stride = steps[operands + 1];
      row.y = at[4];
      row.y_stride = steps[operands + 1 + masked];
      row.next = i + 1 < sizes[0] ? row.x + steps[0] : nullptr;
      invalid |= loop.kernels->cross_entropy_and_grad(row, *reinterpret_cast<const std::int64_t *>(at[1]),
                                                      *reinterpret_cast<const double *>(at[2]), *reinterpret_cast<double *>(at[3]));
    }
    return invalid;
  });
}

// A function: `types` with an x for the dtype of the logits, in the order of its operands; a mask is put in after the first.
struct Function {
  const char *name, *types, *signature;
  int inputs, outputs;
  PyUFuncGenericFunction loop, masked_loop; // null: no mask
};

constexpr Function functions[] = {
    {"softmax_vjp", "xxx", "(n),(n)->(n)", 2, 1, loop_softmax_vjp, nullptr},
    {"log_softmax_vjp", "xxx", "(n),(n)->(n)", 2, 1, loop_log_softmax_vjp, nullptr},
    {"logsumexp_vjp", "xdx", "(n),()->(n)", 2, 1, loop_logsumexp_vjp<false>, loop_logsumexp_vjp<true>},
    {"cross_entropy", "xld", "(n),()->()", 2, 1, loop_cross_entropy<false>, loop_cross_entropy<true>},
    {"cross_entropy_and_grad", "xlddx", "(n),(),()->(),(n)", 3, 2, loop_cross_entropy_and_grad<false>, loop_cross_entropy_and_grad<true>},
};
// Of doubles only.
constexpr Function of_doubles[] = {
    {"dot", "ddd", "(n),(n)->()", 2, 1, loop_dot, nullptr},
    {"log_softmax_jvp", "ddd", "(n),(n)->(n)", 2, 1, loop_log_softmax_jvp, nullptr},
    {"part_largest_product", "ddd", "(n),(n)->()", 2, 1, loop_part_largest_product, nullptr},
    {"part_products", "dddw", "(n),(n),()->(2)", 3, 1, loop_part_products, nullptr},
    {"dot_of", "wdd", "(2),()->()", 2, 1, loop_dot_of, nullptr},
};

struct Logits {
  char type;
  Storage storage;
  bool wide;
};
constexpr Logits halves_and_floats[] = {{NPY_HALF, Storage::half, false}, {NPY_FLOAT, Storage::native, false}, {NPY_DOUBLE, Storage::native, true}};
constexpr Logits bfloat16s[] = {{NPY_UINT16, Storage::bfloat16, false}};
constexpr Logits doubles[] = {{NPY_DOUBLE, Storage::native, true}};

// NumPy keeps pointers to everything it is given: one block per ufunc, never freed.
struct Registration {
  char name[48], signature[48];
  GradientLoop loops[3];
  void *data[3];
  char types[18];
  PyUFuncGenericFunction loop[3];
};

bool add(PyObject *module, const Level &level, const Function &function, const Logits *logits, int count, bool masked) {
  auto *r = new (std::nothrow) Registration{};
  if (!r) {
    PyErr_NoMemory();
    return false;
  }
  PyOS_snprintf(r->name, sizeof r->name, "%s%s%s", function.name, logits == bfloat16s ? "_bfloat16" : "", masked ? "_where" : "");
  PyOS_snprintf(r->signature, sizeof r->signature, "%s%s", masked ? "(n)," : "", function.signature);
  char *type = r->types;
  for (int i = 0; i < count; i++) {
    r->loops[i] = {logits[i].wide ? &level.gradients_f64 : &level.gradients_f32, &level, logits[i].storage};
    r->data[i] = &r->loops[i];
    r->loop[i] = masked ? function.masked_loop : function.loop;
    for (const char *t = function.types; *t; t++) {
      *type++ = *t == 'x' ? logits[i].type : *t == 'l' ? char{NPY_INT64} : *t == 'w' ? char{NPY_UINT64} : char{NPY_DOUBLE};
      if (masked && t == function.types) *type++ = NPY_BOOL;
    }
  }
  return add_ufunc(module, r->name, function.name, "see the function of this name in stablesoftmax", r->signature, r->loop, r->data, r->types, count,
                   function.inputs + masked, function.outputs);
}

}  // namespace

bool register_gradients(PyObject *module, const Level &level) {
  for (const Function &function : functions)
    for (const bool masked : {false, true})
      if ((!masked || function.masked_loop) &&
          (!add(module, level, function, halves_and_floats, 3, masked) || !add(module, level, function, bfloat16s, 1, masked)))
        return false;
  for (const Function &function : of_doubles)
    if (!add(module, level, function, doubles, 1, false)) return false;
  return true;
}

}  // namespace stablesoftmax
