// SPDX-License-Identifier: Apache-2.0
// Cosines of rows of a table beside others, a panel of components after the other.
//
// The cosine of two units is at most the product of their first components plus that of the
// lengths of what is left of them (Cauchy and Schwarz). So pairs that can no longer reach what is
// asked for are given up after the first 32 components, after 96, 224 and so on. Principal
// components begin with those of the most variance: nearly all pairs go at once.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pca/product.h"
#include "search/table.h"

namespace verger {

// The panels that the components of a table are taken in, and what comes after each, row by row.
class RowPanels {
 public:
  explicit RowPanels(const SearchTable& table);

  std::size_t size() const { return ends_.size(); }
  std::size_t begin(std::size_t panel) const { return panel == 0 ? 0 : ends_[panel - 1]; }
  std::size_t end(std::size_t panel) const { return ends_[panel]; }
  // How long the components of each row of the table are after this panel.
  std::span<const double> rests(std::size_t panel) const {
    return {rests_.data() + panel * rows_, rows_};
  }

 private:
  std::size_t rows_;
  std::vector<std::size_t> ends_;
  std::vector<double> rests_;  // by panel, then by row
};

// Rows beside others, and what the products of each with each have come to.
struct RowBlock {
  std::vector<std::size_t> rows;  // ascending, as are the others
  std::vector<std::size_t> others;
  std::vector<double> products;  // rows × others

  double* of_row(std::size_t i) { return products.data() + i * others.size(); }
};

// Others are taken so many at once.
inline constexpr std::size_t kBlockOthers = 512;

// What a row of a block is looked for.
struct RowWish {
  double least = 0;       // cosines below are of no use
  std::size_t first = 0;  // neither are the others before this one (a number in the block)
};

// Works blocks off. Sums are those of product.h: the same bits on every processor. One a thread.
class RowProducts {
 public:
  // Both outlive it.
  RowProducts(const SearchTable& table, const RowPanels& panels)
      : table_(table), panels_(panels), left_(tile_.rows), right_(tile_.columns) {}

  // The cosines of all pairs of the block that fulfil the wish of their row, and of some others.
  // Rows and others without such a pair may be dropped from it. `wishes`: one a row, in their
  // order.
  RowBlock compare(std::vector<std::size_t> rows, std::vector<std::size_t> others,
                   std::vector<RowWish> wishes);

 private:
  void add(std::size_t panel, RowBlock& block);
  void pack(std::span<const std::size_t> rows, std::size_t panel, Panels& into);

  const ProductTile& tile_ = *product_tiles().front();
  const SearchTable& table_;
  const RowPanels& panels_;
  Panels left_;
  Panels right_;
  std::vector<double> copy_;  // a panel, in float64
};

}  // namespace verger
