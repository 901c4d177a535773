// SPDX-License-Identifier: Apache-2.0
#include "model/untrained.h"

#include <cmath>

namespace verger {

namespace {

class SplitMix64 {
 public:
  explicit SplitMix64(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // In [low, low + width), 24 bits. Exact but for the rounding to float when both are of few bits.
  float uniform(double low, double width) {
    constexpr double kUnit = 1.0 / (1 << 24);
    return static_cast<float>(low + width * (static_cast<double>(next() >> 40) * kUnit));
  }

  // In units of 2⁻³², the sum of twelve values uniform in [−½, ½): mean 0, variance 1.
  int64_t normal() {
    int64_t sum = 0;
    for (int i = 0; i < 6; ++i) {
      const uint64_t bits = next();
      sum += static_cast<int64_t>(bits >> 32) + static_cast<int64_t>(bits & 0xffffffff);
    }
    return sum - 6 * (int64_t{1} << 32);
  }

 private:
  uint64_t state_;
};

void fill(std::vector<float>& values, SplitMix64& random, double low, double width) {
  for (float& value : values) value = random.uniform(low, width);
}

}  // namespace

NetworkWeights untrained_weights(uint64_t seed) {
  SplitMix64 random(seed);
  NetworkWeights network;
  for (const ConvLayer& layer : mobilenet_v2_layers()) {
    ConvWeights& weights = network.emplace_back();
    for (int v = 0; v < kVariables; ++v) {
      weights[static_cast<std::size_t>(v)].resize(layer.size(static_cast<Variable>(v)));
    }
    const int inputs =
        layer.kernel_side * layer.kernel_side * (layer.depthwise ? 1 : layer.in_channels);
    const double unit = std::sqrt(2.0 / inputs) / 4'294'967'296.0;
    for (float& value : weights[kKernel]) {
      value = static_cast<float>(static_cast<double>(random.normal()) * unit);
    }
    fill(weights[kGamma], random, 0.75, 0.5);
    fill(weights[kBeta], random, -0.125, 0.25);
    fill(weights[kMovingMean], random, -0.125, 0.25);
    fill(weights[kMovingVariance], random, 0.5, 1.0);
  }
  return network;
}

}  // namespace verger
