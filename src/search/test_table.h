// SPDX-License-Identifier: Apache-2.0
// Tables for the tests of search/.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "search/nearest.h"
#include "search/table.h"

namespace verger {

// Rows around `rows / 10` centres, ten each, so that there are near ones and far ones.
inline SearchTable clustered_table(std::size_t rows, std::size_t width, unsigned seed) {
  SearchTable table;
  table.width = width;
  table.unit.resize(rows * width);
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> centre(width);
  for (std::size_t row = 0; row < rows; ++row) {
    if (row % 10 == 0) {
      for (float& x : centre) x = normal(random);
    }
    const std::span<float> vector(table.unit.data() + row * width, width);
    for (std::size_t i = 0; i < width; ++i) vector[i] = centre[i] + 0.5F * normal(random);
    scale_to_unit(vector);
    table.path.push_back("file:/" + std::to_string(row) + ".jpg");
    table.label.push_back("class " + std::to_string(row / 10));
  }
  return table;
}

// What an exact search finds: each query is compared with every row.
inline std::vector<std::vector<Neighbour>> compare_with_all(const SearchTable& table,
                                                            std::span<const float> queries,
                                                            std::size_t neighbors) {
  std::vector<std::vector<Neighbour>> neighbours;
  for (std::size_t at = 0; at < queries.size(); at += table.width) {
    auto& rows = neighbours.emplace_back();
    for (std::size_t row = 0; row < table.size(); ++row) {
      rows.push_back({row, cosine_of_units(queries.subspan(at, table.width), table.row(row))});
    }
    std::ranges::sort(rows, is_nearer);
    rows.resize(std::min(neighbors, rows.size()));
  }
  return neighbours;
}

}  // namespace verger
