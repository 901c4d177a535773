// SPDX-License-Identifier: Apache-2.0
// Which surface each sample of the picture sees.
#pragma once

#include <cstdint>
#include <vector>

#include "sample/geometry.h"
#include "sample/scene.h"

namespace verger::orchard {

inline constexpr int kPictureSide = 100;
inline constexpr int kSamples = 2;  // a pixel, in each direction
inline constexpr int kCanvasSide = kPictureSide * kSamples;

struct Sample {
  float depth = -1e9F;  // larger is nearer, in samples
  Vec3 normal{};
  Vec3 skin{};
  int16_t part = -1;  // none
};

struct Canvas {
  std::vector<Sample> samples = std::vector<Sample>(std::size_t{kCanvasSide} * kCanvasSide);

  Sample& at(int x, int y) {
    return samples[static_cast<std::size_t>(y) * kCanvasSide + static_cast<std::size_t>(x)];
  }
  const Sample& at(int x, int y) const { return const_cast<Canvas*>(this)->at(x, y); }
};

// Draws the parts, scaled so that the larger side of what is seen fills `share` of the picture.
Canvas draw(const std::vector<Part>& parts, float share);

}  // namespace verger::orchard
