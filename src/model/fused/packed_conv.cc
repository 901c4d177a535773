#include "model/fused/packed_conv.h"

#include <algorithm>
#include <cmath>

#include "model/fused/kernels.h"

namespace verger::fused {

PackedConv::PackedConv(const ConvLayer& layer, const ConvWeights& weights)
    : in_channels_(layer.in_channels),
      inputs_(layer.kernel_side * layer.kernel_side * (layer.depthwise ? 1 : layer.in_channels)),
      out_groups_(groups_of(layer.out_channels)),
      weights_(static_cast<std::size_t>(inputs_ * out_groups_ * kGroup)),
      bias_(static_cast<std::size_t>(out_groups_ * kGroup)) {
  const FoldedConv conv = fold_batch_norm(layer, weights);
  std::copy(conv.bias.begin(), conv.bias.end(), bias_.data());
  if (layer.depthwise) {
    pack_depthwise(conv, layer.out_channels);
  } else {
    pack_dense(conv, layer.out_channels);
  }
}

std::ptrdiff_t PackedConv::panel_offset(int group) const {
  return static_cast<std::ptrdiff_t>(group) * inputs_ * kGroup;
}

bool PackedConv::is_finite() const {
  const auto finite = [](const AlignedFloats& values) {
    return std::all_of(values.data(), values.data() + values.size(),
                       [](float value) { return std::isfinite(value); });
  };
  return finite(weights_) && finite(bias_);
}

void PackedConv::pack_depthwise(const FoldedConv& conv, int channels) {
  for (int tap = 0; tap < inputs_; ++tap) {
    for (int c = 0; c < channels; ++c) {
      const int to = (c / kGroup * inputs_ + tap) * kGroup + c % kGroup;
      weights_.data()[to] = conv.kernel[static_cast<std::size_t>(tap * channels + c)];
    }
  }
}

void PackedConv::pack_dense(const FoldedConv& conv, int channels) {
  constexpr int kPanel = kPanelGroups * kGroup;
  for (int c = 0; c < channels; ++c) {
    const int panel = c / kPanel;
    const int width = std::min(kPanel, out_groups_ * kGroup - panel * kPanel);
    float* to = weights_.data() + panel_offset(panel * kPanelGroups) + c % kPanel;
    for (int i = 0; i < inputs_; ++i, to += width) {
      *to = conv.kernel[static_cast<std::size_t>(i * channels + c)];
    }
  }
}

}  // namespace verger::fused
