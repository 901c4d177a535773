// SPDX-License-Identifier: Apache-2.0
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

float rounded(float value) { return std::bit_cast<float>(bfloat16(value) << 16); }

// The first of the two is the lower half, as x86's dot products have it.
float pair_word(float first, float second) {
  return std::bit_cast<float>(bfloat16(first) | bfloat16(second) << 16);
}

int words_of(const ConvLayer& layer, const Layout& layout) {
  const int taps = layer.kernel_side * layer.kernel_side;
  if (layer.depthwise) return taps;
  if (!layout.has_pairs) return taps * layer.in_channels;
  assert(taps == 1 && layer.in_channels % 2 == 0);
  if (layout.groups == 1) return layer.in_channels / 2;
  return runs_of(layout, layer.in_channels) * layout.words;
}

// The word `i` of an output's weights, of which kernel(input) is one.
template <class Kernel>
float pair_at(const Layout& layout, int in_channels, int i, const Kernel& kernel) {
  const int run_pairs = layout.groups * kPairWords;
  const int run = i / layout.words;
  const int within = i % layout.words;
  const int input = 2 * (run * run_pairs + within % run_pairs);
  if (input >= in_channels) return 0;
  if (within < run_pairs) return pair_word(kernel(input), kernel(input + 1));
  const auto rest = [&](float value) { return value - rounded(value); };
  return pair_word(rest(kernel(input)), rest(kernel(input + 1)));
}

}  // namespace

PackedConv::PackedConv(const ConvLayer& layer, const ConvWeights& weights, const Layout& layout)
    : in_channels_(layer.in_channels),
      words_(words_of(layer, layout)),
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
    pack_dense(conv, layer.out_channels, layout);
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

void PackedConv::pack_dense(const FoldedConv& conv, int channels, const Layout& layout) {
  constexpr int kPanel = kPanelGroups * kGroup;
  for (int c = 0; c < channels; ++c) {
    const int panel = c / kPanel;
    const int width = std::min(kPanel, out_groups_ * kGroup - panel * kPanel);
    float* to = weights_.data() + panel_offset(panel * kPanelGroups) + c % kPanel;
    const auto kernel = [&](int input) {
      return conv.kernel[static_cast<std::size_t>(input * channels + c)];
    };
    for (int i = 0; i < words_; ++i, to += width) {
      *to = layout.has_pairs ? pair_at(layout, in_channels_, i, kernel) : kernel(i);
    }
  }
}

}  // namespace verger::fused
