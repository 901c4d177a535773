// SPDX-License-Identifier: Apache-2.0
#include "search/candidates.h"

#include <algorithm>
#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "search/nearest_index.h"

namespace verger {

namespace {

bool comes_before(const RowPair& a, const RowPair& b) {
  return std::pair(a.first, a.second) < std::pair(b.first, b.second);
}

std::vector<RowPair> joined(const std::vector<std::vector<RowPair>>& pieces) {
  std::vector<RowPair> all;
  for (const auto& piece : pieces) all.insert(all.end(), piece.begin(), piece.end());
  std::ranges::sort(all, comes_before);
  return all;
}

}  // namespace

Result<std::vector<RowPair>> find_alike(const NearestIndex& index, std::size_t neighbors,
                                        std::span<const uint8_t> skipped, std::size_t strip,
                                        double similarity, int threads, const CancelToken& cancel) {
  const std::size_t begin = strip * kStripRows;
  const std::size_t end = std::min(begin + kStripRows, index.size());
  std::vector<std::vector<RowPair>> pieces(end - begin);
  VERGER_RETURN_IF_ERROR(
      parallel_for(pieces.size(), threads, cancel, [&](std::size_t piece) -> Status {
        const std::size_t row = begin + piece;
        if (skipped[row] != 0) return {};
        VERGER_ASSIGN_OR_RETURN(const auto vector, index.row(row));
        VERGER_ASSIGN_OR_RETURN(const auto near, index.find(vector, neighbors + 1));
        for (const Neighbour& other : near) {
          const auto cosine = static_cast<double>(other.cosine);
          if (other.row == row || skipped[other.row] != 0 || cosine < similarity) continue;
          pieces[piece].push_back({std::min(row, other.row), std::max(row, other.row), cosine});
        }
        return {};
      }));
  return joined(pieces);
}

}  // namespace verger
