// The loops that NumPy calls: strides in, rows out. One loop per signature; the level and the kernel come with `data`.
#pragma once
#include <cfenv>

#include "environment.h"
#include "kernels.h"
#include "numpy_api.h"
#include "scratch.h"

namespace stablesoftmax {

// What a loop is told when it is registered.
struct Loop {
  bool (*row)(const Row &);
  Storage x, y;
};

// Runs `row` for every index of the outer loop. `fill` moves the operands of one index into the Row.
template <class Fill> inline void each_row(Row row, npy_intp count, bool (*kernel)(const Row &), Fill next) {
  bool invalid = false;
  if (row.n > 1024) { // below that no kernel asks for it
    row.scratch = thread_scratch();
    row.scratch_bytes = row.scratch ? scratch_bytes : 0;
  }
  {
    const NeutralEnvironment neutral;
    for (npy_intp i = 0; i < count; i++) {
      next(row);
      invalid |= kernel(row);
    }
  }
  if (invalid) std::feraiseexcept(FE_INVALID); // NumPy turns it into what np.errstate says
}

// (n),(),()->(n) and, masked, (n),(n),(),()->(n): x[, where], temperature, policy -> y
template <bool masked> void loop_softmax(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const Loop &loop = *static_cast<const Loop *>(data);
  constexpr int shift = masked, operands = 4 + shift;
  char *x = args[0], *where = masked ? args[1] : nullptr, *temperature = args[1 + shift], *policy = args[2 + shift], *y = args[3 + shift];
  Row row{};
  row.n = static_cast<std::size_t>(sizes[1]);
  row.x_stride = steps[operands];
  if (masked) row.where_stride = steps[operands + 1];
  row.y_stride = steps[operands + 1 + shift];
  row.x_storage = loop.x;
  row.y_storage = loop.y;
  each_row(row, sizes[0], loop.row, [&](Row &r) {
    r.x = x;
    r.where = where;
    r.y = y;
    r.temperature = *reinterpret_cast<const double *>(temperature);
    r.policy = *reinterpret_cast<const std::uint8_t *>(policy);
    x += steps[0];
    if (masked) where += steps[1];
    temperature += steps[1 + shift];
    policy += steps[2 + shift];
    y += steps[3 + shift];
  });
}

// (n)->() and, masked, (n),(n)->(): x[, where] -> y
template <bool masked> void loop_logsumexp(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const Loop &loop = *static_cast<const Loop *>(data);
  constexpr int shift = masked, operands = 2 + shift;
  char *x = args[0], *where = masked ? args[1] : nullptr, *y = args[1 + shift];
  Row row{};
  row.n = static_cast<std::size_t>(sizes[1]);
  row.x_stride = steps[operands];
  if (masked) row.where_stride = steps[operands + 1];
  row.temperature = 1.0;
  row.x_storage = loop.x;
  row.y_storage = loop.y;
  each_row(row, sizes[0], loop.row, [&](Row &r) {
    r.x = x;
    r.where = where;
    r.y = y;
    x += steps[0];
    if (masked) where += steps[1];
    y += steps[1 + shift];
  });
}

}  // namespace stablesoftmax
