// The ufuncs of sampling. Only the noise comes from the level; the rest is compiled once.
#include "environment.h"
#include "register.h"
#include "sampling.h"

namespace stablesoftmax {
namespace {

// (n)->(n): probabilities -> cumulative weights
void loop_cumulative(char **args, const npy_intp *sizes, const npy_intp *steps, void *) {
  const NeutralEnvironment neutral;
  const auto n = static_cast<std::size_t>(sizes[1]);
  for (npy_intp row = 0; row < sizes[0]; row++) {
    const Strided<const double> p{args[0] + row * steps[0], steps[2]};
    const Strided<std::uint64_t> cumulative{args[1] + row * steps[1], steps[3]};
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < n; i++) cumulative[i] = sum += weight(p[i]);
  }
}

// (n),(n),(),(),()->(n),(n): logits, probabilities, top_k, top_p, min_p -> cumulative weights, and an order that is scratch
void loop_filtered(char **args, const npy_intp *sizes, const npy_intp *steps, void *) {
  const NeutralEnvironment neutral;
  const auto n = static_cast<std::size_t>(sizes[1]);
  for (npy_intp row = 0; row < sizes[0]; row++) {
    const auto at = [&](int operand) { return args[operand] + row * steps[operand]; };
    const Strided<const double> x{at(0), steps[7]}, p{at(1), steps[8]};
    const Filters filters{*reinterpret_cast<const std::int64_t *>(at(2)), *reinterpret_cast<const double *>(at(3)),
                          *reinterpret_cast<const double *>(at(4))};
    const Strided<std::uint64_t> cumulative{at(5), steps[9]};
    auto *order = reinterpret_cast<std::int64_t *>(at(6));
    const std::size_t kept = filter(x, p, n, filters, order);
    for (std::size_t i = 0; i < n; i++) cumulative[i] = 0;
    for (std::size_t i = 0; i < kept; i++) {
      const auto element = static_cast<std::size_t>(order[i]);
      cumulative[element] = weight(p[element]);
    }
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < n; i++) cumulative[i] = sum += cumulative[i];
  }
}

// (n),(s)->(s): cumulative weights, uniform integers -> indices
void loop_invert(char **args, const npy_intp *sizes, const npy_intp *steps, void *) {
  constexpr std::size_t together = 8;
  const auto n = static_cast<std::size_t>(sizes[1]), draws = static_cast<std::size_t>(sizes[2]);
  for (npy_intp row = 0; row < sizes[0]; row++) {
    const Strided<const std::uint64_t> cumulative{args[0] + row * steps[0], steps[3]}, u{args[1] + row * steps[1], steps[4]};
    const Strided<std::int64_t> index{args[2] + row * steps[2], steps[5]};
    std::size_t j = 0;
    for (; j + together <= draws; j += together) invert<together>(cumulative, n, u, index, j);
    for (; j < draws; j++) invert<1>(cumulative, n, u, index, j);
  }
}

// (n),()->(n): x, k -> indices, those of the k largest first and sorted
template <class T> void loop_top_k(char **args, const npy_intp *sizes, const npy_intp *steps, void *) {
  const NeutralEnvironment neutral; // comparisons too: a subnormal is not 0
  const auto n = static_cast<std::size_t>(sizes[1]);
  for (npy_intp row = 0; row < sizes[0]; row++) {
    const Before<Strided<const T>> before{{args[0] + row * steps[0], steps[3]}};
    const auto k = static_cast<std::size_t>(*reinterpret_cast<const std::int64_t *>(args[1] + row * steps[1]));
    auto *order = reinterpret_cast<std::int64_t *>(args[2] + row * steps[2]);
    for (std::size_t i = 0; i < n; i++) order[i] = static_cast<std::int64_t>(i);
    bring_forward(order, n, k, before);
    std::sort(order, order + k, before);
  }
}

