#include "report/near_duplicates.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "search/duplicates.h"
#include "search/table.h"

namespace verger {

using nlohmann::json;

namespace {

json skipped(const char* why, std::size_t limit) {
  return {{"similarity", kSimilarityAlone},
          {"skipped", why},
          {"limit", limit},
          {"total", 0},
          {"images", 0},
          {"groups", 0},
          {"label_conflicts", 0},
          {"pairs", json::array()}};
}

json pair_json(const DuplicatePair& pair, const SearchTable& table) {
  return {{"first", table.path[pair.first]},
          {"first_label", table.label[pair.first]},
          {"second", table.path[pair.second]},
          {"second_label", table.label[pair.second]},
          {"cosine", pair.cosine},
          {"label_conflict", table.label[pair.first] != table.label[pair.second]}};
}

// Copies whose labels differ come first: one of the two labels is likely to be wrong.
json closest_pairs(const Duplicates& found, const SearchTable& table, std::size_t most) {
  std::vector<DuplicatePair> pairs = found.pairs;
  std::ranges::copy_if(found.closest, std::back_inserter(pairs),
                       [](const DuplicatePair& pair) { return pair.cosine < kSimilarityAlone; });
  const auto order = [&](const DuplicatePair& pair) {
    const bool differ = table.label[pair.first] != table.label[pair.second];
    return std::pair(!(differ && pair.cosine >= kSimilarityAlone), -pair.cosine);
  };
  std::ranges::stable_sort(pairs, {}, order);
  json listed = json::array();
  for (std::size_t i = 0; i < pairs.size() && i < most; ++i) {
    listed.push_back(pair_json(pairs[i], table));
  }
  return listed;
}

}  // namespace

Result<json> near_duplicates_of(const Store& output, int threads, const CancelToken& cancel,
                                const ReportLimits& limits) {
  VERGER_ASSIGN_OR_RETURN(const auto searched, open_searched_output(output));
  if (searched.rows() > limits.compared) return skipped("rows", limits.compared);
  if (searched.width() < kFewestComponents) return skipped("components", kFewestComponents);
  threads = threads > 0 ? threads : default_threads();
  VERGER_ASSIGN_OR_RETURN(const auto table,
                          read_search_table(output, searched, true, threads, cancel));
  const auto unread = [](const std::string& path) -> Result<std::vector<uint8_t>> {
    return Status::io("The report compares features alone, not the pixels of " + path + ".");
  };
  Observer nobody;
  VERGER_ASSIGN_OR_RETURN(
      const Duplicates found,
      find_duplicates(table, nullptr, unread, {},
                      {.pixels = false, .closest = limits.pairs, .threads = threads}, cancel,
                      nobody));
  std::size_t images = 0;
  for (const DuplicateGroup& group : found.groups) images += group.rows.size();
  return json{
      {"similarity", kSimilarityAlone},
      {"skipped", nullptr},
      {"limit", nullptr},
      {"total", found.pairs.size()},
      {"images", images},
      {"groups", found.groups.size()},
      {"label_conflicts", std::ranges::count(found.groups, true, &DuplicateGroup::label_conflict)},
      {"pairs", closest_pairs(found, table, limits.pairs)}};
}

std::set<std::string> paths_of_pairs(const json& near_duplicates) {
  std::set<std::string> paths;
  for (const json& pair : near_duplicates.at("pairs")) {
    paths.insert(pair.at("first"));
    paths.insert(pair.at("second"));
  }
  return paths;
}

}  // namespace verger
