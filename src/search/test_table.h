// SPDX-License-Identifier: Apache-2.0
// Tables for the tests of search/.
#pragma once

#include <cstddef>
#include <random>
#include <span>
#include <string>
#include <vector>

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

}  // namespace verger