// (),()->(): x, uniform integers -> x and Gumbel noise; `data` is the Level
void loop_add_gumbel(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  constexpr std::size_t together = 128;
  const NeutralEnvironment neutral;
  const auto noise_of = static_cast<const Level *>(data)->gumbel_noise;
  const Strided<const double> x{args[0], steps[0]};
  const Strided<const std::uint64_t> k{args[1], steps[1]};
  const Strided<double> sum{args[2], steps[2]};
  std::uint64_t integer[together] = {};
  double noise[together];
  const auto n = static_cast<std::size_t>(sizes[0]);
  for (std::size_t first = 0; first < n; first += together) {
    const std::size_t count = std::min(together, n - first);
    for (std::size_t i = 0; i < count; i++) integer[i] = k[first + i];
    noise_of(integer, noise, (count + 7) / 8 * 8);
    for (std::size_t i = 0; i < count; i++) sum[first + i] = x[first + i] + noise[i];
  }
}

struct Ufunc {
  const char *name, *doc, *signature;
  int inputs, outputs, dtypes;
  const PyUFuncGenericFunction *functions;
  const char *types; // `dtypes` rows of inputs + outputs
};

constexpr char cumulative_types[] = {NPY_DOUBLE, NPY_UINT64};
constexpr char filtered_types[] = {NPY_DOUBLE, NPY_DOUBLE, NPY_INT64, NPY_DOUBLE, NPY_DOUBLE, NPY_UINT64, NPY_INT64};
constexpr char invert_types[] = {NPY_UINT64, NPY_UINT64, NPY_INT64};
constexpr char top_k_types[] = {NPY_INT64, NPY_INT64, NPY_INT64, NPY_UINT64, NPY_INT64, NPY_INT64,
                                NPY_FLOAT, NPY_INT64, NPY_INT64, NPY_DOUBLE, NPY_INT64, NPY_INT64};
constexpr char add_gumbel_types[] = {NPY_DOUBLE, NPY_UINT64, NPY_DOUBLE};

constexpr PyUFuncGenericFunction cumulative_loops[] = {loop_cumulative}, filtered_loops[] = {loop_filtered}, invert_loops[] = {loop_invert},
                                 top_k_loops[] = {loop_top_k<std::int64_t>, loop_top_k<std::uint64_t>, loop_top_k<float>, loop_top_k<double>},
                                 add_gumbel_loops[] = {loop_add_gumbel};

constexpr Ufunc ufuncs[] = {
    {"cumulative_weights", "cumulative_weights(p): running sums of the weights of probabilities, in units of 2**-62", "(n)->(n)", 1, 1, 1,
     cumulative_loops, cumulative_types},
    {"filtered_weights", "filtered_weights(x, p, top_k, top_p, min_p): running sums of the weights that pass, and an order of no meaning",
     "(n),(n),(),(),()->(n),(n)", 5, 2, 1, filtered_loops, filtered_types},
    {"invert", "invert(cumulative, u): the element that each uniform 64-bit integer falls to", "(n),(s)->(s)", 2, 1, 1, invert_loops,
     invert_types},
    {"top_k", "top_k(x, k): all indices, those of the k largest elements first", "(n),()->(n)", 2, 1, 4, top_k_loops, top_k_types},
    {"add_gumbel", "add_gumbel(x, u): x plus the Gumbel noise of uniform 64-bit integers", nullptr, 2, 1, 1, add_gumbel_loops,
     add_gumbel_types},
};

const void *levels[4]; // what the loops are given beside their operands: the level, for each dtype

}  // namespace

bool register_sampling(PyObject *module, const Level &level) {
  for (const void *&entry : levels) entry = &level;
  for (const Ufunc &u : ufuncs)
    if (!add_ufunc(module, u.name, u.name, u.doc, u.signature, u.functions, const_cast<void *const *>(levels), u.types, u.dtypes, u.inputs, u.outputs))
      return false;
  return true;
}

}  // namespace stablesoftmax
