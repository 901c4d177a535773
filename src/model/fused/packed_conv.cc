// SPDX-License-Identifier: Apache-2.0
#include "model/fused/packed_conv.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "image/multiversion.h"
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

// Outputs of a kernel that lie one after another, and what each is scaled by.
struct Columns {
  const float* kernel;
  const double* scale;
  std::size_t stride;  // from one input's weights to the next's
  std::size_t count;
};

// BatchNormFold::kernel() of all their weights, `width` floats from one input's to the next's.
// False when one of them is no finite float.
VERGER_MULTIVERSION
bool fold_columns(const Columns& columns, int inputs, float* __restrict to, std::size_t width) {
  const float* __restrict kernel = columns.kernel;
  const double* __restrict scale = columns.scale;
  const std::size_t count = columns.count;
  int not_finite = 0;
  for (int i = 0; i < inputs; ++i, kernel += columns.stride, to += width) {
    for (std::size_t c = 0; c < count; ++c) {
      to[c] = static_cast<float>(static_cast<double>(kernel[c]) * scale[c]);
      not_finite |= std::abs(to[c]) <= std::numeric_limits<float>::max() ? 0 : 1;
    }
  }
  return not_finite == 0;
}

}  // namespace

std::size_t PackedConv::floats(const ConvLayer& layer, const Layout& layout) {
  return static_cast<std::size_t>((words_of(layer, layout) + 1) * groups_of(layer.out_channels) *
                                  kGroup);
}

PackedConv::PackedConv(const ConvLayer& layer, const ConvView& weights, const Layout& layout,
                       float* to)
    : in_channels_(layer.in_channels),
      out_channels_(layer.out_channels),
      words_(words_of(layer, layout)),
      out_groups_(groups_of(layer.out_channels)),
      bias_(to),
      weights_(to + out_groups_ * kGroup) {
  if (out_channels_ % kGroup != 0) std::fill_n(to, floats(layer, layout), 0.0F);
  const BatchNormFold fold = batch_norm_fold(layer, weights);
  std::ranges::transform(fold.bias, bias_, [this](float bias) { return kept(bias); });
  if (layer.depthwise) {
    pack_depthwise(weights[kKernel], fold);
  } else {
    pack_dense(weights[kKernel], fold, layout);
  }
}

std::ptrdiff_t PackedConv::panel_offset(int group) const {
  return static_cast<std::ptrdiff_t>(group) * words_ * kGroup;
}

// Notes whether it is finite.
float PackedConv::kept(float value) {
  is_finite_ &= std::abs(value) <= std::numeric_limits<float>::max();
  return value;
}

void PackedConv::pack_depthwise(std::span<const float> kernel, const BatchNormFold& fold) {
  const std::size_t channels = fold.bias.size();
  for (int tap = 0; tap < words_; ++tap) {
    for (std::size_t c = 0; c < channels; ++c) {
      const float stored = kernel[static_cast<std::size_t>(tap) * channels + c];
      const auto group = static_cast<int>(c / kGroup);
      weights_[(group * words_ + tap) * kGroup + static_cast<int>(c % kGroup)] =
          kept(fold.kernel(stored, c));
    }
  }
}

// Forward through what is read and what is written, a panel's columns at a time.
void PackedConv::pack_dense(std::span<const float> kernel, const BatchNormFold& fold,
                            const Layout& layout) {
  const auto panel = static_cast<std::size_t>(layout.panel_groups * kGroup);
  const std::size_t channels = fold.bias.size();
  const auto padded = static_cast<std::size_t>(out_groups_ * kGroup);
  float* to = weights_;
  for (std::size_t begin = 0; begin < channels; begin += panel) {
    const std::size_t end = std::min(begin + panel, channels);
    const std::size_t width = std::min(panel, padded - begin);
    if (!layout.has_pairs) {
      const Columns columns{kernel.data() + begin, fold.scale.data() + begin, channels,
                            end - begin};
      is_finite_ &= fold_columns(columns, words_, to, width);
      to += static_cast<std::size_t>(words_) * width;
      continue;
    }
    for (int i = 0; i < words_; ++i, to += width) {
      for (std::size_t c = begin; c < end; ++c) {
        to[c - begin] = pair_at(layout, in_channels_, i, [&](int input) {
          const float stored = kernel[static_cast<std::size_t>(input) * channels + c];
          return kept(fold.kernel(stored, c));
        });
      }
    }
  }
}

}  // namespace verger::fused
