#include "search/all_pairs.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "pca/product.h"

namespace verger {

namespace {

constexpr std::size_t kBlockRows = 512;
constexpr std::size_t kFirstDepth = 32;
constexpr std::size_t kDepth = 256;  // at most: a panel of a block fits the second-level cache
constexpr double kRounding = 1e-9;   // more than all roundings of a bound come to

// Rows beside others, and what the products of each with each have come to.
struct Block {
  std::vector<std::size_t> rows;  // ascending, as are the others
  std::vector<std::size_t> others;
  std::vector<double> products;  // rows × others

  double* of_row(std::size_t i) { return products.data() + i * others.size(); }
  // The first of the others that comes after row i.
  std::size_t begin(std::size_t i) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(others, rows[i]) - others.begin());
  }
};

std::vector<std::size_t> panel_ends(std::size_t width) {
  std::vector<std::size_t> ends;
  std::size_t depth = kFirstDepth;
  for (std::size_t end = 0; end < width; depth = std::min(2 * depth, kDepth)) {
    end = std::min(end + depth, width);
    ends.push_back(end);
  }
  return ends;
}

// A panel of components of both sides of a block; one is used again and again.
class PanelProduct {
 public:
  PanelProduct() : left_(tile_.rows), right_(tile_.columns) {}

  // Adds the products of components [from, to).
  void add(const SearchTable& table, std::size_t from, std::size_t to, Block& block) {
    pack(table, block.rows, from, to, left_);
    pack(table, block.others, from, to, right_);
    add_product(tile_, left_, right_,
                ProductTarget::full(block.products.data(), block.others.size()));
  }

 private:
  void pack(const SearchTable& table, std::span<const std::size_t> rows, std::size_t from,
            std::size_t to, Panels& panels) {
    const std::size_t depth = to - from;
    copy_.resize(rows.size() * depth);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::copy_n(table.row(rows[i]).data() + from, depth, copy_.data() + i * depth);
    }
    panels.pack_transposed(copy_.data(), depth, depth, rows.size());
  }

  const ProductTile& tile_ = *product_tiles().front();
  Panels left_;
  Panels right_;
  std::vector<double> copy_;  // in float64
};

// The rows and others that are of a pair whose cosine may be `least` or more: numbers in the block.
struct Hopeful {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> others;
};

Hopeful find_hopeful(Block& block, std::span<const double> rests, double least) {
  Hopeful found;
  std::vector<double> rest_of_others;
  for (const std::size_t other : block.others) rest_of_others.push_back(rests[other]);
  std::vector<double> most(block.others.size(), -2.0);  // that any row's cosine may be
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    const double* products = block.of_row(i);
    const double rest = rests[block.rows[i]];
    int64_t hopeful = 0;
    for (std::size_t j = block.begin(i); j < most.size(); ++j) {
      const double bound = products[j] + rest * rest_of_others[j];
      most[j] = most[j] > bound ? most[j] : bound;
      hopeful += bound >= least ? 1 : 0;
    }
    if (hopeful > 0) found.rows.push_back(i);
  }
  for (std::size_t j = 0; j < most.size(); ++j) {
    if (most[j] >= least) found.others.push_back(j);
  }
  return found;
}

Block part_of(Block& block, const Hopeful& kept) {
  Block part;
  for (const std::size_t j : kept.others) part.others.push_back(block.others[j]);
  for (const std::size_t i : kept.rows) {
    part.rows.push_back(block.rows[i]);
    for (const std::size_t j : kept.others) part.products.push_back(block.of_row(i)[j]);
  }
  return part;
}

// Whether so few are left that it pays to look again after the next panel.
bool worth_dropping(const Block& block, const Hopeful& kept) {
  return 8 * kept.rows.size() * kept.others.size() <= 7 * block.rows.size() * block.others.size();
}

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

AllPairs::AllPairs(const SearchTable& table)
    : table_(table), ends_(panel_ends(table.width)), rests_(ends_.size() * table.size()) {
  for (std::size_t row = 0; row < table.size(); ++row) {
    const auto vector = table.row(row);
    double squares = 0;
    for (std::size_t panel = ends_.size(), at = table.width; panel-- > 0;) {
      for (; at > ends_[panel]; --at) {
        squares += static_cast<double>(vector[at - 1]) * static_cast<double>(vector[at - 1]);
      }
      rests_[panel * table.size() + row] = std::sqrt(squares);
    }
  }
}

std::vector<RowPair> AllPairs::in_block(std::vector<std::size_t> rows,
                                        std::vector<std::size_t> others, double similarity) const {
  Block block{std::move(rows), std::move(others), {}};
  block.products.resize(block.rows.size() * block.others.size());
  PanelProduct product;
  bool dropping = true;
  for (std::size_t panel = 0; panel < ends_.size() && !block.rows.empty(); ++panel) {
    product.add(table_, panel == 0 ? 0 : ends_[panel - 1], ends_[panel], block);
    if (!dropping) continue;
    const Hopeful kept = find_hopeful(block, rests(panel), similarity - kRounding);
    dropping = worth_dropping(block, kept);
    if (dropping) block = part_of(block, kept);
  }
  std::vector<RowPair> found;
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    for (std::size_t j = block.begin(i); j < block.others.size(); ++j) {
      const double cosine = block.of_row(i)[j];
      if (cosine >= similarity) found.push_back({block.rows[i], block.others[j], cosine});
    }
  }
  return found;
}

Result<std::vector<RowPair>> AllPairs::find(std::span<const uint8_t> skipped, std::size_t strip,
                                            double similarity, int threads,
                                            const CancelToken& cancel) const {
  const std::size_t begin = strip * kStripRows;
  const std::size_t end = std::min(begin + kStripRows, table_.size());
  const auto rows = unskipped(begin, end, skipped);
  std::vector<std::vector<RowPair>> pieces((table_.size() - begin + kBlockRows - 1) / kBlockRows);
  VERGER_RETURN_IF_ERROR(
      parallel_for(pieces.size(), threads, cancel, [&](std::size_t piece) -> Status {
        const std::size_t block = begin + piece * kBlockRows;
        const std::size_t block_end = std::min(block + kBlockRows, table_.size());
        pieces[piece] = in_block(rows, unskipped(block, block_end, skipped), similarity);
        return {};
      }));
  return joined(rows, pieces);
}

}  // namespace verger
