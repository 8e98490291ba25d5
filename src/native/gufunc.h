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
  Rows rows; // many rows of one temperature at once
  Storage x, y;
};

// Calls `work` in the neutral environment; it returns true when a NaN was made out of none.
template <class Work> inline void guarded(Work work) {
  bool invalid;
  {
    const NeutralEnvironment neutral;
    invalid = work();
  }
  if (invalid) std::feraiseexcept(FE_INVALID); // NumPy turns it into what np.errstate says
}

// Runs `kernel` for every index of the outer loop; `next` moves the operands of one index into the Row.
template <class Next> inline bool each_row(Row row, npy_intp count, bool (*kernel)(const Row &), Next next) {
  bool invalid = false;
  for (npy_intp i = 0; i < count; i++) {
    next(row);
    invalid |= kernel(row);
  }
  return invalid;
}

inline void lend_scratch(Row &row, bool always) {
  if (row.n <= 1024 && !always) return; // no kernel asks for it
  row.scratch = thread_scratch();
  row.scratch_bytes = row.scratch ? scratch_bytes : 0;
}

// A 128-bit integer as two uint64, the low one first; `step` from one to the other.
inline void put_wide(char *at, npy_intp step, Wide v) {
  const auto low = static_cast<std::uint64_t>(v), high = static_cast<std::uint64_t>(v >> 64);
  *reinterpret_cast<std::uint64_t *>(at) = low;
  *reinterpret_cast<std::uint64_t *>(at + step) = high;
}
inline Wide get_wide(const char *at, npy_intp step) {
  return static_cast<Wide>(static_cast<unsigned __int128>(*reinterpret_cast<const std::uint64_t *>(at + step)) << 64 |
                           *reinterpret_cast<const std::uint64_t *>(at));
}

// (n),(),(),()->(n) and, masked, (n),(n),(),(),()->(n): x[, where], temperature, sink, policy -> y
template <bool masked> void loop_softmax(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const Loop &loop = *static_cast<const Loop *>(data);
  constexpr int shift = masked, operands = 5 + shift;
  char *x = args[0], *where = masked ? args[1] : nullptr, *temperature = args[1 + shift], *sink = args[2 + shift];
  char *policy = args[3 + shift], *y = args[4 + shift];
  Row row{};
  row.n = static_cast<std::size_t>(sizes[1]);
  row.x_stride = steps[operands];
  if (masked) row.where_stride = steps[operands + 1];
  row.y_stride = steps[operands + 1 + shift];
  row.x_storage = loop.x;
  row.y_storage = loop.y;
  const bool alike = !masked && steps[1 + shift] == 0 && steps[2 + shift] == 0 && steps[3 + shift] == 0; // one of each for all rows
  const bool together = alike && sizes[0] > 1 && *reinterpret_cast<const double *>(sink) == -__builtin_inf();
  lend_scratch(row, together);
  const auto next = [&](Row &r) {
    r.x = x;
    r.where = where;
    r.y = y;
    r.temperature = *reinterpret_cast<const double *>(temperature);
    r.sink = *reinterpret_cast<const double *>(sink);
    r.policy = *reinterpret_cast<const std::uint8_t *>(policy);
    x += steps[0];
    if (masked) where += steps[1];
    temperature += steps[1 + shift];
    sink += steps[2 + shift];
    policy += steps[3 + shift];
    y += steps[4 + shift];
  };
  guarded([&] {
    if (!together) return each_row(row, sizes[0], loop.row, next);
    next(row);
    return loop.rows(row, {steps[0], steps[4 + shift]}, static_cast<std::size_t>(sizes[0]));
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
  const bool together = !masked && sizes[0] > 1;
  lend_scratch(row, together);
  const auto next = [&](Row &r) {
    r.x = x;
    r.where = where;
    r.y = y;
    x += steps[0];
    if (masked) where += steps[1];
    y += steps[1 + shift];
  };
  guarded([&] {
    if (!together) return each_row(row, sizes[0], loop.row, next);
    next(row);
    return loop.rows(row, {steps[0], steps[1 + shift]}, static_cast<std::size_t>(sizes[0]));
  });
}

}  // namespace stablesoftmax
