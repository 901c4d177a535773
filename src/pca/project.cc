// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>

#include "pca/product.h"
#include "verger/pca.h"

namespace verger {

namespace {

// Of features and of rows at a time: a block of standardised rows fills less than half of a 512 KiB
// cache. A projection is a sum over blocks of kDepth features, so this is part of its bits.
constexpr std::size_t kDepth = 256;
constexpr std::size_t kRows = 96;

// to[i] = (row[i] − mean[i]) / deviation[i] for the features [begin, begin + count).
void standardise_row(const PcaModel& model, const float* row, std::size_t begin, std::size_t count,
                     double* to) {
  const double* mean = model.mean.data() + begin;
  const double* deviation = model.deviation.data() + begin;
  for (std::size_t i = 0; i < count; ++i) {
    const double centred = static_cast<double>(row[begin + i]) - mean[i];
    to[i] = deviation[i] > 0 ? centred / deviation[i] : 0.0;
  }
}

}  // namespace

void standardise(const PcaModel& model, std::span<const float> rows,
                 std::span<double> standardised) {
  assert(rows.size() == standardised.size());
  const auto width = static_cast<std::size_t>(model.width);
  for (std::size_t at = 0; at < rows.size(); at += width) {
    standardise_row(model, rows.data() + at, 0, width, standardised.data() + at);
  }
}

void project(const PcaModel& model, std::span<const float> rows, std::span<double> projected) {
  const auto width = static_cast<std::size_t>(model.width);
  const auto k = static_cast<std::size_t>(model.k);
  const std::size_t count = rows.size() / width;
  assert(rows.size() == count * width && projected.size() == count * k);
  const ProductTile& tile = *product_tiles().front();
  Panels left(tile.rows);
  Panels right(tile.columns);
  std::vector<double> block(kRows * kDepth);
  std::ranges::fill(projected, 0.0);
  for (std::size_t feature = 0; feature < width; feature += kDepth) {
    const std::size_t depth = std::min(kDepth, width - feature);
    right.pack_transposed(model.components.data() + feature, width, depth, k);
    for (std::size_t begin = 0; begin < count; begin += kRows) {
      const std::size_t block_rows = std::min(kRows, count - begin);
      for (std::size_t r = 0; r < block_rows; ++r) {
        standardise_row(model, rows.data() + (begin + r) * width, feature, depth,
                        block.data() + r * depth);
      }
      left.pack_transposed(block.data(), depth, depth, block_rows);
      add_product(tile, left, right, ProductTarget::full(projected.data() + begin * k, k));
    }
  }
}

}  // namespace verger
