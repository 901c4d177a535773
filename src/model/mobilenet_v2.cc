// SPDX-License-Identifier: Apache-2.0
#include "model/mobilenet_v2.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

namespace verger {

namespace {

// Sandler et al. 2018, table 2: `repeats` blocks that expand by `expansion` and project to
// `channels`; the first of them has `stride`, the others 1.
struct Stage {
  int expansion;
  int channels;
  int repeats;
  int stride;
};
constexpr std::array<Stage, 7> kStages = {{
    {1, 16, 1, 1},
    {6, 24, 2, 2},
    {6, 32, 3, 2},
    {6, 64, 4, 2},
    {6, 96, 3, 1},
    {6, 160, 3, 2},
    {6, 320, 1, 1},
}};

class Builder {
 public:
  std::vector<ConvLayer> build() {
    add({.name = "Conv1",
         .batch_norm_name = "bn_Conv1",
         .kernel_side = 3,
         .stride = 2,
         .out_channels = 32,
         .relu6 = true});
    int block = 0;
    for (const Stage& stage : kStages) {
      for (int i = 0; i < stage.repeats; ++i) {
        add_block(block++, stage.expansion, stage.channels, i == 0 ? stage.stride : 1);
      }
    }
    add({.name = "Conv_1",
         .batch_norm_name = "Conv_1_bn",
         .out_channels = kMobileNetV2Width,
         .relu6 = true});
    return std::move(layers_);
  }

 private:
  void add(ConvLayer layer) {
    layer.in_channels = channels_;
    channels_ = layer.out_channels;
    layers_.push_back(std::move(layer));
  }

  // The inverted residual block: expand (the first block does not), filter, project.
  void add_block(int block, int expansion, int channels, int stride) {
    const std::string prefix =
        block == 0 ? "expanded_conv_" : "block_" + std::to_string(block) + "_";
    const int input_channels = channels_;
    const int input = static_cast<int>(layers_.size()) - 1;
    const auto named = [&](const std::string& name, int out_channels) {
      return ConvLayer{.name = prefix + name,
                       .batch_norm_name = prefix + name + "_BN",
                       .out_channels = out_channels};
    };
    if (expansion != 1) {
      ConvLayer expand = named("expand", expansion * channels_);
      expand.relu6 = true;
      add(std::move(expand));
    }
    ConvLayer depthwise = named("depthwise", channels_);
    depthwise.kernel_side = 3;
    depthwise.stride = stride;
    depthwise.depthwise = true;
    depthwise.relu6 = true;
    add(std::move(depthwise));
    ConvLayer project = named("project", channels);
    if (stride == 1 && channels == input_channels) project.residual = input;
    add(std::move(project));
  }

  std::vector<ConvLayer> layers_;
  int channels_ = 3;
};

}  // namespace

std::vector<std::size_t> ConvLayer::shape(Variable variable) const {
  const auto out = static_cast<std::size_t>(out_channels);
  if (variable != kKernel) return {out};
  const auto side = static_cast<std::size_t>(kernel_side);
  if (depthwise) return {side, side, out, 1};
  return {side, side, static_cast<std::size_t>(in_channels), out};
}

std::size_t ConvLayer::size(Variable variable) const {
  const std::vector<std::size_t> sides = shape(variable);
  return std::accumulate(sides.begin(), sides.end(), std::size_t{1}, std::multiplies<>());
}

std::span<const ConvLayer> mobilenet_v2_layers() {
  static const std::vector<ConvLayer> layers = Builder().build();
  return layers;
}

ConvView view_of(const ConvWeights& weights) {
  ConvView view;
  std::ranges::copy(weights, view.begin());
  return view;
}

ReadLayer layers_of(const NetworkWeights& weights) {
  return [&weights](std::size_t layer) -> Result<ConvView> { return view_of(weights[layer]); };
}

BatchNormFold batch_norm_fold(const ConvLayer& layer, const ConvView& weights) {
  const auto channels = static_cast<std::size_t>(layer.out_channels);
  BatchNormFold fold{std::vector<double>(channels), std::vector<float>(channels)};
  for (std::size_t c = 0; c < channels; ++c) {
    const double scale =
        weights[kGamma][c] / std::sqrt(weights[kMovingVariance][c] + kBatchNormEpsilon);
    fold.scale[c] = scale;
    fold.bias[c] = static_cast<float>(weights[kBeta][c] - weights[kMovingMean][c] * scale);
  }
  return fold;
}

FoldedConv fold_batch_norm(const ConvLayer& layer, const ConvWeights& weights) {
  BatchNormFold fold = batch_norm_fold(layer, view_of(weights));
  std::vector<float> kernel = weights[kKernel];
  // Both orders of a kernel have the output channel innermost.
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    kernel[i] = fold.kernel(kernel[i], i % fold.scale.size());
  }
  return {std::move(kernel), std::move(fold.bias)};
}

}  // namespace verger
