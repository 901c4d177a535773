// SPDX-License-Identifier: Apache-2.0
#include "model/mobilenet_v2.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace verger {
namespace {

// 2,257,984 is what Keras counts without top: the parameters of the convolutions, and four a
// channel of the batch normalisations.
TEST(MobileNetV2, HasTheParametersThatKerasCounts) {
  const auto layers = mobilenet_v2_layers();
  ASSERT_EQ(layers.size(), 52);
  std::size_t parameters = 0;
  for (const ConvLayer& layer : layers) {
    for (int v = 0; v < kVariables; ++v) parameters += layer.size(static_cast<Variable>(v));
  }
  EXPECT_EQ(parameters, 2'257'984);
}

TEST(MobileNetV2, TenBlocksAddTheirInput) {
  const auto layers = mobilenet_v2_layers();
  EXPECT_EQ(std::count_if(layers.begin(), layers.end(),
                          [](const ConvLayer& layer) { return layer.residual >= 0; }),
            10);
  for (const ConvLayer& layer : layers) {
    if (layer.residual < 0) continue;
    EXPECT_EQ(layers[static_cast<std::size_t>(layer.residual)].out_channels, layer.out_channels)
        << layer.name;
    EXPECT_FALSE(layer.relu6) << layer.name;
  }
}

TEST(MobileNetV2, FoldingDoesWhatTheBatchNormalisationDoes) {
  const ConvLayer layer{.name = "c", .batch_norm_name = "b", .in_channels = 2, .out_channels = 2};
  const ConvWeights weights = {{{1, 2, 3, 4}, {2, 3}, {0.5, -1}, {1, 2}, {3.999F, 0.249F}}};
  const FoldedConv folded = fold_batch_norm(layer, weights);
  const double x[2] = {0.3, -0.7};
  for (std::size_t c = 0; c < 2; ++c) {
    const double conv = x[0] * weights[kKernel][c] + x[1] * weights[kKernel][2 + c];
    const double root = c == 0 ? 2.0 : 0.5;  // √(variance + 1e-3)
    const double expected =
        weights[kGamma][c] * (conv - weights[kMovingMean][c]) / root + weights[kBeta][c];
    EXPECT_NEAR(x[0] * folded.kernel[c] + x[1] * folded.kernel[2 + c] + folded.bias[c], expected,
                1e-5);
  }
}

}  // namespace
}  // namespace verger
