// SPDX-License-Identifier: Apache-2.0
#include "image/row_filter.h"

#include <algorithm>
#include <cstring>

#include "image/row_kernels.h"

namespace verger {

namespace {

void pack_plainly(const int32_t* weights, uint8_t* packed) {
  std::memcpy(packed, weights, sizeof *weights);
}

void filter_row_plainly(const PackedWeights& weights, const uint8_t* from, uint8_t* to) {
  for (const auto& [first, taps, offset] : weights.outputs) {
    const uint8_t* pixel = from + 3 * static_cast<std::ptrdiff_t>(first);
    const uint8_t* packed = &weights.packed[offset];
    int32_t sums[3] = {ResampleWeights::kHalf, ResampleWeights::kHalf, ResampleWeights::kHalf};
    for (int t = 0; t < taps; ++t, pixel += 3, packed += sizeof(int32_t)) {
      int32_t weight;
      std::memcpy(&weight, packed, sizeof weight);
      for (int c = 0; c < 3; ++c) sums[c] += pixel[c] * weight;
    }
    for (int c = 0; c < 3; ++c) *to++ = ResampleWeights::to_byte(sums[c]);
  }
}

void filter_plainly(const PackedWeights& weights, Rows<const uint8_t> from, int rows,
                    Rows<uint8_t> to) {
  for (int i = 0; i < rows; ++i) filter_row_plainly(weights, from.row(i), to.row(i));
}

constexpr RowKernel kPlainKernel = {.name = "plain",
                                    .least_shrinking = 0,
                                    .group_taps = 1,
                                    .group_size = sizeof(int32_t),
                                    .pack_group = pack_plainly,
                                    .filter = filter_plainly};

std::vector<const RowKernel*> kernels_of_this_processor() {
  std::vector<const RowKernel*> kernels = {&kPlainKernel};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) kernels.push_back(&kAvx2RowKernel);
  if (__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni")) {
    kernels.push_back(&kAvx512RowKernel);
  }
#endif
  return kernels;
}

}  // namespace

std::span<const RowKernel* const> row_kernels() {
  static const std::vector<const RowKernel*> kernels = kernels_of_this_processor();
  return kernels;
}

const RowKernel& row_kernel_for(const Axis& axis) {
  const auto kernels = row_kernels();
  const auto is_worth_it = [&](const RowKernel* kernel) {
    return axis.from / axis.to >= kernel->least_shrinking;
  };
  return **std::find_if(kernels.rbegin(), kernels.rend(), is_worth_it);
}

RowFilter::RowFilter(const ResampleWeights& weights, const RowKernel& kernel) : kernel_(&kernel) {
  std::vector<int32_t> padded;
  for (int i = 0; i < weights.axis().to; ++i) {
    const int32_t* const from = weights.weights(i);
    const int groups = (weights.count(i) + kernel.group_taps - 1) / kernel.group_taps;
    padded.assign(from, from + weights.count(i));
    padded.resize(static_cast<std::size_t>(groups * kernel.group_taps));
    std::size_t at = weights_.packed.size();
    weights_.outputs.push_back({weights.first(i), groups, at});
    weights_.packed.resize(at + static_cast<std::size_t>(groups) * kernel.group_size);
    for (std::size_t tap = 0; tap < padded.size();
         tap += static_cast<std::size_t>(kernel.group_taps), at += kernel.group_size) {
      kernel.pack_group(&padded[tap], &weights_.packed[at]);
    }
  }
}

}  // namespace verger
