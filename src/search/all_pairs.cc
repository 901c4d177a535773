// SPDX-License-Identifier: Apache-2.0
#include "search/all_pairs.h"

#include <algorithm>
#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"

namespace verger {

namespace {

// The pairs of pieces that hold later and later others, each in the order of its rows, in that
// order.
std::vector<RowPair> joined(const std::vector<std::size_t>& rows,
                            const std::vector<std::vector<RowPair>>& pieces) {
  std::size_t count = 0;
  for (const auto& piece : pieces) count += piece.size();
  std::vector<RowPair> all;
  all.reserve(count);
  std::vector<std::size_t> at(pieces.size(), 0);
  for (const std::size_t row : rows) {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const auto& piece = pieces[i];
      while (at[i] < piece.size() && piece[at[i]].first == row) all.push_back(piece[at[i]++]);
    }
  }
  return all;
}

std::vector<std::size_t> unskipped(std::size_t begin, std::size_t end,
                                   std::span<const uint8_t> skipped) {
  std::vector<std::size_t> rows;
  for (std::size_t row = begin; row < end; ++row) {
    if (skipped[row] == 0) rows.push_back(row);
  }
  return rows;
}

}  // namespace

std::vector<RowPair> AllPairs::in_block(const std::vector<std::size_t>& rows,
                                        std::vector<std::size_t> others, double similarity) const {
  std::vector<RowWish> wishes;
  for (const std::size_t row : rows) {
    const auto first = std::ranges::upper_bound(others, row);  // the others that come after it
    wishes.push_back({similarity, static_cast<std::size_t>(first - others.begin())});
  }
  RowBlock block = RowProducts(table_, panels_).compare(rows, std::move(others), std::move(wishes));
  std::vector<RowPair> pairs;
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    const std::size_t row = block.rows[i];
    const auto first = std::ranges::upper_bound(block.others, row);
    for (auto j = static_cast<std::size_t>(first - block.others.begin()); j < block.others.size();
         ++j) {
      const double cosine = block.of_row(i)[j];
      if (cosine >= similarity) pairs.push_back({row, block.others[j], cosine});
    }
  }
  return pairs;
}

// No pair is missed and none comes twice: a pair's first row is in one strip, and its second, which
// comes after it, in one piece of those from the strip on. What compare() drops cannot reach
// `similarity` (row_block.h), and the sum of a pair that stays is the same chain whichever other
// pairs share its block. So neither the cut into pieces nor the threads show in the result.
Result<std::vector<RowPair>> AllPairs::find(std::span<const uint8_t> skipped, std::size_t strip,
                                            double similarity, int threads,
                                            const CancelToken& cancel) const {
  const std::size_t begin = strip * kStripRows;
  const std::size_t end = std::min(begin + kStripRows, table_.size());
  const auto rows = unskipped(begin, end, skipped);
  std::vector<std::vector<RowPair>> pieces((table_.size() - begin + kBlockOthers - 1) /
                                           kBlockOthers);
  VERGER_RETURN_IF_ERROR(
      parallel_for(pieces.size(), threads, cancel, [&](std::size_t piece) -> Status {
        const std::size_t block = begin + piece * kBlockOthers;
        const std::size_t block_end = std::min(block + kBlockOthers, table_.size());
        pieces[piece] = in_block(rows, unskipped(block, block_end, skipped), similarity);
        return {};
      }));
  return joined(rows, pieces);
}

}  // namespace verger
