// SPDX-License-Identifier: Apache-2.0
// MobileNetV2 1.0 as data: the one table from which weights are checked and graphs are built.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "verger/status.h"

namespace verger {

inline constexpr int kMobileNetV2Width = 1280;
inline constexpr double kBatchNormEpsilon = 1e-3;

// What Keras stores of a convolution without bias and the batch normalisation that follows it.
enum Variable : int { kKernel, kGamma, kBeta, kMovingMean, kMovingVariance };
inline constexpr int kVariables = 5;

// A convolution, its batch normalisation, and what follows: x → ReLU6, or x → x + earlier output.
struct ConvLayer {
  std::string name;             // Keras' name of the convolution
  std::string batch_norm_name;  // and of its batch normalisation
  int kernel_side = 1;          // 3 or 1
  int stride = 1;
  int in_channels = 0;
  int out_channels = 0;
  bool depthwise = false;
  bool relu6 = false;
  int residual = -1;  // index of the layer whose output is added; −1: none

  // Rows (and columns) of zeros put before and after the input. For stride 2 Keras pads an even
  // side at its end only.
  int pad_begin() const { return kernel_side == 3 && stride == 1 ? 1 : 0; }
  int pad_end() const { return kernel_side == 3 ? 1 : 0; }

  // In Keras' order: a kernel is (row, column, in, out), or (row, column, channel, 1) when
  // depthwise; the others are (out).
  std::vector<std::size_t> shape(Variable variable) const;
  std::size_t size(Variable variable) const;

  // The layer that holds the variable, by Keras' name.
  const std::string& owner(Variable variable) const {
    return variable == kKernel ? name : batch_norm_name;
  }
};

// The 52 convolutions in order. Each takes the output of the one before; the first takes the image,
// 224×224×3; the mean over the places of the last one's output is the vector of features.
std::span<const ConvLayer> mobilenet_v2_layers();

// The variables of one layer, each row-major in the order of ConvLayer::shape().
using ConvWeights = std::array<std::vector<float>, kVariables>;

// One element for each of mobilenet_v2_layers().
using NetworkWeights = std::vector<ConvWeights>;

// The same, borrowed.
using ConvView = std::array<std::span<const float>, kVariables>;
ConvView view_of(const ConvWeights& weights);

// Gives the weights of mobilenet_v2_layers()[layer], which last until the next call.
using ReadLayer = std::function<Result<ConvView>(std::size_t layer)>;

// Those of a whole network, which is borrowed.
ReadLayer layers_of(const NetworkWeights& weights);

// What makes a layer's convolution and batch normalisation one convolution with bias:
// s = γ / √(variance + ε), kernel' = kernel · s, bias' = β − mean · s, computed in float64.
struct BatchNormFold {
  std::vector<double> scale;  // s, one an output, as is what follows
  std::vector<float> bias;

  float kernel(float value, std::size_t output) const {
    return static_cast<float>(static_cast<double>(value) * scale[output]);
  }
};
BatchNormFold batch_norm_fold(const ConvLayer& layer, const ConvView& weights);

// That convolution.
struct FoldedConv {
  std::vector<float> kernel;  // in Keras' order
  std::vector<float> bias;
};
FoldedConv fold_batch_norm(const ConvLayer& layer, const ConvWeights& weights);

}  // namespace verger
