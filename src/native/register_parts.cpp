// Rows that are read in parts, as gufuncs: `Parts` of kernels.h for many rows at once, whatever the way they lie in memory. Names as in
// register_softmax.cpp. What parts have found of rows adds up outside: maxima and counts as numbers, totals as 128-bit integers, which
// are two uint64 here, the low one first.
#include <initializer_list>
#include <new>

#include "gufunc.h"
#include "register.h"

namespace stablesoftmax {
namespace {

struct PartLoop {
  const Parts *kernels;
  Storage storage;
};

// The operands of a call, row after row; operand 0 is x, and the one after it the mask where there is one.
template <bool masked> class Operands {
  static constexpr int most = 12;
  char *at[most];
  const npy_intp *steps;
  const int count;

public:
  Row row{};

  Operands(char **args, const npy_intp *sizes, const npy_intp *s, int n, Storage storage) : steps(s), count(n + masked) {
    for (int i = 0; i < count; i++) at[i] = args[i];
    row.n = static_cast<std::size_t>(sizes[1]);
    row.x = at[0];
    row.x_stride = steps[count];
    if (masked) row.where = at[1], row.where_stride = steps[count + 1];
    row.temperature = 1.0;
    row.x_storage = row.y_storage = storage;
  }
  void next() {
    for (int i = 0; i < count; i++) at[i] += steps[i];
    row.x = at[0];
    if (masked) row.where = at[1];
  }
  // Operand i of those after x and its mask.
  template <class T> T get(int i) const { return *reinterpret_cast<const T *>(at[i + masked]); }
  template <class T> void put(int i, T value) { *reinterpret_cast<T *>(at[i + masked]) = value; }
  char *pointer(int i) const { return at[i + masked]; }
};

// Operands first.. are max, second, above, present, nan.
template <class Of> Summary get_summary(const Of &at, int first) {
  return {at.template get<double>(first), at.template get<double>(first + 1),
          static_cast<std::size_t>(at.template get<std::int64_t>(first + 2)),
          static_cast<std::size_t>(at.template get<std::int64_t>(first + 3)), at.template get<npy_bool>(first + 4) != 0};
}

// (n)[,(n)]->(),(),(),(),()
template <bool masked> void loop_summary(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const PartLoop *>(data);
  Operands<masked> at(args, sizes, steps, 6, loop.storage);
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++, at.next()) {
      const Summary s = loop.kernels->summarise(at.row, true);
      at.put(1, s.max);
      at.put(2, s.second);
      at.put(3, static_cast<std::int64_t>(s.above));
      at.put(4, static_cast<std::int64_t>(s.present));
      at.put(5, static_cast<npy_bool>(s.nan));
    }
    return false;
  });
}

// (n)[,(n)],() temperature, () of_rest, summary ->(2): the integer sum of the terms of a part; of a row with a rule, ties with its maximum.
template <bool masked> void loop_total(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const PartLoop *>(data);
  Operands<masked> at(args, sizes, steps, 9, loop.storage);
  const npy_intp step = steps[9 + masked + 1 + masked];
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++, at.next()) {
      const Summary s = get_summary(at, 3);
      Row part = at.row;
      part.temperature = at.template get<double>(1);
      Wide total = 0;
      if (s.max - s.max != 0) total = static_cast<Wide>(loop.kernels->ties(part, s.max));
      else if (!s.nan) total = loop.kernels->sum(part, s, at.template get<npy_bool>(2));
      put_wide(at.pointer(8), step, total);
    }
    return false;
  });
}

// (n)[,(n)],() temperature, () policy, summary, (2) total ->(n)
template <bool masked, bool log> void loop_results(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const PartLoop *>(data);
  Operands<masked> at(args, sizes, steps, 10, loop.storage);
  const npy_intp *core = steps + 10 + masked + 1 + masked;
  guarded([&] {
    bool invalid = false;
    for (npy_intp i = 0; i < sizes[0]; i++, at.next()) {
      const Summary s = get_summary(at, 3);
      Row part = at.row;
      part.temperature = at.template get<double>(1);
      part.policy = at.template get<std::uint8_t>(2);
      part.y = at.pointer(9);
      part.y_stride = core[1];
      (log ? loop.kernels->log_softmax : loop.kernels->softmax)(part, s, get_wide(at.pointer(8), core[0]));
      const bool accepted = part.policy & (s.max > 0 ? posinf_limit : neginf_zero | neginf_uniform);
      invalid |= s.max - s.max != 0 && !s.nan && !accepted && s.present > 0 && part.n > 0;
    }
    return invalid;
  });
}

// (n)[,(n)]->(2): the sum of e^x in units of 2^-124, of rows whose logsumexp cancelled.
template <bool masked> void loop_near_zero(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const PartLoop *>(data);
  Operands<masked> at(args, sizes, steps, 2, loop.storage);
  const npy_intp step = steps[2 + masked + 1 + masked];
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++, at.next()) put_wide(at.pointer(1), step, static_cast<Wide>(loop.kernels->sum_near_zero(at.row)));
    return false;
  });
}

// What is known of whole rows: no x among the operands, which all have one element a row, but for totals. The work gets them by number.
template <class Work> void each_known(char **args, const npy_intp *sizes, const npy_intp *steps, int count, Work work) {
  guarded([&] {
    bool invalid = false;
    for (npy_intp i = 0; i < sizes[0]; i++)
      invalid |= work([&](int operand) { return args[operand] + i * steps[operand]; }, steps[count]);
    return invalid;
  });
}
template <class At> Summary known_summary(At at) {
  const auto count = [&](int i) { return static_cast<std::size_t>(*reinterpret_cast<const std::int64_t *>(at(i))); };
  return {*reinterpret_cast<const double *>(at(0)), *reinterpret_cast<const double *>(at(1)), count(2), count(3), *at(4) != 0};
}

