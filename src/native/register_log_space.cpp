// The gufuncs of log-space algebra: logcumsumexp of every dtype (`_bfloat16` takes uint16 patterns, `_where` a mask after x), the
// others of float64, to which the functions that call them cast a block at a time.
#include "register.h"

#include "gufunc.h"

namespace stablesoftmax {
namespace {

// (n)->(n) and, masked, (n),(n)->(n): x[, where] -> y
template <bool masked> void loop_logcumsumexp(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const Loop &loop = *static_cast<const Loop *>(data);
  constexpr int operands = 2 + masked;
  Row row{};
  row.x_storage = loop.x;
  row.y_storage = loop.y;
  row.n = static_cast<std::size_t>(sizes[1]);
  row.x_stride = steps[operands];
  if (masked) row.where_stride = steps[operands + 1];
  row.y_stride = steps[2 * operands - 1];
  char *x = args[0], *where = masked ? args[1] : nullptr, *y = args[operands - 1];
  guarded([&] {
    return each_row(row, sizes[0], loop.row, [&](Row &r) {
      r.x = x;
      r.where = where;
      r.y = y;
      x += steps[0];
      if (masked) where += steps[1];
      y += steps[operands - 1];
    });
  });
}

// (n),(n),()->(),(): x, w, divisor -> log |sum|, sign
void loop_weighted(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const LogSpace &level = *static_cast<const LogSpace *>(data);
  guarded([&] {
    bool invalid = false;
    for (npy_intp i = 0; i < sizes[0]; i++) {
      const auto at = [&](int k) { return args[k] + i * steps[k]; };
      invalid |= level.weighted({at(0), at(1), steps[5], steps[6], static_cast<std::size_t>(sizes[1]),
                                 *reinterpret_cast<const double *>(at(2)), at(3), at(4)});
    }
    return invalid;
  });
}

// (m,k),(k,n)->(m,n): a, b -> y
template <void (*LogSpace::*function)(const Product &)>
void loop_logmatmulexp(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const LogSpace &level = *static_cast<const LogSpace *>(data);
  const auto size = [&](int i) { return static_cast<std::size_t>(sizes[i]); };
  void *scratch = thread_scratch();
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++)
      (level.*function)({args[0] + i * steps[0], args[1] + i * steps[1], args[2] + i * steps[2], size(1), size(2), size(3), steps[3],
                          steps[4], steps[5], steps[6], steps[7], steps[8], scratch, scratch ? scratch_bytes : 0});
    return false;
  });
}

// (n),(k)->(n): x, coefficients -> the polynomial, the first coefficient being that of the highest power
void loop_polynomial(char **args, const npy_intp *sizes, const npy_intp *steps, void *) {
  constexpr npy_intp together = 64;
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++) {
      const char *x = args[0] + i * steps[0], *c = args[1] + i * steps[1];
      char *y = args[2] + i * steps[2];
      for (npy_intp first = 0; first < sizes[1]; first += together) {
        const npy_intp some = sizes[1] - first < together ? sizes[1] - first : together;
        double of[together] = {}, result[together] = {};
        for (npy_intp j = 0; j < some; j++) of[j] = *reinterpret_cast<const double *>(x + (first + j) * steps[3]);
        for (npy_intp k = 0; k < sizes[2]; k++) {
          const double coefficient = *reinterpret_cast<const double *>(c + k * steps[4]);
          for (npy_intp j = 0; j < together; j++) result[j] = result[j] * of[j] + coefficient; // two roundings
        }
        for (npy_intp j = 0; j < some; j++) *reinterpret_cast<double *>(y + (first + j) * steps[5]) = result[j];
      }
    }
    return false;
  });
}

inline Chain chain(const npy_intp *sizes, std::size_t times, const char *transition, npy_intp transition_row, const char *emission,
                   npy_intp emission_time, npy_intp emission_state) {
  Chain c{};
  c.states = static_cast<std::size_t>(sizes[1]);
  c.times = times;
  c.transition = transition;
  c.transition_row = transition_row;
  c.emission = emission;
  c.emission_time = emission_time;
  c.emission_state = emission_state;
  return c;
}

