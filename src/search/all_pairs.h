// Pairs of rows that are alike, found by comparing every row of a table with every other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "search/candidates.h"
#include "search/table.h"
#include "verger/status.h"

namespace verger {

// Exact, and rarely in need of all components. The cosine of two units is at most the product of
// their first components plus that of the lengths of what is left of them (Cauchy and Schwarz), so
// pairs that can no longer reach the similarity asked for are given up after the first 32
// components, after 96, 224 and so on. Principal components begin with those of the most variance:
// where copies are looked for, nearly all pairs go at once.
//
// Immutable: many threads may search.
class AllPairs {
 public:
  // `table` must outlive it. Reads the table once, and keeps some numbers a row.
  explicit AllPairs(const SearchTable& table);

  // The pairs of the rows of strip number `strip` (kStripRows rows from strip · kStripRows on) with
  // all rows after each of them whose cosine is at least `similarity`, in the order of their rows;
  // none of rows with skipped[row] = 1. Sums are those of product.h: the same bits on every
  // processor, for any `threads`. Memory: what the pairs found take, and some MB a thread.
  Result<std::vector<RowPair>> find(std::span<const uint8_t> skipped, std::size_t strip,
                                    double similarity, int threads,
                                    const CancelToken& cancel) const;

 private:
  std::span<const double> rests(std::size_t panel) const {
    return {rests_.data() + panel * table_.size(), table_.size()};
  }
  std::vector<RowPair> in_block(std::vector<std::size_t> rows, std::vector<std::size_t> others,
                                double similarity) const;

  const SearchTable& table_;
  std::vector<std::size_t> ends_;  // of the panels that the components are taken in
  std::vector<double> rests_;      // by panel, then by row: the length of what comes after it
};

}  // namespace verger
