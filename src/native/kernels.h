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
  double sink = -__builtin_inf(); // one more logit, which takes part and has no result
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

// A row that is read in parts, with the bits of the row read whole. Each function but the last three sees one part, as a Row of its
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
  double (*cross_entropy)(const Summary &, Wide total, double logit); // `logit` is that of the label
};

// The state of a row that is read once and in parts: what `summarise` finds, and the sums of all elements but one maximum in every
// window that could still become the one that counts, from that of the second largest element upwards (rows/stream.h).
constexpr std::size_t wide_windows = 96, narrow_windows = 48;
struct StreamState {
  double max, second;
  std::int64_t above, present, nan;
  std::uint64_t wide[wide_windows];
  std::uint32_t narrow[narrow_windows]; // not there in states of float64
};

// Functions of `count` states that lie `bytes` apart.
struct Streams {
  // Each takes in one more part of its row: `first`, of the temperature of the states, and those that follow it a step apart.
  void (*absorb)(char *states, std::size_t bytes, Row first, std::ptrdiff_t x_step, std::ptrdiff_t where_step, std::size_t count);
  void (*merge)(char *into, const char *from, std::size_t bytes, double temperature, std::size_t count);
  // As `Parts::sum` of the whole row; results of 16 bytes each, aligned or not.
  void (*totals)(const char *states, std::size_t bytes, double temperature, bool of_rest, char *totals, std::size_t count);
  void (*logsumexp)(const char *states, std::size_t bytes, double temperature, double *results, std::size_t count);
};

// Losses and gradients of one row; float32 or float64. True where a NaN was made out of none.
struct Gradients {
  // y and, in its place or elsewhere, results; the second row is the one multiplied with.
  void (*softmax_vjp)(const Row &y, const Row &g);
  void (*log_softmax_vjp)(const Row &y, const Row &g);
  bool (*logsumexp_vjp)(const Row &x, double gain);
  // The label is the index of a class, or -1 for a row that does not count.
  bool (*cross_entropy)(const Row &x, std::int64_t label, double &loss);
  bool (*cross_entropy_and_grad)(const Row &x, std::int64_t label, double gain, double &loss);
};

// Sums of products of rows of doubles that are read in parts: see rows/gradients.h.
struct ProductParts {
  double (*largest)(const Row &a, const Row &b);
  Wide (*total)(const Row &a, const Row &b, double largest);
  double (*sum)(Wide total, double largest);
};

// What an elementwise function reports, as bits.
enum Event : unsigned { made_nan = 1, reached_pole = 2 };

// Elementwise functions: of the elements of `first`, whose y they write, and where they take two operands those of `second`.
struct Pointwise {
  typedef unsigned (*Function)(const Row &first, const Row &second);
  Function sigmoid, log_sigmoid, softplus, log1mexp, logit, logaddexp, logsubexp;
};

// A row of terms w*e^x, all operands float64: log |sum/divisor| and the sign of the sum.
struct Weighted {
  const char *x, *w;
  std::ptrdiff_t x_stride, w_stride;
  std::size_t n;
  double divisor;
  char *log, *sign;
};

// The matrices of a product of m*k by k*n elements, float64, their strides in bytes. No element is +inf.
struct Product {
  const char *a, *b;
  char *y;
  std::size_t m, k, n;
  std::ptrdiff_t a_row, a_column, b_row, b_column, y_row, y_column;
  void *scratch; // for columns of b, or null
  std::size_t scratch_bytes;
  bool padded;   // columns of b lie side by side, and more follow until they fill vectors
  bool absolute; // near 0 the error of a result may be that of its parts
};

// A hidden Markov model and what was observed, float64, strides in bytes. Rows of the transitions are padded as in Product.
struct Chain {
  std::size_t states, times;
  const char *initial, *transition, *emission;
  std::ptrdiff_t initial_state, transition_row, emission_time, emission_state;
  char *values, *scale, *scale_lo; // see rows/hmm.h
  std::ptrdiff_t values_time, values_state, scale_time, scale_lo_time;
  char *work; // one double a state, side by side
  char *path, *from, *log_probability; // of viterbi: int64; the best state before each, int32; one double
  std::ptrdiff_t path_time, from_time, from_state;
};

// What log-space algebra needs beside the rows; float64 where nothing else is said.
struct LogSpace {
  bool (*logcumsumexp_f32)(const Row &);
  bool (*logcumsumexp_f64)(const Row &);
  bool (*weighted)(const Weighted &);
  void (*logmatmulexp)(const Product &);
  void (*logmatmulexp_float32)(const Product &); // of elements that are floats
  void (*hmm_forward)(const Chain &);
  void (*hmm_backward)(const Chain &);
  void (*viterbi)(const Chain &);
};

// Rows of varying length, one after the other in each column of a matrix: segment s is made of its rows from offsets[s] - origin
// to offsets[s + 1] - origin.
struct Segments {
  Row first; // x, y and where, with their steps from one row of the matrix to the next; policy, storage, scratch
  const std::int64_t *offsets;
  std::int64_t origin;
  std::size_t count, columns;
  std::ptrdiff_t x_column, y_column, where_column; // in bytes, from one column to the next
  const double *temperatures;
  std::ptrdiff_t temperature_step, temperature_column; // in elements: from segment to segment, from column to column
};

// The functions of rows for segments. Results of logsumexp have y steps from segment to segment. For the others x may be y.
struct SegmentFunctions {
  bool (*softmax)(const Segments &);
  bool (*log_softmax)(const Segments &);
  bool (*logsumexp)(const Segments &);
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
  Gradients gradients_f32, gradients_f64;
  // Of rows of doubles.
  double (*dot)(const Row &a, const Row &b);
  void (*log_softmax_jvp)(const Row &y, const Row &v);
  Pointwise pointwise_f32, pointwise_f64;
  LogSpace log_space;
  SegmentFunctions segments_f32, segments_f64;
  void (*gumbel_noise)(const std::uint64_t *k, double *noise, std::size_t n); // n a multiple of 8
  Streams streams_f32, streams_f64;
  ProductParts products;
};

}  // namespace stablesoftmax