// (s),(s,p),(t,s)->(t,s),(t),(t): initial, transition, emission -> values, scale, scale_lo
void loop_forward(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const LogSpace &level = *static_cast<const LogSpace *>(data);
  const npy_intp *core = steps + 6;
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++) {
      const auto at = [&](int k) { return args[k] + i * steps[k]; };
      Chain c = chain(sizes, static_cast<std::size_t>(sizes[3]), at(1), core[1], at(2), core[3], core[4]);
      c.initial = at(0);
      c.initial_state = core[0];
      c.values = at(3);
      c.values_time = core[5];
      c.values_state = core[6];
      c.scale = at(4);
      c.scale_time = core[7];
      c.scale_lo = at(5);
      c.scale_lo_time = core[8];
      level.hmm_forward(c);
    }
    return false;
  });
}

// (s,p),(t,s)->(t,s),(t),(s): transition, turned round, emission -> values, scale, work
void loop_backward(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const LogSpace &level = *static_cast<const LogSpace *>(data);
  const npy_intp *core = steps + 5;
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++) {
      const auto at = [&](int k) { return args[k] + i * steps[k]; };
      Chain c = chain(sizes, static_cast<std::size_t>(sizes[3]), at(0), core[0], at(1), core[2], core[3]);
      c.values = at(2);
      c.values_time = core[4];
      c.values_state = core[5];
      c.scale = at(3);
      c.scale_time = core[6];
      c.work = at(4);
      level.hmm_backward(c);
    }
    return false;
  });
}

// (s),(s,p),(t,s),(w)->(t),(),(t,s): initial, transition, emission, work -> path, log_probability, from
void loop_viterbi(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const LogSpace &level = *static_cast<const LogSpace *>(data);
  const npy_intp *core = steps + 7;
  guarded([&] {
    for (npy_intp i = 0; i < sizes[0]; i++) {
      const auto at = [&](int k) { return args[k] + i * steps[k]; };
      Chain c = chain(sizes, static_cast<std::size_t>(sizes[3]), at(1), core[1], at(2), core[3], core[4]);
      c.initial = at(0);
      c.initial_state = core[0];
      c.work = at(3);
      c.path = at(4);
      c.path_time = core[6];
      c.log_probability = at(5);
      c.from = at(6);
      c.from_time = core[7];
      c.from_state = core[8];
      level.viterbi(c);
    }
    return false;
  });
}

// NumPy keeps pointers to what it is given: these live as long as the process.
LogSpace of_level;
Loop cumulative_loops[] = {{nullptr, nullptr, Storage::half, Storage::half},
                           {nullptr, nullptr, Storage::native, Storage::native},
                           {nullptr, nullptr, Storage::native, Storage::native},
                           {nullptr, nullptr, Storage::bfloat16, Storage::bfloat16}};
void *data[] = {&of_level}, *cumulative_data[] = {&cumulative_loops[0], &cumulative_loops[1], &cumulative_loops[2]},
     *cumulative_bfloat16_data[] = {&cumulative_loops[3]};
constexpr auto plain = loop_logcumsumexp<false>, masked = loop_logcumsumexp<true>;
PyUFuncGenericFunction cumulative[] = {plain, plain, plain}, cumulative_where[] = {masked, masked, masked}, weighted[] = {loop_weighted},
                       product[] = {loop_logmatmulexp<&LogSpace::logmatmulexp>},
                       product_float32[] = {loop_logmatmulexp<&LogSpace::logmatmulexp_float32>}, forward[] = {loop_forward},
                       backward[] = {loop_backward}, best_path[] = {loop_viterbi}, horner[] = {loop_polynomial};
