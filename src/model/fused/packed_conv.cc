#include "model/fused/packed_conv.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "model/fused/kernels.h"

namespace verger::fused {

namespace {

// To the nearest bfloat16, ties to even. Finite values only.
uint32_t bfloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

// The first of the two is the lower half, as x86's dot products have it.
float pair_word(float first, float second) {
  return std::bit_cast<float>(bfloat16(first) | bfloat16(second) << 16);
}

int words_of(const ConvLayer& layer, bool pairs) {
  const int taps = layer.kernel_side * layer.kernel_side;
  if (layer.depthwise) return taps;
  assert(!pairs || layer.in_channels % 2 == 0);
  return taps * layer.in_channels / (pairs ? 2 : 1);
}

}  // namespace

PackedConv::PackedConv(const ConvLayer& layer, const ConvWeights& weights, bool pairs)
    : in_channels_(layer.in_channels),
      words_(words_of(layer, pairs)),
      out_groups_(groups_of(layer.out_channels)),
      weights_(static_cast<std::size_t>(words_ * out_groups_ * kGroup)),
      bias_(static_cast<std::size_t>(out_groups_ * kGroup)) {
  const FoldedConv conv = fold_batch_norm(layer, weights);
  const auto finite = [](float value) { return std::isfinite(value); };
  is_finite_ = std::all_of(conv.kernel.begin(), conv.kernel.end(), finite) &&
               std::all_of(conv.bias.begin(), conv.bias.end(), finite);
  std::copy(conv.bias.begin(), conv.bias.end(), bias_.data());
  if (layer.depthwise) {
    pack_depthwise(conv, layer.out_channels);
  } else {
    pack_dense(conv, layer.out_channels, pairs);
  }
}

std::ptrdiff_t PackedConv::panel_offset(int group) const {
  return static_cast<std::ptrdiff_t>(group) * words_ * kGroup;
}

void PackedConv::pack_depthwise(const FoldedConv& conv, int channels) {
  for (int tap = 0; tap < words_; ++tap) {
    for (int c = 0; c < channels; ++c) {
      const int to = (c / kGroup * words_ + tap) * kGroup + c % kGroup;
      weights_.data()[to] = conv.kernel[static_cast<std::size_t>(tap * channels + c)];
    }
  }
}

void PackedConv::pack_dense(const FoldedConv& conv, int channels, bool pairs) {
  constexpr int kPanel = kPanelGroups * kGroup;
  for (int c = 0; c < channels; ++c) {
    const int panel = c / kPanel;
    const int width = std::min(kPanel, out_groups_ * kGroup - panel * kPanel);
    float* to = weights_.data() + panel_offset(panel * kPanelGroups) + c % kPanel;
    for (int i = 0; i < words_; ++i, to += width) {
      const auto kernel = [&](int input) {
        return conv.kernel[static_cast<std::size_t>(input * channels + c)];
      };
      *to = pairs ? pair_word(kernel(2 * i), kernel(2 * i + 1)) : kernel(i);
    }
  }
}

}  // namespace verger::fused
