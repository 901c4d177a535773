// SPDX-License-Identifier: Apache-2.0
// What Keras and ONNX Runtime computed, for tests: tests/golden/features/make_features.py.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "verger/image.h"
#include "verger/model.h"

namespace verger {

inline constexpr double kGoldenTolerance = 2e-5;  // relative to the largest feature

inline std::string golden_path(const std::string& name) {
  return std::string(VERGER_SOURCE_DIR) + "/tests/golden/features/" + name;
}

inline std::vector<uint8_t> golden_file(const std::string& name) {
  std::ifstream file(golden_path(name), std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

inline nlohmann::json golden() { return nlohmann::json::parse(golden_file("features.json")); }

// The formula of synthetic_image() in make_features.py.
inline void fill_synthetic(int number, std::span<float> tensor) {
  std::size_t i = 0;
  for (int row = 0; row < kImageSide; ++row) {
    for (int column = 0; column < kImageSide; ++column) {
      for (int channel = 0; channel < 3; ++channel) {
        const int squares = (row / (8 + number)) * (column / 8) * 37;
        const int slopes = row * (2 + number) + column * (1 + channel);
        const int value = (slopes + squares + row * column / 32) % 256;
        tensor[i++] = static_cast<float>(value) / 127.5F - 1.0F;
      }
    }
  }
}

inline std::vector<float> features_of(const Model& model, int image) {
  auto stream = model.open_stream();
  EXPECT_TRUE(stream.ok());
  fill_synthetic(image, (*stream)->input());
  std::vector<float> features(static_cast<std::size_t>(model.info().width));
  EXPECT_TRUE((*stream)->infer(features).ok());
  return features;
}

}  // namespace verger
