// Rows of entmax and its gradients as register_sparse.cpp calls them.
#include "sparse.h"

#include <cstring>

#include "../../src/native/sparse/alpha_gradient.h"

namespace harness {
namespace {

template <class T> void append(std::vector<std::uint64_t> &all, T v) {
  std::uint64_t p = 0;
  std::memcpy(&p, &v, sizeof v);
  all.push_back(p);
}

template <class T> std::vector<std::uint64_t> results_of(const std::vector<T> &x, const std::vector<T> &g, double alpha) {
  const auto elements = [](const std::vector<T> &v) {
    return Elements<T>{reinterpret_cast<const char *>(v.data()), sizeof(T), stablesoftmax::Storage::native, nullptr, 0};
  };
  const auto results = [](std::vector<T> &v) {
    return Results{reinterpret_cast<char *>(v.data()), sizeof(T), stablesoftmax::Storage::native, sizeof(T) == 8};
  };
  std::vector<T> y(x.size()), dx(x.size());
  double largest = -__builtin_inf();
  for (const T v : x) largest = static_cast<double>(v) > largest ? static_cast<double>(v) : largest;
  entmax_row<T>(elements(x), x.size(), largest, alpha, results(y));
  bool invalid = entmax_vjp_row<T>(elements(y), elements(g), x.size(), alpha, results(dx));
  std::vector<std::uint64_t> all;
  for (const T v : y) append(all, v);
  for (const T v : dx) append(all, v);
  append(all, static_cast<T>(entmax_alpha_vjp_row<T>(elements(y), elements(g), x.size(), alpha, invalid)));
  all.push_back(invalid);
  return all;
}

}  // namespace

std::vector<std::uint64_t> sparse_results(const std::vector<float> &x, const std::vector<float> &g, double alpha) { return results_of(x, g, alpha); }
std::vector<std::uint64_t> sparse_results(const std::vector<double> &x, const std::vector<double> &g, double alpha) { return results_of(x, g, alpha); }

}  // namespace harness
