// SPDX-License-Identifier: Apache-2.0
// Moments → PcaModel: the correlation (or covariance) matrix and its eigensystem.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "base/numbers.h"
#include "base/option_name.h"
#include "base/status_macros.h"
#include "pca/eigen.h"
#include "verger/pca.h"

namespace verger {

namespace {

// An eigenvalue below this share of the largest is what rounding leaves in place of zero: the
// moments and the solver are right to about 1e-13 of it.
constexpr double kNoise = 1e-12;

// The covariance of the standardised columns, which is correlation when `root` holds the square
// roots of the diagonal of `second`, the centred second moment. A column of root 0, which is
// constant, gives zeros.
AlignedBuffer covariance(std::span<const double> second, std::span<const double> root) {
  const std::size_t width = root.size();
  AlignedBuffer matrix(second.size());
  for (std::size_t i = 0; i < width; ++i) {
    if (root[i] == 0) continue;
    for (std::size_t j = 0; j < width; ++j) {
      const std::size_t at = i * width + j;
      if (root[j] != 0) matrix.data()[at] = second[at] / root[i] / root[j];
    }
  }
  return matrix;
}

Result<int> choose_k(const PcaModel& model, const PcaOptions& options) {
  const int rank = model.rank();
  if (options.components > rank) {
    return Status::invalid_argument(option_name("components") + ' ' +
                                    format_count(options.components) +
                                    " exceeds the rank of the features, which is " +
                                    format_count(rank) + "; ask for at most that many.");
  }
  if (options.components > 0) return options.components;
  const double total = std::accumulate(model.eigenvalues.begin(), model.eigenvalues.end(), 0.0);
  double sum = 0;
  int k = 0;
  while (k < rank && sum / total < options.variance) {
    sum += model.eigenvalues[static_cast<std::size_t>(k++)];
  }
  return k;
}

// −1 when the loading of largest magnitude is negative: the first within 1e-9 of it, so that
// rounding does not decide between loadings that are equal but for it.
double sign_to_apply(const double* vector, std::size_t width) {
  double largest = 0;
  for (std::size_t i = 0; i < width; ++i) largest = std::max(largest, std::abs(vector[i]));
  constexpr double kTie = 1 - 1e-9;
  const double* first = std::find_if(vector, vector + width, [largest](double loading) {
    return std::abs(loading) >= largest * kTie;
  });
  return *first < 0 ? -1.0 : 1.0;
}

void keep_components(const Eigensystem& eigen, PcaModel& model) {
  const auto width = static_cast<std::size_t>(model.width);
  model.components.reserve(static_cast<std::size_t>(model.k) * width);
  for (std::size_t c = 0; c < static_cast<std::size_t>(model.k); ++c) {
    const double* vector = eigen.vector(c);
    const double sign = sign_to_apply(vector, width);
    for (std::size_t i = 0; i < width; ++i) model.components.push_back(sign * vector[i]);
  }
}

}  // namespace

double PcaModel::cumulative_ratio(int components_kept) const {
  const auto kept = static_cast<std::size_t>(std::clamp(components_kept, 0, width));
  double sum = 0;
  for (std::size_t i = 0; i < kept; ++i) sum += eigenvalues[i];
  double total = sum;
  for (std::size_t i = kept; i < eigenvalues.size(); ++i) total += eigenvalues[i];
  return sum / total;
}

int PcaModel::rank() const {
  const auto nonzero = std::ranges::count_if(eigenvalues, [](double x) { return x > 0; });
  return static_cast<int>(std::min<int64_t>(nonzero, count - 1));
}

Result<PcaModel> fit_pca(const Moments& moments, const PcaOptions& options) {
  VERGER_RETURN_IF_ERROR(options.validate());
  if (moments.count() < 2) {
    return Status::invalid_argument("PCA needs the features of at least 2 images, not " +
                                    format_count(moments.count()) + ".");
  }
  PcaModel model;
  model.width = moments.width();
  model.count = moments.count();
  model.variance = options.components > 0 ? 0 : options.variance;
  model.standardize = options.standardize;
  model.mean = moments.mean();

  const auto width = static_cast<std::size_t>(model.width);
  const std::vector<double> second = moments.centred_second_moment();
  const double scale = std::sqrt(static_cast<double>(model.count - 1));
  std::vector<double> root(width, scale);
  bool constant = true;
  for (std::size_t i = 0; i < width; ++i) {
    const double square = second[i * width + i];
    constant = constant && square == 0;
    if (options.standardize) root[i] = std::sqrt(square);
  }
  if (constant) {
    return Status::invalid_argument(
        "Every feature is the same in all images, so there is no variance to keep.");
  }
  for (const double x : root) model.deviation.push_back(x / scale);

  VERGER_ASSIGN_OR_RETURN(Eigensystem eigen,
                          symmetric_eigensystem(covariance(second, root), width));
  const double noise = kNoise * eigen.values.front();
  model.eigenvalues = eigen.values;
  std::ranges::replace_if(model.eigenvalues, [noise](double x) { return x <= noise; }, 0.0);
  VERGER_ASSIGN_OR_RETURN(model.k, choose_k(model, options));
  keep_components(eigen, model);
  return model;
}

}  // namespace verger
