// SPDX-License-Identifier: Apache-2.0
#include "search/confusions.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/status_macros.h"
#include "search/all_nearest.h"

namespace verger {

using nlohmann::json;

Confusions count_confusions(const SearchTable& table, std::span<const std::size_t> rows,
                            std::span<const std::vector<Neighbour>> nearest) {
  Confusions counted{.rows = table.size(), .measured = rows.size(), .confusions = {}};
  std::map<std::string_view, int64_t> of_label;
  std::map<std::pair<std::string_view, std::string_view>, Confusion> by_labels;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string& label = table.label[rows[i]];
    ++of_label[label];
    if (nearest[i].empty()) continue;
    const Neighbour& other = nearest[i].front();
    const std::string& nearest_label = table.label[other.row];
    if (label == nearest_label) continue;
    ++counted.confused;
    Confusion& confusion = by_labels[{label, nearest_label}];
    const auto cosine = static_cast<double>(other.cosine);
    if (confusion.images++ > 0 && confusion.cosine >= cosine) continue;
    confusion.row = rows[i];
    confusion.nearest_row = other.row;
    confusion.cosine = cosine;
  }
  for (auto& [labels, confusion] : by_labels) {
    confusion.label = labels.first;
    confusion.nearest_label = labels.second;
    confusion.of = of_label[labels.first];
    counted.confusions.push_back(std::move(confusion));
  }
  std::ranges::stable_sort(counted.confusions, std::ranges::greater(), &Confusion::images);
  return counted;
}

Result<Confusions> find_confusions(const SearchTable& table, int threads, const Watch& watch) {
  const auto rows = spread_rows(table.size(), kConfusedRows);
  watch.observer.stage_started("confusions", static_cast<int64_t>(rows.size()));
  VERGER_ASSIGN_OR_RETURN(const auto nearest, find_nearest_others(table, rows, 1, threads, watch));
  watch.observer.stage_finished();
  return count_confusions(table, rows, nearest);
}

json confusions_json(const Confusions& confusions, const SearchTable& table, std::size_t most) {
  json listed = json::array();
  for (const Confusion& confusion : confusions.confusions) {
    if (listed.size() >= most) break;
    listed.push_back({{"label", confusion.label},
                      {"nearest_label", confusion.nearest_label},
                      {"images", confusion.images},
                      {"of", confusion.of},
                      {"path", table.path[confusion.row]},
                      {"nearest_path", table.path[confusion.nearest_row]},
                      {"cosine", confusion.cosine}});
  }
  return {{"rows", confusions.rows},
          {"measured", confusions.measured},
          {"confused", confusions.confused},
          {"total", confusions.confusions.size()},
          {"listed", std::move(listed)}};
}

}  // namespace verger
