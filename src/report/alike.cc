// SPDX-License-Identifier: Apache-2.0
#include "report/alike.h"

#include <cmath>
#include <map>
#include <utility>

#include "base/status_macros.h"
#include "embedding/islands.h"
#include "embedding/tsne.h"
#include "report/closest_pairs.h"
#include "search/all_nearest.h"
#include "search/confusions.h"

namespace verger {

using nlohmann::json;

namespace {

static_assert(kMapNeighbors >= kFamiliarNeighbors, "those of the map tell what is familiar too");
constexpr std::size_t kShownNeighbors = 5;  // A click on a point shows so many.

using Neighbours = std::vector<std::vector<Neighbour>>;

// The numbers of the labels, in the order in which they come first among the points.
std::vector<std::size_t> label_numbers(const ReportRows& rows) {
  std::map<std::string_view, std::size_t> numbers;
  std::vector<std::size_t> labels;
  for (const auto& point : rows.points) {
    labels.push_back(numbers.try_emplace(point.label, numbers.size()).first->second);
  }
  return labels;
}

json islands_json(const ReportRows& rows, const std::vector<PlanePoint>& map) {
  json islands = json::array();
  for (const Island& island : find_islands(map, label_numbers(rows))) {
    islands.push_back({{"label", island.label},
                       {"x", shown(island.centre.x)},
                       {"y", shown(island.centre.y)},
                       {"points", island.points}});
  }
  return islands;
}

Result<json> map_json(const ReportRows& rows, const Neighbours& nearest, int threads,
                      const CancelToken& cancel) {
  std::vector<PlanePoint> start;
  for (const auto& point : rows.points) {
    start.push_back({static_cast<double>(point.x), static_cast<double>(point.y)});
  }
  std::vector<std::vector<std::size_t>> graph;
  json near = json::array();
  for (const auto& of_row : nearest) {
    auto& edges = graph.emplace_back();
    json first = json::array();
    for (const Neighbour& other : of_row) {
      edges.push_back(other.row);
      if (first.size() < kShownNeighbors) first.push_back(other.row);
    }
    near.push_back(std::move(first));
  }
  VERGER_ASSIGN_OR_RETURN(const auto map, make_map(graph, start, threads, cancel));
  json x = json::array();
  json y = json::array();
  for (const PlanePoint& point : map) {
    x.push_back(shown(point.x));
    y.push_back(shown(point.y));
  }
  return json{{"method", "t-SNE"},
              {"x", std::move(x)},
              {"y", std::move(y)},
              {"islands", islands_json(rows, map)},
              {"near", std::move(near)}};
}

}  // namespace

double shown(double coordinate) { return std::round(coordinate * 1000) / 1000; }

Result<Alike> compare_points(const ReportRows& rows, int threads, const CancelToken& cancel,
                             const ReportLimits& limits) {
  const SearchTable& table = rows.table;
  const auto all = spread_rows(table.size(), table.size());
  const bool mapped = table.size() <= limits.mapped;
  Observer silence;  // the report is one stage
  VERGER_ASSIGN_OR_RETURN(
      const Neighbours nearest,
      find_nearest_others(table, all, mapped ? kMapNeighbors : 1, threads, {cancel, silence}));
  Alike alike;
  alike.closest_pairs = closest_pairs_of(rows, nearest, limits.pairs);
  alike.confusions =
      confusions_json(count_confusions(table, all, nearest), table, limits.confusions);
  alike.confusions["rows"] = rows.total;
  if (mapped) {
    VERGER_ASSIGN_OR_RETURN(alike.map, map_json(rows, nearest, threads, cancel));
  }
  if (rows.sampled() || table.size() < 2) return alike;
  if (!mapped) {
    VERGER_ASSIGN_OR_RETURN(alike.familiarity,
                            measure_familiarity(table, threads, {cancel, silence}));
    return alike;
  }
  Neighbours measured;
  for (const std::size_t row : Familiarity::measured_rows(table.size())) {
    measured.push_back(nearest[row]);
  }
  VERGER_ASSIGN_OR_RETURN(alike.familiarity, Familiarity::measure(table, read_row_of(table),
                                                                  measured, threads, cancel));
  return alike;
}

std::set<std::string> paths_of(const Alike& alike) {
  std::set<std::string> paths;
  for (const json& pair : alike.closest_pairs.at("pairs")) {
    paths.insert(pair.at("first"));
    paths.insert(pair.at("second"));
  }
  for (const json& confusion : alike.confusions.at("listed")) {
    paths.insert(confusion.at("path"));
    paths.insert(confusion.at("nearest_path"));
  }
  return paths;
}

}  // namespace verger
