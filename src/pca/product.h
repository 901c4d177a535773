// SPDX-License-Identifier: Apache-2.0
// Products of float64 matrices whose bits are the same on every processor.
//
// A BLAS picks its order of summation by processor, shape and threads. Here each element of AᵀB is
// one chain of fused multiply-adds over the depth, in order, from zero, and is then added to C
// once: nothing else in the matrices, and no instruction set, can change it. The blocking is that
// of Goto and van de Geijn (2008): panels packed for the caches, a tile of sums in registers.
#pragma once

#include <cstddef>
#include <span>

#include "base/lazy_vector.h"
#include "pca/product_tile.h"

namespace verger {

// Those that this processor can run, fastest first; the last is always the portable one.
std::span<const ProductTile* const> product_tiles();

// A depth × count matrix in panels of `panel_width` columns, each depth-first, padded with zeros.
class Panels {
 public:
  explicit Panels(std::size_t panel_width) : panel_width_(panel_width) {}

  // Element (k, i) is from[k * stride + i] …
  void pack(const double* from, std::size_t stride, std::size_t depth, std::size_t count);
  // … or from[i * stride + k].
  void pack_transposed(const double* from, std::size_t stride, std::size_t depth,
                       std::size_t count);

  std::size_t depth() const { return depth_; }
  std::size_t count() const { return count_; }
  std::size_t panel_width() const { return panel_width_; }
  std::size_t panels() const { return (count_ + panel_width_ - 1) / panel_width_; }
  const double* panel(std::size_t number) const { return buffer_.data() + number * panel_stride(); }

 private:
  // Whole cache lines, so that every panel starts on one.
  std::size_t panel_stride() const { return (depth_ * panel_width_ + 7) / 8 * 8; }
  void resize(std::size_t depth, std::size_t count);

  std::size_t panel_width_;
  std::size_t depth_ = 0;
  std::size_t count_ = 0;
  LazyVector<double> buffer_;
};

// Where a product is added: all of it, row-major, or the upper triangle alone, packed row by row.
class ProductTarget {
 public:
  static ProductTarget full(double* data, std::size_t columns) { return {data, columns, false}; }
  static ProductTarget upper(double* data, std::size_t columns) { return {data, columns, true}; }

  bool is_upper() const { return upper_; }
  // Element (i, j) is at row(i) + j.
  double* row(std::size_t i) const { return data_ + i * columns_ - (upper_ ? i * (i + 1) / 2 : 0); }

 private:
  ProductTarget(double* data, std::size_t columns, bool upper)
      : data_(data), columns_(columns), upper_(upper) {}

  double* data_;
  std::size_t columns_;
  bool upper_;
};

// target += aᵀb. The panels' widths must be the tile's rows (a) and columns (b), the depths equal.
void add_product(const ProductTile& tile, const Panels& a, const Panels& b,
                 const ProductTarget& target);

}  // namespace verger
