// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>

#include "pca/product.h"
#include "pca/projector.h"
#include "verger/pca.h"

namespace verger {

namespace {

// So many features and rows are taken at a time: a block of standardised rows fills less than half
// of a 512 KiB cache. A projection is a sum over blocks of kDepth features, so this is part of its
// bits.
constexpr std::size_t kDepth = 256;
constexpr std::size_t kRows = 96;

// to[i] = (row[i] − mean[i]) / deviation[i], 0 where the deviation is.
void standardise_row(const float* row, const double* mean, const double* deviation,
                     std::size_t count, double* to) {
  for (std::size_t i = 0; i < count; ++i) {
    const double centred = static_cast<double>(row[i]) - mean[i];
    to[i] = deviation[i] > 0 ? centred / deviation[i] : 0.0;
  }
}

}  // namespace

void standardise(const PcaModel& model, std::span<const float> rows,
                 std::span<double> standardised) {
  assert(rows.size() == standardised.size());
  const auto width = static_cast<std::size_t>(model.width);
  for (std::size_t at = 0; at < rows.size(); at += width) {
    standardise_row(rows.data() + at, model.mean.data(), model.deviation.data(), width,
                    standardised.data() + at);
  }
}

Projector::Projector(const PcaModel& model)
    : k_(static_cast<std::size_t>(model.k)), mean_(model.mean), deviation_(model.deviation) {
  const std::size_t width = mean_.size();
  for (std::size_t feature = 0; feature < width; feature += kDepth) {
    blocks_.emplace_back(product_tiles().front()->columns)
        .pack_transposed(model.components.data() + feature, width,
                         std::min(kDepth, width - feature), k_);
  }
}

void Projector::project(std::span<const float> rows, std::span<double> projected) const {
  const std::size_t width = mean_.size();
  const std::size_t count = rows.size() / width;
  assert(rows.size() == count * width && projected.size() == count * k_);
  const ProductTile& tile = *product_tiles().front();
  Panels left(tile.rows);
  std::vector<double> block(std::min(kRows, count) * kDepth);
  std::ranges::fill(projected, 0.0);
  for (std::size_t feature = 0; const Panels& right : blocks_) {
    const std::size_t depth = right.depth();
    for (std::size_t begin = 0; begin < count; begin += kRows) {
      const std::size_t block_rows = std::min(kRows, count - begin);
      for (std::size_t r = 0; r < block_rows; ++r) {
        standardise_row(rows.data() + (begin + r) * width + feature, mean_.data() + feature,
                        deviation_.data() + feature, depth, block.data() + r * depth);
      }
      left.pack_transposed(block.data(), depth, depth, block_rows);
      add_product(tile, left, right, ProductTarget::full(projected.data() + begin * k_, k_));
    }
    feature += depth;
  }
}

void project(const PcaModel& model, std::span<const float> rows, std::span<double> projected) {
  Projector(model).project(rows, projected);
}

}  // namespace verger
