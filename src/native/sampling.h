// Sampling from probabilities by inversion, on integers: what is drawn depends on no rounding order, and is exact to 2^-62.
//
// The weight of an element is its probability in units of 2^-62, rounded down; a row's weights add up to at most
// 2^62 * (1 + 2^-52) + n, far below 2^64. A draw is a uniform 64-bit integer u: it falls to the first element whose cumulative
// weight exceeds floor(u * total / 2^64), so each element gets its share of the 2^64 integers to within one.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace stablesoftmax {
namespace {

typedef unsigned __int128 Product; // of two 64-bit integers

// A vector of NumPy, whatever its stride.
template <class T> class Strided {
  char *start;
  std::ptrdiff_t stride;

public:
  Strided(char *start, std::ptrdiff_t stride) : start(start), stride(stride) {}
  T &operator[](std::size_t i) const { return *reinterpret_cast<T *>(start + static_cast<std::ptrdiff_t>(i) * stride); }
};

inline std::uint64_t weight(double probability) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(probability * 0x1p62)); }

// The smallest integer that is at least fraction * whole, 0 <= fraction <= 1, whole < 2^63; exact: the product has 116 bits.
inline std::uint64_t share(double fraction, std::uint64_t whole) {
  std::uint64_t pattern;
  std::memcpy(&pattern, &fraction, sizeof fraction);
  const int exponent = static_cast<int>(pattern >> 52);
  const std::uint64_t mantissa = (pattern & ((std::uint64_t{1} << 52) - 1)) | (exponent ? std::uint64_t{1} << 52 : 0);
  const Product product = static_cast<Product>(mantissa) * whole;
  const int shift = 1075 - (exponent ? exponent : 1); // fraction = mantissa * 2^-shift, shift >= 52
  if (shift > 126) return product != 0;
  return static_cast<std::uint64_t>((product + ((Product{1} << shift) - 1)) >> shift);
}

// Larger elements first, a NaN before every number, equal ones by their index: a strict order, so that every choice below is one.
template <class Values> struct Before {
  Values x;
  bool operator()(std::int64_t i, std::int64_t j) const {
    const auto a = x[static_cast<std::size_t>(i)], b = x[static_cast<std::size_t>(j)];
    if (a > b) return true;
    if (a < b) return false;
    const bool a_is_nan = a != a, b_is_nan = b != b;
    return a_is_nan == b_is_nan ? i < j : a_is_nan;
  }
};

// Moves the first k of the n elements of `order` to its front. Of many elements, 2k groups are made, whose firsts are moved to the
// front: what comes after the k-th of these is not among the first k of all, and little else is left.
template <class Order> void bring_forward(std::int64_t *order, std::size_t n, std::size_t k, Order before) {
  if (k == 0 || k >= n) return;
  const std::size_t groups = 2 * k;
  if (n / 4 >= groups) {
    for (std::size_t begin = groups; begin < n; begin += groups) {
      const std::size_t count = std::min(groups, n - begin);
      for (std::size_t i = 0; i < count; i++)
        if (before(order[begin + i], order[i])) std::swap(order[begin + i], order[i]);
    }
    std::nth_element(order, order + (k - 1), order + groups, before);
    const std::int64_t last = order[k - 1];
    std::size_t candidates = k;
    for (std::size_t i = groups; i < n; i++)
      if (before(order[i], last)) std::swap(order[i], order[candidates++]);
    n = candidates;
  }
  if (k < n) std::nth_element(order, order + k, order + n, before);
}

// The length of the shortest run of first elements whose measures add up to `need`, 0 < need <= all of them; the run is moved to
// the front. A few elements are tried, then more; what is undecided is halved again and again.
template <class Order, class Measure>
std::size_t shortest_run(std::int64_t *order, std::size_t n, std::uint64_t need, Order before, Measure measure) {
  std::size_t begin = 0, end = n; // the run ends after begin and not after end
  for (std::size_t few = 32; end - begin > 1;) {
    const std::size_t length = end - begin, part = few < length / 8 ? few : length / 2;
    bring_forward(order + begin, length, part, before);
    std::uint64_t sum = 0;
    for (std::size_t i = begin; i < begin + part; i++) sum += measure(order[i]);
    if (sum >= need) end = begin + part;
    else need -= sum, begin += part, few *= 8;
  }
  return end;
}

struct Filters {
  std::int64_t top_k;
  double top_p, min_p;
};

// Brings the elements that pass the filters to the front of `order` and returns their number. `x` orders them, since probabilities
// of different logits may be equal; the masses are sums of weights. Elements of probability 0 take no part.
template <class Values, class Probabilities>
std::size_t filter(Values x, Probabilities p, std::size_t n, const Filters &filters, std::int64_t *order) {
  const Before<Values> before{x};
  const auto measure = [&](std::int64_t i) { return weight(p[static_cast<std::size_t>(i)]); };
  std::size_t kept = 0;
  for (std::size_t i = 0; i < n; i++)
    if (p[i] > 0) order[kept++] = static_cast<std::int64_t>(i);
  if (static_cast<std::uint64_t>(filters.top_k) < kept) {
    bring_forward(order, kept, static_cast<std::size_t>(filters.top_k), before);
    kept = static_cast<std::size_t>(filters.top_k);
  }
  if (filters.top_p < 1) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < kept; i++) total += measure(order[i]);
    if (total) kept = shortest_run(order, kept, share(filters.top_p, total), before, measure);
  }
  if (filters.min_p > 0) {
    std::uint64_t largest = 0;
    for (std::size_t i = 0; i < kept; i++) largest = std::max(largest, measure(order[i]));
    const std::uint64_t least = share(filters.min_p, largest);
    kept = static_cast<std::size_t>(std::partition(order, order + kept, [&](std::int64_t i) { return measure(i) >= least; }) - order);
  }
  return kept;
}

// The first element whose cumulative weight exceeds the target of each of `count` draws; several searches side by side, since
// each step of one waits for the memory of the step before.
template <std::size_t count, class Cumulative>
void invert(Cumulative cumulative, std::size_t n, Strided<const std::uint64_t> draws, Strided<std::int64_t> index, std::size_t first) {
  std::uint64_t target[count];
  std::size_t base[count] = {};
  for (std::size_t j = 0; j < count; j++) target[j] = static_cast<std::uint64_t>(static_cast<Product>(draws[first + j]) * cumulative[n - 1] >> 64);
  for (std::size_t length = n; length > 1;) { // the element lies in [base, base + length)
    const std::size_t half = length / 2;
    for (std::size_t j = 0; j < count; j++) base[j] += half & (std::size_t{0} - (cumulative[base[j] + half - 1] <= target[j])); // no branch
    length -= half;
  }
  for (std::size_t j = 0; j < count; j++) index[first + j] = static_cast<std::int64_t>(base[j]);
}

}  // namespace
}  // namespace stablesoftmax
