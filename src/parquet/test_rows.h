// SPDX-License-Identifier: Apache-2.0
// Rows and a model for the tests of the tables: deterministic, and as uneven as features are.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "base/status_macros.h"
#include "parquet/tables.h"
#include "verger/pca.h"

namespace verger {

inline FeatureRows test_rows(std::size_t count, std::size_t width, uint32_t seed = 1) {
  std::mt19937 random(seed);
  FeatureRows rows;
  rows.width = width;
  for (std::size_t row = 0; row < count; ++row) {
    const std::string label = "Pineapple Mini " + std::to_string(row / 100);
    rows.path.push_back("file:/data/Test/" + label + "/é_" + std::to_string(row) + ".jpg");
    rows.label.push_back(label);
    for (std::size_t i = 0; i < width; ++i) {
      const auto draw = static_cast<uint32_t>(random());
      rows.features.push_back(draw % 3 == 0 ? 0.0F : static_cast<float>(draw) * 1e-9F);
    }
  }
  return rows;
}

// All rows of a features part at once.
inline Result<FeatureRows> read_features_part(const Store& store, const std::string& name,
                                              std::size_t width = 0) {
  FeatureRows all;
  all.width = width;
  VERGER_RETURN_IF_ERROR(visit_features_part(store, name, width, [&](const FeatureRows& rows) {
    all.width = rows.width;
    all.path.insert(all.path.end(), rows.path.begin(), rows.path.end());
    all.label.insert(all.label.end(), rows.label.begin(), rows.label.end());
    all.features.insert(all.features.end(), rows.features.begin(), rows.features.end());
    return Status();
  }));
  return all;
}

// Components along the axes, in turn; one column is constant.
inline PcaModel test_model(int width, int k) {
  PcaModel model;
  model.width = width;
  model.k = k;
  model.count = 100;
  for (int i = 0; i < width; ++i) {
    model.mean.push_back(1.0 + 0.1 * i);
    model.deviation.push_back(i == width - 1 ? 0.0 : 0.5 + 0.3 * i);
    model.eigenvalues.push_back(width - i);
  }
  model.components.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(k), 0.0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(k); ++i) {
    model.components[i * static_cast<std::size_t>(width) + i] = 1.0;
  }
  return model;
}

}  // namespace verger
