// SPDX-License-Identifier: Apache-2.0
#include "model/untrained.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace verger {
namespace {

double mean_square(const std::vector<float>& values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0) /
         static_cast<double>(values.size());
}

TEST(Untrained, KernelsHaveHesVariance) {
  const NetworkWeights network = untrained_weights(1);
  const auto layers = mobilenet_v2_layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const int inputs = layers[i].kernel_side * layers[i].kernel_side *
                       (layers[i].depthwise ? 1 : layers[i].in_channels);
    const auto& kernel = network[i][kKernel];
    const double tolerance = 8 / std::sqrt(static_cast<double>(kernel.size()));
    EXPECT_NEAR(mean_square(kernel) * inputs / 2, 1, tolerance) << layers[i].name;
  }
}

TEST(Untrained, SeedsDiffer) {
  EXPECT_EQ(untrained_weights(7), untrained_weights(7));
  EXPECT_NE(untrained_weights(7), untrained_weights(8));
}

}  // namespace
}  // namespace verger