// summary, (2) total -> () result, () whether it cancelled. The dtype of the kernel comes with `data`.
void loop_logsumexp_of(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const PartLoop *>(data);
  each_known(args, sizes, steps, 8, [&](auto at, npy_intp step) {
    bool cancelled;
    *reinterpret_cast<double *>(at(6)) = loop.kernels->logsumexp(known_summary(at), get_wide(at(5), step), cancelled);
    *at(7) = cancelled;
    return false;
  });
}
// (2) sum -> ()
void loop_log_near_zero(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const PartLoop *>(data);
  each_known(args, sizes, steps, 2, [&](auto at, npy_intp step) {
    *reinterpret_cast<double *>(at(1)) = loop.kernels->logsumexp_near_zero(static_cast<unsigned __int128>(get_wide(at(0), step)));
    return false;
  });
}
// summary, (2) total of the rest, () logit of the label -> () loss
void loop_loss_of(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const auto &loop = *static_cast<const PartLoop *>(data);
  each_known(args, sizes, steps, 8, [&](auto at, npy_intp step) {
    const Summary s = known_summary(at);
    *reinterpret_cast<double *>(at(7)) = loop.kernels->cross_entropy(s, get_wide(at(5), step), *reinterpret_cast<const double *>(at(6)));
    return s.max - s.max != 0 && !s.nan;
  });
}

// `types`: x for the dtype of the logits, b bool, d double, l int64, u uint8, w uint64. A mask is put in after x.
struct Function {
  const char *name, *called, *types, *signature; // `called`: in messages of NumPy
  int inputs, outputs;
  PyUFuncGenericFunction loop, masked_loop;
};
constexpr Function of_parts[] = {
    {"part_summary", "softmax", "xddllb", "(n)->(),(),(),(),()", 1, 5, loop_summary<false>, loop_summary<true>},
    {"part_total", "softmax", "xdbddllbw", "(n),(),(),(),(),(),(),()->(2)", 8, 1, loop_total<false>, loop_total<true>},
    {"part_softmax", "softmax", "xduddllbwx", "(n),(),(),(),(),(),(),(),(2)->(n)", 9, 1, loop_results<false, false>, loop_results<true, false>},
    {"part_log_softmax", "log_softmax", "xduddllbwx", "(n),(),(),(),(),(),(),(),(2)->(n)", 9, 1, loop_results<false, true>, loop_results<true, true>},
    {"part_near_zero", "logsumexp", "xw", "(n)->(2)", 1, 1, loop_near_zero<false>, loop_near_zero<true>},
};
constexpr Function of_rows[] = {
    {"logsumexp_of", "logsumexp", "ddllbwdb", "(),(),(),(),(),(2)->(),()", 6, 2, loop_logsumexp_of, nullptr},
    {"log_near_zero", "logsumexp", "wd", "(2)->()", 1, 1, loop_log_near_zero, nullptr},
    {"cross_entropy_of", "cross_entropy", "ddllbwdd", "(),(),(),(),(),(2),()->()", 7, 1, loop_loss_of, nullptr},
};

char type_of(char letter, char logits) {
  switch (letter) {
  case 'x': return logits;
  case 'b': return NPY_BOOL;
  case 'l': return NPY_INT64;
  case 'u': return NPY_UINT8;
  case 'w': return NPY_UINT64;
  default: return NPY_DOUBLE;
  }
}

struct Logits {
  char type;
  Storage storage;
  bool wide;
};
constexpr Logits dtypes[] = {{NPY_HALF, Storage::half, false}, {NPY_FLOAT, Storage::native, false}, {NPY_DOUBLE, Storage::native, true}};
constexpr Logits bfloat16[] = {{NPY_UINT16, Storage::bfloat16, false}};

// NumPy keeps pointers to everything it is given: one block per ufunc, never freed.
struct Registration {
  char name[48], signature[64];
  PartLoop loops[3];
  void *data[3];
  char types[40];
  PyUFuncGenericFunction functions[3];
};

bool add(PyObject *module, const Level &level, const Function &function, const Logits *logits, int count, const char *suffix, bool masked) {
  auto *r = new (std::nothrow) Registration{};
  if (!r) {
    PyErr_NoMemory();
    return false;
  }
  PyOS_snprintf(r->name, sizeof r->name, "%s%s%s", function.name, suffix, masked ? "_where" : "");
  PyOS_snprintf(r->signature, sizeof r->signature, "%s%s", masked ? "(n)," : "", function.signature);
  char *type = r->types;
  for (int i = 0; i < count; i++) {
    r->loops[i] = {logits[i].wide ? &level.parts_f64 : &level.parts_f32, logits[i].storage};
    r->data[i] = &r->loops[i];
    r->functions[i] = masked ? function.masked_loop : function.loop;
    for (const char *t = function.types; *t; t++) {
      *type++ = type_of(*t, logits[i].type);
      if (masked && t == function.types) *type++ = NPY_BOOL;
    }
  }
  return add_ufunc(module, r->name, function.called, "a row in parts: see rows/parts.h", r->signature, r->functions, r->data, r->types, count,
                   function.inputs + masked, function.outputs);
}

}  // namespace

bool register_parts(PyObject *module, const Level &level) {
  for (const Function &function : of_parts)
    for (const bool masked : {false, true})
      if (!add(module, level, function, dtypes, 3, "", masked) || !add(module, level, function, bfloat16, 1, "_bfloat16", masked)) return false;
  for (const Function &function : of_rows)
    if (!add(module, level, function, dtypes + 1, 1, "_float32", false) || !add(module, level, function, dtypes + 2, 1, "_float64", false))
      return false;
  return true;
}

}  // namespace stablesoftmax
