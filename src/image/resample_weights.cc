// SPDX-License-Identifier: Apache-2.0
#include "image/resample_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace verger {

namespace {

constexpr double kSupport = 2.0;

// R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = −1/2. The
// order of the operations is Pillow's: it decides the last bit.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

double scale_of(int from, int to) {
  return static_cast<double>(static_cast<float>(from)) / to;  // Pillow keeps its box in floats
}

std::size_t taps_of(double filter_scale) {
  return 2 * static_cast<std::size_t>(std::ceil(kSupport * filter_scale)) + 1;
}

}  // namespace

ResampleWeights::ResampleWeights(const Axis& axis) : axis_(axis) {
  const auto [from, to, is_mirrored] = axis;
  const double scale = scale_of(from, to);
  const double filter_scale = std::max(scale, 1.0);
  const double support = kSupport * filter_scale;
  const double inverse_scale = 1.0 / filter_scale;
  taps_ = taps_of(filter_scale);
  spans_.resize(static_cast<std::size_t>(to));
  weights_.resize(static_cast<std::size_t>(to) * taps_);
  std::vector<double> exact(taps_);
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
    const int count = std::min(static_cast<int>(centre + support + 0.5), from) - first;
    double sum = 0.0;
    for (int t = 0; t < count; ++t) {
      exact[static_cast<std::size_t>(t)] = cubic((t + first - centre + 0.5) * inverse_scale);
      sum += exact[static_cast<std::size_t>(t)];
    }
    int32_t* const rounded = &weights_[static_cast<std::size_t>(i) * taps_];
    for (int t = 0; t < count; ++t) {
      double weight = exact[static_cast<std::size_t>(t)];
      if (sum != 0.0) weight /= sum;
      rounded[t] = static_cast<int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << kPrecisionBits));
    }
    spans_[static_cast<std::size_t>(i)] = {first, count};
  }
  if (is_mirrored) mirror();
}

void ResampleWeights::mirror() {
  std::vector<int32_t> weights(weights_.size());
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const int32_t* const from = &weights_[i * taps_];
    std::reverse_copy(from, from + spans_[i].count, &weights[(spans_.size() - 1 - i) * taps_]);
    spans_[i].first = axis_.from - spans_[i].first - spans_[i].count;
  }
  std::ranges::reverse(spans_);
  weights_ = std::move(weights);
}

bool can_resample(int from, int to) {
  const std::size_t taps = taps_of(std::max(scale_of(from, to), 1.0));
  constexpr std::size_t kMax = std::numeric_limits<int>::max();
  return static_cast<std::size_t>(to) <= kMax / (taps * sizeof(double));
}

}  // namespace verger
