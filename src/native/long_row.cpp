#include "long_row.h"

#include "crew.h"
#include "environment.h"

namespace stablesoftmax {
namespace {

constexpr npy_intp most_pieces = 1024;

struct LongRow {
  const Parts &kernels;
  const Row &row;
  const npy_intp itemsize;
  const long threads;
  npy_intp pieces, elements; // of a piece
  Summary summaries[most_pieces], summary;
  Wide totals[most_pieces], total;
  bool log, with_second;

  LongRow(const Parts &k, const Row &r, npy_intp size, long t, bool logarithm, bool second)
      : kernels(k), row(r), itemsize(size), threads(t), summary{}, total(0), log(logarithm), with_second(second) {
    const auto n = static_cast<npy_intp>(row.n);
    pieces = 8 * threads; // for the sake of balance, but neither smaller nor, for the sake of interrupts, larger than in door.cpp
    const npy_intp largest_number = n >> 15, least_number = n >> 18;
    if (pieces > largest_number) pieces = largest_number;
    if (pieces < least_number) pieces = least_number;
    if (pieces > most_pieces) pieces = most_pieces;
    if (pieces < 1) pieces = 1;
    elements = (n / pieces + 1 + 1023) / 1024 * 1024;
    pieces = (n + elements - 1) / elements;
  }

  Row part(npy_intp piece) const {
    const npy_intp begin = piece * elements, left = static_cast<npy_intp>(row.n) - begin;
    Row p = row;
    p.x += begin * itemsize;
    if (p.y) p.y += begin * itemsize;
    p.n = static_cast<std::size_t>(left < elements ? left : elements);
    return p;
  }

  // Calls pass(*this, piece) for all pieces; false with a Python error.
  template <void (*pass)(LongRow &, npy_intp)> bool each_piece() {
    return in_pieces(pieces, threads, [](void *context, npy_intp piece) {
      const NeutralEnvironment neutral;
      pass(*static_cast<LongRow *>(context), piece);
    }, this);
  }

  static void summarise(LongRow &r, npy_intp piece) { r.summaries[piece] = r.kernels.summarise(r.part(piece), r.with_second); }
  static void sum(LongRow &r, npy_intp piece) { r.totals[piece] = r.kernels.sum(r.part(piece), r.summary, r.with_second); }
  static void write(LongRow &r, npy_intp piece) {
    (r.log ? r.kernels.log_softmax : r.kernels.softmax)(r.part(piece), r.summary, r.total);
  }

  // Everything but the results.
  Outcome prepare() {
    if (!each_piece<summarise>()) return Outcome::failed;
    summary = summaries[0];
    for (npy_intp i = 1; i < pieces; i++) {
      const Summary &s = summaries[i];
      const double lesser = summary.max < s.max ? summary.max : s.max, second = summary.second > s.second ? summary.second : s.second;
      summary.max = summary.max > s.max ? summary.max : s.max;
      summary.second = lesser > second ? lesser : second;
      summary.above += s.above;
      summary.present += s.present;
      summary.nan |= s.nan;
    }
    if (summary.nan || summary.max - summary.max != 0) return Outcome::other_way;
    if (!each_piece<sum>()) return Outcome::failed;
    for (npy_intp i = 0; i < pieces; i++) total += totals[i];
    return Outcome::done;
  }
};

}  // namespace

Outcome long_row(const Parts &kernels, bool log, const Row &row, npy_intp itemsize, long threads) {
  LongRow r(kernels, row, itemsize, threads, log, log);
  const Outcome outcome = r.prepare();
  return outcome != Outcome::done ? outcome : r.each_piece<LongRow::write>() ? Outcome::done : Outcome::failed;
}

Outcome long_logsumexp(const Parts &kernels, const Row &row, npy_intp itemsize, long threads, double &result) {
  LongRow r(kernels, row, itemsize, threads, true, true);
  const Outcome outcome = r.prepare();
  if (outcome != Outcome::done) return outcome;
  bool cancelled;
  const NeutralEnvironment neutral;
  result = kernels.logsumexp(r.summary, r.total, cancelled);
  return cancelled ? Outcome::other_way : Outcome::done;
}

}  // namespace stablesoftmax
