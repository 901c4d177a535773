// SPDX-License-Identifier: Apache-2.0
// The network on tiles: near f32, with the same bits on tiles in software and on a processor's own.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "model/fused/kernels_fixture.h"
#include "model/fused/network.h"
#include "model/fused/noise_image.h"
#include "model/fused/simulated_tiles.h"
#include "model/untrained.h"
#include "verger/image.h"

namespace verger::fused {
namespace {

using Values = std::vector<float>;

constexpr float kBoundF32x3 = 2e-4F;  // relative to the largest feature

class TilesNetworkTest : public ::testing::TestWithParam<const Kernels*> {};

const NetworkWeights& weights() {
  static const NetworkWeights weights = untrained_weights(5);
  return weights;
}

// From a workspace that holds what it must not read.
Values features_of(const Kernels& kernels, float before) {
  const Network network = packed_network(weights(), kernels);
  Workspace workspace = network.make_workspace();
  std::fill_n(workspace.memory.data(), workspace.memory.size(), before);
  static const Values tensor = noise_image(0);
  Values features(kMobileNetV2Width);
  network.run(kernels, tensor.data(), workspace, features.data());
  return features;
}

TEST_P(TilesNetworkTest, FeaturesAreNearThoseOfF32) {
  const Values exact = features_of(*supported_kernels().front(), 0);
  const Values actual = features_of(*GetParam(), std::numeric_limits<float>::quiet_NaN());
  if (GetParam()->layout.is_split) {
    const float bound = kBoundF32x3 * *std::max_element(exact.begin(), exact.end());
    for (std::size_t i = 0; i < exact.size(); ++i) ASSERT_NEAR(actual[i], exact[i], bound) << i;
    return;
  }
  const auto dot = [](const Values& a, const Values& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  EXPECT_GT(dot(actual, exact) / std::sqrt(dot(actual, actual) * dot(exact, exact)), 0.99);
}

TEST_P(TilesNetworkTest, AProcessorsTilesGiveTheBitsOfTheSimulatedOnes) {
  const Kernels& simulated =
      GetParam()->layout.is_split ? kSimulatedAmxF32x3Kernels : kSimulatedAmxBf16Kernels;
  const Values actual = features_of(*GetParam(), 0);
  const Values expected = features_of(simulated, 1);
  EXPECT_EQ(std::memcmp(actual.data(), expected.data(), actual.size() * sizeof(float)), 0);
}

INSTANTIATE_TEST_SUITE_P(EverySet, TilesNetworkTest, ::testing::ValuesIn(every_tile_kernels()),
                         name_of_set);

}  // namespace
}  // namespace verger::fused
