// What a SIMD level offers and what it is given: the border between the levels and everything above them.
#pragma once
#include <cstddef>
#include <cstdint>

namespace stablesoftmax {

// How the elements of an operand are stored. Half precision is a load and a store around the float32 kernel.
enum class Storage : std::uint8_t { native, half, bfloat16 };

// What a row of nothing but -inf, and a row with +inf, becomes: see docs of softmax.
enum Policy : std::uint8_t {
  neginf_nan = 0,
  neginf_zero = 1,
  neginf_uniform = 2,
  posinf_limit = 4,
  past_caches = 8 // the results of the call outgrow the caches: they are written past them
};

struct Row {
  const char *x;
  std::ptrdiff_t x_stride; // in bytes, any sign
  char *y;
  std::ptrdiff_t y_stride;
  std::size_t n;
  const char *where; // one byte an element, or null: all take part
  std::ptrdiff_t where_stride;
  double temperature;
  Storage x_storage, y_storage;
  std::uint8_t policy;
  void *scratch; // for rows that outgrow the stack, or null: then their terms are made twice (same bits)
  std::size_t scratch_bytes;
  const char *next; // the x of the row that will come after this one, or null
};

// How a row is summed: the bits below the top of its window that count (rows/sum.h).
enum class Layout : int { narrow = 45, middle = 52, wide = 92 };

// From row to row: bytes between first elements.
struct Steps {
  std::ptrdiff_t x, y;
};

// `count` rows like the first, all of one temperature and policy, unmasked: the same bits as row by row.
typedef bool (*Rows)(Row first, const Steps &, std::size_t count);

// Integer sums of terms, and exponents of windows: both outgrow 64 bits.
typedef __int128 Wide;
// The exponent of an element with which only ties count: it has no window.
constexpr Wide no_window = static_cast<Wide>(1) << 126;

// What pass 1 finds of a row.
struct Summary {
  double max, second;  // `second` is the largest of all but one occurrence of the maximum
  std::size_t above;   // elements above -inf
  std::size_t present; // elements that take part
  bool nan;
};

// A row that is read in parts, with the bits of the row read whole. Each function but the last two sees one part, as a Row of its
// own, and what `summarise` found of all parts together; sums and counts of parts add up to those of the row.
struct Parts {
  Summary (*summarise)(const Row &part, bool with_second);
  std::size_t (*ties)(const Row &part, double value); // elements that equal it
  // Of all terms in the window of the maximum (softmax); or in that of the second largest, the maximum taking part as one of those.
  Wide (*sum)(const Row &part, const Summary &, bool of_rest);
  // The results of a part. In a row that has no sum `total` is the number of ties with +inf or -inf, whichever its maximum is.
  void (*softmax)(const Row &part, const Summary &, Wide total);
  void (*log_softmax)(const Row &part, const Summary &, Wide total);
  // Of rows whose logsumexp cancelled: e^x in units of 2^-124, and the result from their sum.
  unsigned __int128 (*sum_near_zero)(const Row &part);
  double (*logsumexp_near_zero)(unsigned __int128 total);
  double (*logsumexp)(const Summary &, Wide total, bool &cancelled);
};

// One SIMD level. Row functions return true when they made a NaN out of none (an invalid operation).
struct Level {
  const char *name;
  int bytes; // of a vector
  bool (*softmax_f32)(const Row &);
  bool (*softmax_f64)(const Row &);
  bool (*log_softmax_f32)(const Row &);
  bool (*log_softmax_f64)(const Row &);
  bool (*logsumexp_f32)(const Row &);
  bool (*logsumexp_f64)(const Row &);
  // For the state of a row: the window exponent of one element, its integer in a window at or above that one, and the
  // results of a state, `sum` being of all elements in the window of max (softmax) or of all but one maximum in the window of
  // the second largest (the others).
  Wide (*exponent_f32)(double x, double temperature);
  Wide (*exponent_f64)(double x, double temperature);
  Wide (*deposit_f32)(double x, double temperature, Wide exponent, Layout layout);
  Wide (*deposit_f64)(double x, double temperature, Wide exponent, Layout layout);
  double (*finalise_f32)(int which, double x, double temperature, double max, Wide sum, Wide exponent, Layout layout);
  double (*finalise_f64)(int which, double x, double temperature, double max, Wide sum, Wide exponent, Layout layout);
  // Many rows at once.
  Rows softmax_rows_f32, softmax_rows_f64, log_softmax_rows_f32, log_softmax_rows_f64, logsumexp_rows_f32, logsumexp_rows_f64;
  Parts parts_f32, parts_f64;
  void (*gumbel_noise)(const std::uint64_t *k, double *noise, std::size_t n); // n a multiple of 8
};

}  // namespace stablesoftmax
