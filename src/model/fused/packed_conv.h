// SPDX-License-Identifier: Apache-2.0
// A convolution's weights in the order in which the kernels read them.
#pragma once

#include <cstddef>
#include <span>

#include "model/fused/kernels.h"
#include "model/mobilenet_v2.h"

namespace verger::fused {

// Batch normalisation is folded in; channels beyond the last have zeros. Immutable.
class PackedConv {
 public:
  // What one takes, in floats; whole cache lines.
  static std::size_t floats(const ConvLayer& layer, const Layout& layout);

  // Dense weights meet words of that layout. `to` has room for floats() that begins on a cache
  // line, and is borrowed.
  PackedConv(const ConvLayer& layer, const ConvView& weights, const Layout& layout, float* to);

  int in_channels() const { return in_channels_; }
  int out_channels() const { return out_channels_; }
  int out_groups() const { return out_groups_; }
  // In the order of Depthwise::weights for a depthwise layer, else in that of Pointwise::weights,
  // with the stem's taps in Keras' order: row, column, channel.
  const float* weights() const { return weights_; }
  const float* bias() const { return bias_; }
  // Floats before the weights of group `group`, which must be the first of its panel.
  std::ptrdiff_t panel_offset(int group) const;
  // Whether any weight or bias is NaN or infinite, as folding can make them.
  bool is_finite() const { return is_finite_; }

 private:
  void pack_depthwise(std::span<const float> kernel, const BatchNormFold& fold);
  void pack_dense(std::span<const float> kernel, const BatchNormFold& fold, const Layout& layout);
  float kept(float value);

  int in_channels_;
  int out_channels_;
  int words_;  // that one output takes
  int out_groups_;
  bool is_finite_ = true;
  float* bias_;
  float* weights_;
};

constexpr int groups_of(int channels) { return (channels + kGroup - 1) / kGroup; }

constexpr int runs_of(const Layout& layout, int channels) {
  return (groups_of(channels) + layout.groups - 1) / layout.groups;
}

}  // namespace verger::fused
