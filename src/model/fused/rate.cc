// SPDX-License-Identifier: Apache-2.0
#include "model/fused/rate.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>

#include "base/lazy_vector.h"
#include "model/fused/packed_conv.h"

namespace verger::fused {

namespace {

// As in the middle of the network.
constexpr int kInputs = 96;
constexpr int kOutputs = 192;
constexpr int kPlaces = 56;
constexpr int kCalls = 2;
constexpr int kRounds = 20;

LazyVector<float> zeros(int count) {
  LazyVector<float> floats(static_cast<std::size_t>(count));
  std::fill_n(floats.data(), floats.size(), 0.0F);
  return floats;
}

}  // namespace

double dense_rate(const Kernels& kernels) {
  const Layout& layout = kernels.layout;
  const int runs = runs_of(layout, kInputs);
  const int group_weights = runs * layout.words * kGroup;
  const LazyVector<float> in = zeros(runs * kPlaces * layout.words);
  const LazyVector<float> weights = zeros(group_weights * groups_of(kOutputs));
  const LazyVector<float> bias = zeros(kOutputs);
  LazyVector<float> out = zeros(kPlaces * kOutputs);
  const Pointwise job{.in = in.data(),
                      .in_stride = std::ptrdiff_t{kPlaces} * layout.words,
                      .runs = runs,
                      .run_length = layout.words,
                      .last_length = layout.words,
                      .weights = weights.data(),
                      .group_weights = group_weights,
                      .bias = bias.data(),
                      .out = out.data(),
                      .out_stride = std::ptrdiff_t{kPlaces} * kGroup,
                      .groups = groups_of(kOutputs),
                      .outputs = kOutputs,
                      .places = kPlaces,
                      .relu6 = true,
                      .residual = nullptr,
                      .residual_stride = 0};
  using Clock = std::chrono::steady_clock;
  double least = std::numeric_limits<double>::max();
  for (int round = 0; round < kRounds; ++round) {
    const auto start = Clock::now();
    for (int call = 0; call < kCalls; ++call) kernels.pointwise(job);
    const std::chrono::duration<double, std::nano> took = Clock::now() - start;
    least = std::min(least, took.count());
  }
  constexpr double kProducts = static_cast<double>(kCalls) * kInputs * kOutputs * kPlaces;
  return kProducts / least;
}

}  // namespace verger::fused
