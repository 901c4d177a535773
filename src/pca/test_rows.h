// SPDX-License-Identifier: Apache-2.0
// Tables of features for the tests of this folder.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include "verger/moments.h"

namespace verger {

// Rows whose columns differ in mean and deviation and depend on each other.
inline std::vector<float> random_rows(std::size_t count, std::size_t width, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> rows(count * width);
  for (std::size_t r = 0; r < count; ++r) {
    const float shared = normal(random);
    for (std::size_t i = 0; i < width; ++i) {
      const auto scale = static_cast<float>(i + 1);
      rows[r * width + i] = scale * (normal(random) + shared) - 3 * scale;
    }
  }
  return rows;
}

inline Moments moments_of(const std::vector<float>& rows, std::size_t width) {
  Moments moments(static_cast<int>(width));
  if (!moments.add(rows).ok()) throw "rows are finite";  // a bug of the test
  return moments;
}

}  // namespace verger
