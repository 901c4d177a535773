// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "search/duplicates.h"

namespace verger {

namespace {

// The root of a row's tree; halves the paths on its way.
std::size_t root_of(std::vector<std::size_t>& parent, std::size_t row) {
  while (parent[row] != row) row = parent[row] = parent[parent[row]];
  return row;
}

}  // namespace

void drop_contradicted(std::vector<DuplicatePair>& pairs, const std::vector<int64_t>& pixels) {
  std::map<std::size_t, std::vector<DuplicatePair>> of_row;  // to larger pictures
  std::set<std::pair<std::size_t, std::size_t>> copies;
  for (const DuplicatePair& pair : pairs) {
    copies.insert({pair.first, pair.second});
    if (!pair.confirmed || pixels[pair.first] == pixels[pair.second]) continue;
    of_row[pixels[pair.first] < pixels[pair.second] ? pair.first : pair.second].push_back(pair);
  }
  std::set<std::pair<std::size_t, std::size_t>> dropped;
  for (auto& [row, to_larger] : of_row) {
    const auto other = [one = row](const DuplicatePair& pair) {
      return pair.first == one ? pair.second : pair.first;
    };
    std::ranges::stable_sort(to_larger, {}, &DuplicatePair::distance);
    // Only the nearest can speak against the others: those nearer than it are none.
    const std::size_t original = other(to_larger.front());
    for (const DuplicatePair& pair : to_larger) {
      const std::size_t rival = other(pair);
      if (rival == original || copies.contains(std::minmax(original, rival))) continue;
      dropped.insert({pair.first, pair.second});
    }
  }
  std::erase_if(pairs, [&](const DuplicatePair& pair) {
    return dropped.contains({pair.first, pair.second});
  });
}

std::vector<DuplicateGroup> group_duplicates(const SearchTable& table,
                                             const std::vector<DuplicatePair>& pairs,
                                             const std::vector<int64_t>& pixels) {
  std::vector<std::size_t> parent(table.size());
  for (std::size_t row = 0; row < parent.size(); ++row) parent[row] = row;
  for (const DuplicatePair& pair : pairs) {
    const auto [low, high] =
        std::minmax({root_of(parent, pair.first), root_of(parent, pair.second)});
    parent[high] = low;  // so a root is the first row of its group
  }
  std::map<std::size_t, DuplicateGroup> groups;
  for (const DuplicatePair& pair : pairs) {
    DuplicateGroup& group = groups[root_of(parent, pair.first)];
    group.rows.insert(group.rows.end(), {pair.first, pair.second});
    group.confirmed = group.confirmed && pair.confirmed;
  }
  std::vector<DuplicateGroup> sorted;
  for (auto& [root, group] : groups) {
    std::ranges::sort(group.rows);
    const auto twice = std::ranges::unique(group.rows);
    group.rows.erase(twice.begin(), twice.end());
    const auto pixels_of = [&](std::size_t row) { return pixels[row]; };
    group.representative = *std::ranges::max_element(group.rows, {}, pixels_of);
    const auto differs = [&](std::size_t row) { return table.label[row] != table.label[root]; };
    group.label_conflict = std::ranges::any_of(group.rows, differs);
    sorted.push_back(std::move(group));
  }
  return sorted;
}

}  // namespace verger
