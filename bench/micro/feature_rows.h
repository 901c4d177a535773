// SPDX-License-Identifier: Apache-2.0
// Rows of features that measurements write.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>

#include "parquet/tables.h"

namespace verger {

inline constexpr std::size_t kRows = 945;  // a part of 22,688 rows in 24
inline constexpr std::size_t kWidth = 1280;

// Features as a global average of ReLU6 gives them: not negative, many of them 0.
inline FeatureRows made_up_features() {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.2F, 0.6F);
  FeatureRows rows;
  rows.width = kWidth;
  for (std::size_t row = 0; row < kRows; ++row) {
    rows.path.push_back("file:/data/Test/Pineapple Mini/" + std::to_string(row) + "_100.jpg");
    rows.label.emplace_back("Pineapple Mini");
    for (std::size_t i = 0; i < kWidth; ++i) rows.features.push_back(std::max(0.F, normal(random)));
  }
  return rows;
}

}  // namespace verger
