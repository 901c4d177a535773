// SPDX-License-Identifier: Apache-2.0
#include "pca/eigen_check.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

namespace verger {

namespace {

// An error E that is r times as large as is tolerated escapes a vector x of the cube [−1, 1)ⁿ with
// a probability of at most √2 / r: ‖Ex‖ ≥ ‖E‖ · |v · x|, where v is a unit vector, and no slab
// through the middle of a cube holds more of it (Ball 1986). It escapes all four with (√2 / r)⁴: at
// r = 1000 once in 10¹¹ matrices.
constexpr std::size_t kProbes = 4;

// A row of the matrix: what LAPACK's own tests allow its solvers (dsyt21 in TESTING/sep.in). Right
// answers were seen to take 3 % of it.
constexpr double kTolerance = 60 * std::numeric_limits<double>::epsilon();

// std::mt19937_64 gives the same numbers with every library, which the standard's distributions do
// not.
std::vector<double> random_probes(std::size_t size) {
  std::mt19937_64 random(1);
  std::vector<double> probes(size * kProbes);
  for (double& x : probes) x = static_cast<double>(random() >> 11U) * 0x1p-52 - 1;
  return probes;
}

// sums[p] += Σ row[j] · columns[j][p].
void add_row_by_columns(const double* row, const double* columns, std::size_t size, double* sums) {
  for (std::size_t j = 0; j < size; ++j, columns += kProbes) {
    for (std::size_t p = 0; p < kProbes; ++p) sums[p] += row[j] * columns[p];
  }
}

// sums[j][p] += row[j] · factors[p].
void add_outer_product(const double* row, const double* factors, std::size_t size, double* sums) {
  for (std::size_t j = 0; j < size; ++j, sums += kProbes) {
    for (std::size_t p = 0; p < kProbes; ++p) sums[p] += row[j] * factors[p];
  }
}

// Whether each column of a is within `share` of the norm of that of `scale` from that of b. False
// where anything is not a number.
bool columns_agree(const std::vector<double>& a, const std::vector<double>& b,
                   const std::vector<double>& scale, double share) {
  double squares[kProbes] = {};
  double allowed[kProbes] = {};
  for (std::size_t i = 0; i < a.size(); ++i) {
    squares[i % kProbes] += (a[i] - b[i]) * (a[i] - b[i]);
    allowed[i % kProbes] += scale[i] * scale[i];
  }
  return std::equal(squares, squares + kProbes, allowed,
                    [share](double square, double square_of_x) {
                      return std::sqrt(square) <= share * std::sqrt(square_of_x);
                    });
}

}  // namespace

EigenCheck::EigenCheck(const AlignedBuffer& matrix, std::size_t size)
    : size_(size), probes_(random_probes(size)), products_(size * kProbes) {
  for (std::size_t i = 0; i < size; ++i) {
    const double* row = matrix.data() + i * size;
    double sum = 0;
    for (std::size_t j = 0; j < size; ++j) sum += std::abs(row[j]);
    norm_ = std::max(norm_, sum);
    add_row_by_columns(row, probes_.data(), size, products_.data() + i * kProbes);
  }
}

bool EigenCheck::holds(const Eigensystem& eigen) const {
  std::vector<double> product(size_ * kProbes);  // VΛVᵀx
  std::vector<double> image(size_ * kProbes);    // VVᵀx
  for (std::size_t i = 0; i < size_; ++i) {
    const double* vector = eigen.vector(i);
    double factors[kProbes] = {};
    add_row_by_columns(vector, probes_.data(), size_, factors);
    add_outer_product(vector, factors, size_, image.data());
    for (double& factor : factors) factor *= eigen.values[i];
    add_outer_product(vector, factors, size_, product.data());
  }
  const double share = kTolerance * static_cast<double>(size_);
  return std::ranges::is_sorted(eigen.values, std::greater<>()) &&
         columns_agree(image, probes_, probes_, share) &&
         columns_agree(product, products_, probes_, share * norm_);
}

}  // namespace verger
