// What the checks share: a count of cases with the words of the first failure, random integers, and one call of a kernel.
//
// The harness proves the native core without Python. Each check_*.cpp is one promise and offers one function that takes a
// level and fills an Outcome; main.cpp runs them for every level of this machine. build.py builds it.
#pragma once
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "../../src/native/kernels.h"

namespace harness {

using stablesoftmax::Level;
using stablesoftmax::Row;
using stablesoftmax::Storage;
using stablesoftmax::Wide;

class Outcome {
public:
  std::uint64_t cases = 0, failures = 0;
  std::string first; // words of the first failure
  std::string note;  // a result worth a place on the line

  __attribute__((format(printf, 3, 4))) void expect(bool good, const char *format, ...) {
    cases++;
    if (good) return;
    if (!failures++) {
      char words[400];
      va_list values;
      va_start(values, format);
      std::vsnprintf(words, sizeof words, format, values);
      va_end(values);
      first = words;
    }
  }
};

// One promise. `quick` asks for fewer random cases.
typedef void Check(const Level &level, bool quick, Outcome &outcome);
Check check_bits, check_order, check_accuracy, check_special_rows, check_state, check_strips, check_environment, check_family, check_streams,
    check_threads, check_vocabulary;
void check_math(bool quick, Outcome &outcome); // of the scalar functions below the levels
void check_complex(Outcome &outcome);          // of what is compiled once

// splitmix64: integers only, so every machine draws the same cases.
class Random {
  std::uint64_t state;

public:
  explicit Random(std::uint64_t seed) : state(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  // Even over (-size, size), rounded once: no library call, no fused operation (the harness is compiled with the flags of the core).
  double within(double size) { return size * (static_cast<double>(static_cast<std::int64_t>(next()) >> 11) * 0x1p-52); }
  template <class V> void shuffle(V &v) {
    for (std::size_t i = v.size(); i > 1; i--) std::swap(v[i - 1], v[below(i)]);
  }
};

enum Function { softmax, log_softmax, logsumexp };
constexpr const char *name_of[] = {"softmax", "log_softmax", "logsumexp"};
constexpr Function functions[] = {softmax, log_softmax, logsumexp};

inline bool call(const Level &level, Function f, const Row &row, float) {
  bool (*const kernel[])(const Row &) = {level.softmax_f32, level.log_softmax_f32, level.logsumexp_f32};
  return kernel[f](row);
}
inline bool call(const Level &level, Function f, const Row &row, double) {
  bool (*const kernel[])(const Row &) = {level.softmax_f64, level.log_softmax_f64, level.logsumexp_f64};
  return kernel[f](row);
}

template <class T> inline Row contiguous(const std::vector<T> &x, std::vector<T> &y, double temperature = 1.0) {
  Row row{};
  row.x = reinterpret_cast<const char *>(x.data());
  row.y = reinterpret_cast<char *>(y.data());
  row.x_stride = row.y_stride = sizeof(T);
  row.n = x.size();
  row.temperature = temperature;
  return row;
}

// The result of a contiguous row: n elements, or one.
template <class T> inline std::vector<T> result(const Level &level, Function f, const std::vector<T> &x, double temperature = 1.0) {
  std::vector<T> y(f == logsumexp ? 1 : x.size());
  call(level, f, contiguous(x, y, temperature), T{});
  return y;
}

inline std::uint64_t pattern(float v) {
  std::uint32_t p;
  std::memcpy(&p, &v, sizeof p);
  return p;
}
inline std::uint64_t pattern(double v) {
  std::uint64_t p;
  std::memcpy(&p, &v, sizeof p);
  return p;
}
template <class T> inline bool same_bits(const std::vector<T> &a, const std::vector<T> &b) {
  return a.size() == b.size() && (a.empty() || !std::memcmp(a.data(), b.data(), a.size() * sizeof(T)));
}

template <class T> constexpr const char *dtype = sizeof(T) == 4 ? "float32" : "float64";

}  // namespace harness
