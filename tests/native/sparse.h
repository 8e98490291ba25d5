// The sparse relatives of softmax, which are compiled for no level: see sparse.cpp.
#pragma once
#include <cstdint>
#include <vector>

namespace harness {
// Patterns of what entmax, its gradient g and that of alpha are for a row of finite numbers; compiled with the flags under test.
std::vector<std::uint64_t> sparse_results(const std::vector<float> &x, const std::vector<float> &g, double alpha);
std::vector<std::uint64_t> sparse_results(const std::vector<double> &x, const std::vector<double> &g, double alpha);
}  // namespace harness
