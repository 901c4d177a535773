// SPDX-License-Identifier: Apache-2.0
// MobileNetV2's features are those that Keras computed.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/golden_features.h"

namespace verger {
namespace {

TEST(Golden, FeaturesAreKerass) {
  const nlohmann::json keras = golden()["keras"];
  const auto model = untrained_mobilenet_v2(keras["seed"], Precision::kF32, 1);
  ASSERT_TRUE(model.ok()) << model.error().message();
  ASSERT_EQ((*model)->info().weights_sha256, keras["weights_sha256"].get<std::string>());
  const std::size_t first = keras["first"];
  const std::size_t step = keras["step"];
  for (std::size_t image = 0; image < keras["images"].size(); ++image) {
    const nlohmann::json& expected = keras["images"][image];
    const auto features = features_of(**model, static_cast<int>(image));
    const double largest = expected["max"];
    const double bound = kGoldenTolerance * largest;
    EXPECT_NEAR(*std::max_element(features.begin(), features.end()), largest, bound);
    double sum = 0;
    for (const float feature : features) sum += feature;
    EXPECT_NEAR(sum / static_cast<double>(features.size()), expected["mean"], bound);
    ASSERT_EQ(expected["features"].size(), (features.size() - first + step - 1) / step);
    for (std::size_t i = 0; i < expected["features"].size(); ++i) {
      EXPECT_NEAR(features[first + i * step], expected["features"][i], bound) << image << " " << i;
    }
  }
}

}  // namespace
}  // namespace verger