const char cumulative_types[] = {NPY_HALF, NPY_HALF, NPY_FLOAT, NPY_FLOAT, NPY_DOUBLE, NPY_DOUBLE},
           cumulative_where_types[] = {NPY_HALF, NPY_BOOL, NPY_HALF, NPY_FLOAT, NPY_BOOL, NPY_FLOAT, NPY_DOUBLE, NPY_BOOL, NPY_DOUBLE},
           cumulative_bfloat16_types[] = {NPY_UINT16, NPY_UINT16},
           cumulative_bfloat16_where_types[] = {NPY_UINT16, NPY_BOOL, NPY_UINT16},
           doubles[] = {NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE},
           best_path_types[] = {NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_INT64, NPY_DOUBLE, NPY_INT32};

struct Entry {
  const char *attribute, *name, *doc, *signature;
  PyUFuncGenericFunction *loops;
  void **data;
  const char *types;
  int count, inputs, outputs;
};

const Entry entries[] = {
    {"logcumsumexp", "logcumsumexp", "logcumsumexp(x): see stablesoftmax.logcumsumexp", "(n)->(n)", cumulative, cumulative_data,
     cumulative_types, 3, 1, 1},
    {"logcumsumexp_where", "logcumsumexp", "logcumsumexp(x, where)", "(n),(n)->(n)", cumulative_where, cumulative_data,
     cumulative_where_types, 3, 2, 1},
    {"logcumsumexp_bfloat16", "logcumsumexp", "logcumsumexp(x)", "(n)->(n)", cumulative, cumulative_bfloat16_data,
     cumulative_bfloat16_types, 1, 1, 1},
    {"logcumsumexp_bfloat16_where", "logcumsumexp", "logcumsumexp(x, where)", "(n),(n)->(n)", cumulative_where, cumulative_bfloat16_data,
     cumulative_bfloat16_where_types, 1, 2, 1},
    {"log_weighted_sum", "logsumexp", "log_weighted_sum(x, w, divisor): log |sum of w*e^x / divisor| and the sign of the sum",
     "(n),(n),()->(),()", weighted, data, doubles, 1, 3, 2},
    {"polynomial", "polynomial", "polynomial(x, coefficients): by Horner's scheme, the highest power first", "(n),(k)->(n)", horner, data,
     doubles, 1, 2, 1},
    {"hmm_backward", "hmm_forward_backward", "hmm_backward(transition, turned round, emission): values, scale, work; see rows/hmm.h",
     "(s,p),(t,s)->(t,s),(t),(s)", backward, data, doubles, 1, 2, 3},
    {"hmm_forward", "hmm_forward", "hmm_forward(initial, transition, emission): values, scale and its low part; see rows/hmm.h",
     "(s),(s,p),(t,s)->(t,s),(t),(t)", forward, data, doubles, 1, 3, 3},
    {"viterbi", "viterbi", "viterbi(initial, transition, emission, work): path, log_probability, from; see rows/viterbi.h",
     "(s),(s,p),(t,s),(w)->(t),(),(t,s)", best_path, data, best_path_types, 1, 4, 3},
    {"logmatmulexp", "logmatmulexp", "logmatmulexp(a, b): see stablesoftmax.logmatmulexp", "(m,k),(k,n)->(m,n)", product, data, doubles, 1, 2, 1},
    {"logmatmulexp_float32", "logmatmulexp", "logmatmulexp_float32(a, b): of elements that are floats", "(m,k),(k,n)->(m,n)", product_float32,
     data, doubles, 1, 2, 1},
};

}  // namespace

bool register_log_space(PyObject *module, const Level &level) {
  of_level = level.log_space;
  for (Loop &loop : cumulative_loops) loop.row = of_level.logcumsumexp_f32;
  cumulative_loops[2].row = of_level.logcumsumexp_f64;
  for (const Entry &e : entries)
    if (!add_ufunc(module, e.attribute, e.name, e.doc, e.signature, e.loops, e.data, e.types, e.count, e.inputs, e.outputs)) return false;
  return true;
}

}  // namespace stablesoftmax
