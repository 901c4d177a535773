// SPDX-License-Identifier: Apache-2.0
// Pairs of rows that are alike, found by comparing every row of a table with every other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "search/candidates.h"
#include "search/row_block.h"
#include "search/table.h"
#include "verger/status.h"

namespace verger {

// Exact, and rarely in need of all components (row_block.h). Immutable: many threads may search.
class AllPairs {
 public:
  // `table` must outlive it. Reads the table once, and keeps some numbers a row.
  explicit AllPairs(const SearchTable& table) : table_(table), panels_(table) {}

  // The pairs of the rows of strip number `strip` (kStripRows rows from strip · kStripRows on) with
  // all rows after each of them whose cosine is at least `similarity`, in the order of their rows;
  // none of rows with skipped[row] = 1. Sums are those of product.h: the same bits on every
  // processor, for any `threads`. Memory: what the pairs found take, and some MB a thread.
  Result<std::vector<RowPair>> find(std::span<const uint8_t> skipped, std::size_t strip,
                                    double similarity, int threads,
                                    const CancelToken& cancel) const;

 private:
  std::vector<RowPair> in_block(const std::vector<std::size_t>& rows,
                                std::vector<std::size_t> others, double similarity) const;

  const SearchTable& table_;
  const RowPanels panels_;
};

}  // namespace verger
