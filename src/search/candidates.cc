#include "search/candidates.h"

#include <algorithm>
#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "pca/product.h"
#include "search/nearest_index.h"

namespace verger {

namespace {

constexpr std::size_t kBlockRows = 512;
constexpr std::size_t kDepth = 256;  // of the panels: a block of them fits the second-level cache

// Rows [begin, end) of columns [from, from + depth), in float64.
void copy_block(const SearchTable& table, std::size_t begin, std::size_t end, std::size_t from,
                std::size_t depth, std::vector<double>& block) {
  block.resize((end - begin) * depth);
  for (std::size_t row = begin; row < end; ++row) {
    const float* source = table.row(row).data() + from;
    std::copy_n(source, depth, block.data() + (row - begin) * depth);
  }
}

// Pairs of rows [begin, end) with rows [block, block_end).
std::vector<RowPair> alike_in_block(const SearchTable& table, std::size_t begin, std::size_t end,
                                    std::size_t block, std::size_t block_end, double similarity,
                                    std::span<const uint8_t> skipped) {
  const ProductTile& tile = *product_tiles().front();
  Panels left(tile.rows);
  Panels right(tile.columns);
  const std::size_t columns = block_end - block;
  std::vector<double> cosines((end - begin) * columns, 0.0);
  std::vector<double> copy;
  for (std::size_t from = 0; from < table.width; from += kDepth) {
    const std::size_t depth = std::min(kDepth, table.width - from);
    copy_block(table, begin, end, from, depth, copy);
    left.pack_transposed(copy.data(), depth, depth, end - begin);
    copy_block(table, block, block_end, from, depth, copy);
    right.pack_transposed(copy.data(), depth, depth, columns);
    add_product(tile, left, right, ProductTarget::full(cosines.data(), columns));
  }
  std::vector<RowPair> found;
  for (std::size_t row = begin; row < end; ++row) {
    if (skipped[row] != 0) continue;
    const double* of_row = cosines.data() + (row - begin) * columns;
    for (std::size_t other = std::max(block, row + 1); other < block_end; ++other) {
      if (of_row[other - block] < similarity || skipped[other] != 0) continue;
      found.push_back({row, other, of_row[other - block]});
    }
  }
  return found;
}

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

Result<std::vector<RowPair>> find_alike(const SearchTable& table, std::span<const uint8_t> skipped,
                                        std::size_t strip, double similarity, int threads,
                                        const CancelToken& cancel) {
  const std::size_t begin = strip * kStripRows;
  const std::size_t end = std::min(begin + kStripRows, table.size());
  std::vector<std::vector<RowPair>> pieces((table.size() - begin + kBlockRows - 1) / kBlockRows);
  VERGER_RETURN_IF_ERROR(
      parallel_for(pieces.size(), threads, cancel, [&](std::size_t piece) -> Status {
        const std::size_t block = begin + piece * kBlockRows;
        pieces[piece] =
            alike_in_block(table, begin, end, block, std::min(block + kBlockRows, table.size()),
                           similarity, skipped);
        return {};
      }));
  return joined(pieces);
}

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
