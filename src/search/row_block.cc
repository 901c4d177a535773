// SPDX-License-Identifier: Apache-2.0
#include "search/row_block.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace verger {

namespace {

constexpr std::size_t kFirstDepth = 32;
constexpr std::size_t kDepth = 256;  // at most: a panel of a block fits the second-level cache
constexpr double kRounding = 1e-9;   // more than all roundings of a bound come to

std::vector<std::size_t> panel_ends(std::size_t width) {
  std::vector<std::size_t> ends;
  std::size_t depth = kFirstDepth;
  for (std::size_t end = 0; end < width; depth = std::min(2 * depth, kDepth)) {
    end = std::min(end + depth, width);
    ends.push_back(end);
  }
  return ends;
}

// The rows and others that are of a pair whose cosine may be what its row wishes: numbers in the
// block.
struct Hopeful {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> others;
};

// A pair is given up when its products so far and the lengths of what is left of both, multiplied,
// stay below the wish by more than rounding can explain. All are float64 of units: a bound is off
// by some 1e-13 at most, kRounding is ten thousand times that. What is kept for nothing costs time
// only.
Hopeful find_hopeful(RowBlock& block, std::span<const double> rests,
                     std::span<const RowWish> wishes) {
  Hopeful promising;
  std::vector<double> rest_of_others;
  for (const std::size_t other : block.others) rest_of_others.push_back(rests[other]);
  // By how much any row's cosine may pass what it wishes.
  std::vector<double> most(block.others.size(), -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    const double* products = block.of_row(i);
    const double rest = rests[block.rows[i]];
    const double least = wishes[i].least - kRounding;
    int64_t hopeful = 0;
    for (std::size_t j = wishes[i].first; j < most.size(); ++j) {
      const double above = products[j] + rest * rest_of_others[j] - least;
      most[j] = most[j] > above ? most[j] : above;
      hopeful += above >= 0 ? 1 : 0;
    }
    if (hopeful > 0) promising.rows.push_back(i);
  }
  for (std::size_t j = 0; j < most.size(); ++j) {
    if (most[j] >= 0) promising.others.push_back(j);
  }
  return promising;
}

// Whether so few are left that it pays to look again after the next panel.
bool worth_dropping(const RowBlock& block, const Hopeful& kept) {
  return 8 * kept.rows.size() * kept.others.size() <= 7 * block.rows.size() * block.others.size();
}

RowBlock part_of(RowBlock& block, const Hopeful& kept) {
  RowBlock part;
  for (const std::size_t j : kept.others) part.others.push_back(block.others[j]);
  for (const std::size_t i : kept.rows) {
    part.rows.push_back(block.rows[i]);
    for (const std::size_t j : kept.others) part.products.push_back(block.of_row(i)[j]);
  }
  return part;
}

std::vector<RowWish> part_of(const std::vector<RowWish>& wishes, const Hopeful& kept) {
  std::vector<RowWish> part;
  for (const std::size_t i : kept.rows) {
    const auto first = std::ranges::lower_bound(kept.others, wishes[i].first);
    part.push_back({wishes[i].least, static_cast<std::size_t>(first - kept.others.begin())});
  }
  return part;
}

}  // namespace

RowPanels::RowPanels(const SearchTable& table)
    : rows_(table.size()), ends_(panel_ends(table.width)), rests_(ends_.size() * rows_) {
  for (std::size_t row = 0; row < rows_; ++row) {
    const auto vector = table.row(row);
    double squares = 0;
    for (std::size_t panel = ends_.size(), at = table.width; panel-- > 0;) {
      for (; at > ends_[panel]; --at) {
        squares += static_cast<double>(vector[at - 1]) * static_cast<double>(vector[at - 1]);
      }
      rests_[panel * rows_ + row] = std::sqrt(squares);
    }
  }
}

void RowProducts::pack(std::span<const std::size_t> rows, std::size_t panel, Panels& into) {
  const std::size_t depth = panels_.end(panel) - panels_.begin(panel);
  copy_.resize(rows.size() * depth);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(table_.row(rows[i]).data() + panels_.begin(panel), depth, copy_.data() + i * depth);
  }
  into.pack_transposed(copy_.data(), depth, depth, rows.size());
}

void RowProducts::add(std::size_t panel, RowBlock& block) {
  pack(block.rows, panel, left_);
  pack(block.others, panel, right_);
  add_product(tile_, left_, right_,
              ProductTarget::full(block.products.data(), block.others.size()));
}

RowBlock RowProducts::compare(std::vector<std::size_t> rows, std::vector<std::size_t> others,
                              std::vector<RowWish> wishes) {
  RowBlock block{std::move(rows), std::move(others), {}};
  block.products.resize(block.rows.size() * block.others.size());
  bool dropping = true;
  for (std::size_t panel = 0; panel < panels_.size() && !block.rows.empty(); ++panel) {
    add(panel, block);
    if (!dropping) continue;
    const Hopeful kept = find_hopeful(block, panels_.rests(panel), wishes);
    dropping = worth_dropping(block, kept);
    if (!dropping) continue;
    wishes = part_of(wishes, kept);
    block = part_of(block, kept);
  }
  return block;
}

}  // namespace verger
