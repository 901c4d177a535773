// SPDX-License-Identifier: Apache-2.0
#include "report/closest_pairs.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "search/candidates.h"

namespace verger {

using nlohmann::json;

namespace {

json pair_json(const RowPair& pair, const SearchTable& table) {
  return {{"first", table.path[pair.first]},
          {"first_label", table.label[pair.first]},
          {"second", table.path[pair.second]},
          {"second_label", table.label[pair.second]},
          {"cosine", pair.cosine},
          {"label_conflict", table.label[pair.first] != table.label[pair.second]}};
}

}  // namespace

json closest_pairs_of(const ReportRows& rows, std::span<const std::vector<Neighbour>> nearest,
                      std::size_t most) {
  if (rows.table.width < kFewestComponents) {
    return {{"skipped", "components"}, {"limit", kFewestComponents}, {"pairs", json::array()}};
  }
  std::vector<RowPair> pairs;
  for (std::size_t row = 0; row < nearest.size(); ++row) {
    if (nearest[row].empty()) continue;
    const Neighbour& other = nearest[row].front();
    pairs.push_back(
        {std::min(row, other.row), std::max(row, other.row), static_cast<double>(other.cosine)});
  }
  std::ranges::sort(pairs, {}, [](const RowPair& pair) {
    return std::tuple(-pair.cosine, pair.first, pair.second);
  });
  const auto twice = std::ranges::unique(pairs);
  pairs.erase(twice.begin(), twice.end());
  json listed = json::array();
  for (std::size_t i = 0; i < pairs.size() && i < most; ++i) {
    listed.push_back(pair_json(pairs[i], rows.table));
  }
  return {{"skipped", nullptr}, {"limit", nullptr}, {"pairs", std::move(listed)}};
}

}  // namespace verger
