// SPDX-License-Identifier: Apache-2.0
#include "pca/drift.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "pca/aligned_buffer.h"
#include "pca/eigen.h"
#include "pca/product.h"

namespace verger {

namespace {

// target (rows of a × rows of b) += a · bᵀ, over `depth` columns; both row-major.
void add_rows_by_rows(const double* a, std::size_t a_rows, const double* b, std::size_t b_rows,
                      std::size_t depth, double* target) {
  const ProductTile& tile = *product_tiles().front();
  Panels left(tile.rows);
  Panels right(tile.columns);
  left.pack_transposed(a, depth, depth, a_rows);
  right.pack_transposed(b, depth, depth, b_rows);
  add_product(tile, left, right, ProductTarget::full(target, b_rows));
}

// target (rows of a × columns of b) += a · b; a is rows × depth, b is depth × columns.
void add_rows_by_columns(const double* a, std::size_t rows, const double* b, std::size_t columns,
                         std::size_t depth, double* target) {
  const ProductTile& tile = *product_tiles().front();
  Panels left(tile.rows);
  Panels right(tile.columns);
  left.pack_transposed(a, depth, depth, rows);
  right.pack(b, columns, depth, columns);
  add_product(tile, left, right, ProductTarget::full(target, columns));
}

}  // namespace

double variance_kept(const PcaModel& model, const Moments& moments) {
  assert(moments.width() == model.width && moments.count() > 1);
  const auto width = static_cast<std::size_t>(model.width);
  const auto k = static_cast<std::size_t>(model.k);
  const std::vector<double> second = moments.centred_second_moment();
  double trace = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const double deviation = model.deviation[i];
    if (deviation > 0) trace += second[i * width + i] / (deviation * deviation);
  }
  if (!(trace > 0)) return 0;
  // vᵀ (D S D) v = (D v)ᵀ S (D v), D the diagonal of 1 / deviation.
  std::vector<double> scaled(model.components);
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    const double deviation = model.deviation[i % width];
    scaled[i] = deviation > 0 ? scaled[i] / deviation : 0;
  }
  std::vector<double> product(k * width, 0.0);
  add_rows_by_columns(scaled.data(), k, second.data(), width, width, product.data());
  double kept = 0;
  for (std::size_t i = 0; i < product.size(); ++i) kept += product[i] * scaled[i];
  return std::clamp(kept / trace, 0.0, 1.0);
}

Result<double> largest_principal_angle(const PcaModel& one, const PcaModel& other) {
  assert(one.width == other.width);
  const PcaModel& a = one.k <= other.k ? one : other;
  const PcaModel& b = one.k <= other.k ? other : one;
  const auto width = static_cast<std::size_t>(a.width);
  const auto rows = static_cast<std::size_t>(a.k);
  const auto others = static_cast<std::size_t>(b.k);
  std::vector<double> cosines(rows * others, 0.0);
  add_rows_by_rows(a.components.data(), rows, b.components.data(), others, width, cosines.data());
  for (double& cosine : cosines) cosine = -cosine;
  std::vector<double> residual(a.components);
  add_rows_by_columns(cosines.data(), rows, b.components.data(), width, others, residual.data());
  AlignedBuffer squares(rows * rows);
  add_rows_by_rows(residual.data(), rows, residual.data(), rows, width, squares.data());
  VERGER_ASSIGN_OR_RETURN(const Eigensystem eigen, symmetric_eigensystem(std::move(squares), rows));
  const double sine = std::sqrt(std::clamp(eigen.values.front(), 0.0, 1.0));
  return std::asin(sine) * 180.0 / std::numbers::pi;
}

Result<PcaDrift> measure_drift(const PcaModel& before, const Moments& moments,
                               const PcaModel* after) {
  PcaDrift drift{.variance_kept = variance_kept(before, moments),
                 .largest_angle = std::nullopt,
                 .k_before = before.k,
                 .k_after = after == nullptr ? before.k : after->k};
  if (after == nullptr) return drift;
  VERGER_ASSIGN_OR_RETURN(drift.largest_angle, largest_principal_angle(before, *after));
  return drift;
}

}  // namespace verger
